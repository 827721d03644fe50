#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <sstream>

using namespace versori;
using process::eventually;
using process::Outcome;
using process::Program;
using process::Site;

namespace {

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        out.push_back(line);
    return out;
}

} // namespace

TEST_CASE("a quiet walk is one line at info, so a day of 5-minute walks of 3 organisations is 864") {
    Site site({1, 3, 30});
    site.configure("[schedule]\ninterval = \"1s\"\n");
    REQUIRE_EQ(site.mirror({"sync"}).status, 0);
    auto daemon = site.start({"run"});
    auto walks = [&] {
        return std::stoul(site.one("SELECT count(*) FROM walks WHERE outcome = 'settled' AND walk_id > 3"));
    };
    REQUIRE(eventually([&] { return walks() >= 12; }));
    daemon->signal(SIGTERM);
    Outcome outcome = daemon->wait();
    CHECK_EQ(outcome.status, 0);
    CHECK_EQ(outcome.out, "");
    auto said = lines(outcome.err);
    CHECK_EQ(said.size(), walks());
    for (const std::string& line : said) {
        CHECK_MESSAGE(line.find("Z info ") == 20 - 1, line);
        CHECK_MESSAGE(line.find(" connectors, nothing changed, ") != std::string::npos, line);
    }
}

TEST_CASE("levels: a walk that fails is a warning, each retry is of interest to debug only") {
    Site site({1, 1, 5});
    site.configure("[platform]\nurl = \"" + site.server.url() +
                   "\"\nretry_limit = 2\nretry_max_delay = \"2ms\"\n");
    site.server.with([](platform::Platform& platform) {
        platform.fail_when([](const platform::Ask&) { return true; }, platform::Fault::status(503));
    });
    for (bool debug : {false, true}) {
        auto daemon = site.start({"run", "--log-level", debug ? "debug" : "info"});
        REQUIRE(daemon->says("incomplete: GET "));
        daemon->signal(SIGTERM);
        auto said = lines(daemon->wait().err);
        REQUIRE_EQ(said.size(), debug ? 3 : 1);
        CHECK_MESSAGE(said.back().find(" warning ") != std::string::npos, said.back());
        if (debug)
            CHECK_MESSAGE(said.front().find(" debug ") != std::string::npos, said.front());
    }
}

TEST_CASE("--log-format json: each line an object with time, level and message") {
    Site site({1, 2, 10});
    site.configure();
    auto daemon = site.start({"run", "--log-format", "json"});
    REQUIRE(daemon->says("settled"));
    daemon->signal(SIGUSR1);
    REQUIRE(daemon->says("SIGUSR1"));
    daemon->signal(SIGTERM);
    site.write("log", daemon->wait().err);
    Outcome jq = Program({"/usr/bin/jq", "-r", "[keys_unsorted[], (.time | length)] | join(\" \")", "log"},
                         site.directory())
                     .wait();
    CHECK_EQ(jq.err, "");
    auto read = lines(jq.out);
    CHECK_EQ(read.size(), lines(site.read("log")).size());
    for (const std::string& line : read)
        CHECK_EQ(line, "time level message 27");
}
