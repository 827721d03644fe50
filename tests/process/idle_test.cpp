#include "tests/process/memory.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace versori;
using namespace std::chrono_literals;
using process::eventually;
using process::Site;

namespace {

// How often its threads have gone to sleep or been interrupted so far.
std::int64_t switches(pid_t process) {
    std::int64_t out = 0;
    for (const auto& thread :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::ifstream status(thread.path() / "status");
        for (std::string line; std::getline(status, line);)
            if (auto at = line.find("ctxt_switches:"); at != line.npos)
                out += std::stoll(line.substr(at + 14));
    }
    return out;
}

// Seconds until the next timer that it waits for; Asio waits for five minutes at most.
std::int64_t next_timer(pid_t process) {
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fdinfo")) {
        std::ifstream info(entry.path());
        for (std::string line; std::getline(info, line);)
            if (line.starts_with("it_value: ("))
                return std::stoll(line.substr(11));
    }
    return 0;
}

bool walked(const Site& site, const std::string& times) {
    return eventually(
        [&] {
            return site.one("SELECT min(n) FROM (SELECT count(finished_at) n FROM walks GROUP BY "
                            "organisation_id)") == times;
        },
        300s);
}

} // namespace

TEST_CASE("between walks nothing wakes the daemon but timers that are due") {
    constexpr auto watched = 4s;
    Site site({1, 3, 60});
    site.configure("[changes]\njournal = false\nfile = \"" + site.path("changes.jsonl") +
                   "\"\n[metrics]\ntextfile = \"" + site.path("mirror.prom") + "\"\n");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled", 300s));
    REQUIRE(walked(site, "1"));
    if (!process::may_read_memory(daemon->id())) {
        MESSAGE("its timers are not looked at: that takes root");
        return;
    }
    // What a walk began, such as the feed's looks at what others may have written, ends within seconds.
    auto rests = [&] {
        auto before = switches(daemon->id());
        std::this_thread::sleep_for(watched);
        return switches(daemon->id()) == before && next_timer(daemon->id()) > 200;
    };
    for (const char* times : {"2", "3"}) {
        CHECK_MESSAGE(eventually(rests), switches(daemon->id()) << ", " << next_timer(daemon->id()));
        auto before = switches(daemon->id());
        daemon->signal(SIGUSR1);
        REQUIRE(walked(site, times));
        CHECK(switches(daemon->id()) > before);
    }
}

// Of a release build; with ASan memory is another matter.
TEST_CASE("after 10,000 connectors it rests in 15 MB, and never took more than 24") {
    if (process::has_address_sanitizer(process::mirror_binary()))
        return;
    Site site({1, 1, 10'000});
    site.configure();
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled", 300s));
    REQUIRE(walked(site, "1"));
    for (const char* times : {"2", "3"}) {
        CHECK(eventually([&] { return next_timer(daemon->id()) > 200; }));
        CHECK_MESSAGE(eventually([&] { return process::kilobytes(daemon->id(), "VmRSS") < 15 << 10; }),
                      process::kilobytes(daemon->id(), "VmRSS"));
        CHECK(process::kilobytes(daemon->id(), "VmHWM") < 24 << 10);
        daemon->signal(SIGUSR1);
        REQUIRE(walked(site, times));
    }
}
