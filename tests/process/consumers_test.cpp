#include "tests/process/markdown.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
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

TEST_CASE("README: rsyslog ships the file onward as printed, and nothing is missing after a kill") {
    if (!std::filesystem::exists("/usr/sbin/rsyslogd") ||
        std::system("unshare -rmn --pid --fork mount --bind /etc/hosts /etc/hosts 2>/dev/null") != 0) {
        MESSAGE("rsyslog is not installed, or no namespaces may be made here");
        return;
    }
    Feeding site;
    site.write("versori-mirror.conf", process::indented("README.md", "# /etc/rsyslog.d/versori-mirror.conf"));
    site.write("rsyslog.conf", "global(workDirectory=\"" + site.directory() + "\")\ninclude(file=\"" +
                                   site.path("versori-mirror.conf") + "\")\n");
    site.write("hosts", "127.0.0.1 localhost collector\n");
    site.write("collector.py", "import socket\n"
                               "server = socket.create_server((\"collector\", 6514))\n"
                               "print(\"listening\", flush=True)\n"
                               "peer = server.accept()[0]\n"
                               "with open(\"shipped.jsonl\", \"wb\") as shipped:\n"
                               "    while data := peer.recv(65536):\n"
                               "        shipped.write(data)\n"
                               "        shipped.flush()\n");
    site.write("machine", "ip link set lo up\nmount --bind hosts /etc/hosts\n"
                          "mount -t tmpfs tmpfs /var/log\nmkdir /var/log/versori-mirror\n"
                          "mount --bind . /var/log/versori-mirror\n"
                          "python3 collector.py | (read -r listening\n"
                          "/usr/sbin/rsyslogd -n -f rsyslog.conf -iNONE)\n");
    Program machine(
        {"/usr/bin/unshare", "-rmn", "--pid", "--fork", "--kill-child", "/bin/sh", "-e", "machine"},
        site.directory());
    site.run_through_a_kill();
    auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
    CHECK(eventually([&] { return lines(site.read("shipped.jsonl")) >= lines(site.read("changes.jsonl")); }));
    CHECK_MESSAGE((site.read("shipped.jsonl") == site.read("changes.jsonl")), machine.said());
    CHECK_EQ(lines(site.read("shipped.jsonl")), lines(site.seqs()));
}
