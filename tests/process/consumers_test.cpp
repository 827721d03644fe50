#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>
#include <sstream>

using namespace versori;
using process::eventually;
using process::Program;
using process::Site;

namespace {

// A service that writes the feed to a file, killed in the middle of a history and started again.
struct Feeding : Site {
    Feeding() : Site({9, 2, 30}) {
        configure("[changes]\njournal = false\nbaseline = \"rows\"\nfile = \"" + path("changes.jsonl") +
                  "\"\n");
    }
    void run_through_a_kill() {
        auto daemon = start({"run"});
        REQUIRE(daemon->says("settled"));
        std::mt19937_64 random(3);
        for (int round = 0; round < 6; ++round) {
            server.with([&](platform::Platform& platform) {
                for (int i = 0; i < 20; ++i)
                    platform.world.random_mutation(random, platform.world.organisations[i % 2].id);
            });
            std::string walks = one("SELECT count(*) FROM walks");
            daemon->signal(SIGUSR1);
            REQUIRE(eventually([&] { return one("SELECT count(*) FROM walks") != walks; }));
            if (round == 3) {
                daemon->signal(SIGKILL);
                daemon->wait();
                daemon = start({"run"});
                REQUIRE(daemon->says("settled"));
            }
        }
        REQUIRE(eventually([&] {
            return delivered() && one("SELECT count(*) FROM walks WHERE outcome = 'running'") == "0";
        }));
        daemon->signal(SIGTERM);
        CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
    }
    bool delivered() const {
        return one("SELECT (SELECT seq FROM _deliveries) = (SELECT max(seq) FROM changes)") == "1";
    }
    std::string seqs() const { // as the table has them
        std::string out;
        for (const std::string& seq : query("SELECT seq FROM changes ORDER BY seq"))
            out += seq + "\n";
        return out;
    }
};

} // namespace

TEST_CASE("jq reads the feed: every seq once, every member by its name") {
    Feeding site;
    site.run_through_a_kill();
    auto jq = [&](const std::string& filter) {
        return Program({"/usr/bin/jq", "-r", filter, "changes.jsonl"}, site.directory()).wait().out;
    };
    CHECK_EQ(jq(".seq"), site.seqs());
    std::string updates =
        site.one("SELECT count(*) FROM changes WHERE op = 'update' AND table_name = 'connectors'");
    std::string found = jq(R"(select(.op == "update" and .table_name == "connectors") | .key.connector_id)");
    CHECK_EQ(std::to_string(std::count(found.begin(), found.end(), '\n')), updates);
    CHECK(updates != "0");
}

TEST_CASE("rsyslog ships the file onward, and nothing is missing after a kill") {
    if (!std::filesystem::exists("/usr/sbin/rsyslogd")) {
        MESSAGE("rsyslog is not installed");
        return;
    }
    Feeding site;
    site.write("rsyslog.conf", "global(workDirectory=\"" + site.directory() +
                                   "\" maxMessageSize=\"1m\")\nmodule(load=\"imfile\" mode=\"inotify\")\n"
                                   "input(type=\"imfile\" File=\"" +
                                   site.path("changes.jsonl") +
                                   "\" Tag=\"versori-mirror:\" ruleset=\"versori\")\n"
                                   "template(name=\"versori\" type=\"string\" string=\"%msg%\\n\")\n"
                                   "ruleset(name=\"versori\") { action(type=\"omfile\" file=\"" +
                                   site.path("shipped.jsonl") + "\" template=\"versori\") }\n");
    Program rsyslog(
        {"/usr/sbin/rsyslogd", "-n", "-f", site.path("rsyslog.conf"), "-i", site.path("rsyslog.pid")},
        site.directory());
    site.run_through_a_kill();
    auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
    CHECK(eventually([&] { return lines(site.read("shipped.jsonl")) >= lines(site.read("changes.jsonl")); }));
    CHECK_EQ(site.read("shipped.jsonl"), site.read("changes.jsonl"));
    CHECK_EQ(lines(site.read("shipped.jsonl")), lines(site.seqs()));
    rsyslog.signal(SIGTERM);
    rsyslog.wait();
}
