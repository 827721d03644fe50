#include "tests/process/site.hpp"

#include <doctest/doctest.h>

using namespace versori;
using process::Outcome;
using process::Program;
using process::Site;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// `sync` on a terminal, against a platform that takes its time.
struct Terminal {
    Site site{{1, 1, 40}, {.latency = std::chrono::milliseconds{150}}};

    std::string sync(const std::string& environment, const std::string& redirection = "") {
        site.configure("[platform]\nurl = \"" + site.server.url() + "\"\npage_size = 10\n");
        std::string command =
            environment + " " + process::mirror_binary() + " -c versori-mirror.toml sync" + redirection;
        Program script({"/usr/bin/script", "-qec", command, "/dev/null"}, site.directory());
        Outcome outcome = script.wait();
        CHECK_EQ(outcome.status, 0);
        return outcome.out;
    }
};

} // namespace

TEST_CASE("sync on a terminal draws progress, and a closing line in its place") {
    Terminal terminal;
    std::string label = terminal.site.world.organisations.front().name;
    std::string seen = terminal.sync("stty columns 100 rows 30; TERM=xterm NO_COLOR=1");
    CHECK(has(seen, " of 40  "));
    CHECK(has(seen, "━"));
    CHECK(has(seen, "\033[1A\r\033[J"));
    CHECK(seen.find("\033[3") == seen.npos);
    std::size_t closing = seen.rfind("\033[J");
    CHECK(seen.substr(closing).starts_with("\033[J" + label + "  settled  40 connectors  +40 ~0 −0  "));

    std::string colored = terminal.sync("stty columns 100 rows 30; TERM=xterm");
    CHECK(has(colored, "\033[32msettled\033[0m  40 connectors  nothing changed"));
}

TEST_CASE("sync redraws at most ten times a second, however fast the pages come") {
    Site site({1, 1, 400});
    site.server.with([](platform::Platform& platform) {
        platform::Fault slow;
        slow.edit = [](platform::Answer& answer) { answer.delay = std::chrono::milliseconds{5}; };
        platform.fail_when([](const platform::Ask&) { return true; }, slow);
    });
    site.configure("[platform]\nurl = \"" + site.server.url() + "\"\npage_size = 1\n");
    auto began = std::chrono::steady_clock::now();
    Program script({"/usr/bin/script", "-qec",
                    "TERM=xterm " VERSORI_MIRROR_BINARY " -c versori-mirror.toml sync", "/dev/null"},
                   site.directory());
    Outcome outcome = script.wait();
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    CHECK_EQ(outcome.status, 0);
    int drawn = 0;
    for (auto at = outcome.out.find(" of 400  "); at != std::string::npos;
         at = outcome.out.find(" of 400  ", at + 1))
        ++drawn;
    CHECK(drawn >= 3);
    CHECK(drawn <= took.count() * 10);
}

TEST_CASE("sync into a file or on a dumb terminal says plain lines") {
    Terminal terminal;
    CHECK_EQ(terminal.sync("TERM=xterm", " > said 2> warned"), "");
    std::string said = terminal.site.read("said");
    CHECK(said.find('\033') == said.npos);
    CHECK(has(said, ": settled, 40 connectors, +40 ~0 -0, "));
    CHECK(terminal.sync("TERM=dumb").find('\033') == std::string::npos);
}
