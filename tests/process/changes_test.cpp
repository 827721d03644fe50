#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <sstream>

using namespace versori;
using namespace std::chrono_literals;
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

// A site whose mirror has the records of a baseline and of one renamed connector.
struct Mirrored : Site {
    Mirrored() : Site({1, 1, 5}) {
        configure("[changes]\njournal = false\nbaseline = \"rows\"\n");
        REQUIRE_EQ(mirror({"sync"}).status, 0);
        baseline = std::stoi(newest());
        connector = world.organisations.front().connectors.begin()->id;
        server.with([&](platform::Platform& platform) {
            platform.world.rename(platform.world.organisations.front().id, connector, "Renamed");
        });
        REQUIRE_EQ(mirror({"sync"}).status, 0);
    }

    std::string newest() const { return one("SELECT max(seq) FROM changes"); }
    std::string since(int seq) const { return std::to_string(seq); }
    std::vector<std::string> changes(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "changes");
        Outcome outcome = mirror(std::move(arguments));
        CHECK_EQ(outcome.status, 0);
        CHECK_EQ(outcome.err, "");
        return lines(outcome.out);
    }
    // One more record, as a walk would write it.
    void commit(int seq) const {
        execute("INSERT INTO changes (seq, time, organisation_id, connector_id, table_name, op, key, label, "
                "changed, before, after) SELECT " +
                std::to_string(seq) +
                ", time, organisation_id, connector_id, table_name, op, key, label, changed, before, after "
                "FROM changes WHERE op = 'update' ORDER BY seq LIMIT 1");
    }

    int baseline = 0;
    std::string connector;
};

// Times the kernel gave the program the processor because it had waited for something.
std::string wakeups(pid_t id) {
    Outcome status =
        Program({"/bin/grep", "voluntary_ctxt", "/proc/" + std::to_string(id) + "/status"}, "/").wait();
    return status.out;
}

} // namespace

TEST_CASE("changes: for people, and for programs") {
    Mirrored site;
    auto text = site.changes({"--since", site.since(site.baseline), "--table", "connectors"});
    REQUIRE_EQ(text.size(), 1);
    std::string name = site.one("SELECT before ->> '$.name' FROM changes WHERE seq > " +
                                site.since(site.baseline) + " AND table_name = 'connectors'");
    std::string seq = site.one("SELECT seq FROM changes WHERE seq > " + site.since(site.baseline) +
                               " AND table_name = 'connectors'");
    CHECK_EQ(text[0].substr(20), " " + seq + " " + site.world.organisations.front().name +
                                     ": connector Renamed updated: name \"" + name + "\" → \"Renamed\"");
    CHECK(text[0].find("\033") == std::string::npos);

    auto json = site.changes({"--format", "json"});
    CHECK_EQ(std::to_string(json.size()), site.newest());
    for (std::size_t i = 0; i < json.size(); ++i)
        REQUIRE(json[i].starts_with("{\"seq\":" + std::to_string(i + 1) + ",\"time\":\""));
    CHECK(json.back().find("\"mirror_id\":\"" + site.one("SELECT mirror_id FROM mirror") + "\"") !=
          std::string::npos);
}

TEST_CASE("changes: colour where it is asked for") {
    Mirrored site;
    auto colored =
        site.changes({"--since", site.since(site.baseline), "--table", "connectors", "--color", "always"});
    REQUIRE_EQ(colored.size(), 1);
    CHECK(colored[0].starts_with("\033[2m20"));
    CHECK(colored[0].find("\033[33m") != std::string::npos);
    CHECK(colored[0].ends_with("\033[0m"));
    CHECK(site.changes({"--format", "json", "--color", "always"})[0].find('\033') == std::string::npos);
}

TEST_CASE("changes: filters") {
    Mirrored site;
    const auto& organisation = site.world.organisations.front();
    auto count = [&](const std::string& where) {
        return static_cast<std::size_t>(std::stoi(site.one("SELECT count(*) FROM changes WHERE " + where)));
    };
    CHECK_EQ(site.changes({"--op", "baseline"}).size(), 1);
    CHECK_EQ(site.changes({"--op", "insert"}).size(), count("op = 'insert'"));
    CHECK_EQ(site.changes({"--connector", site.connector}).size(),
             count("connector_id = '" + site.connector + "'"));
    CHECK_EQ(site.changes({"--table", "versions", "--op", "insert"}).size(),
             count("op = 'insert' AND table_name = 'versions'"));
    CHECK_EQ(std::to_string(site.changes({"-o", organisation.id}).size()), site.newest());
    CHECK_EQ(std::to_string(site.changes({"-o", organisation.name}).size()), site.newest());
}

TEST_CASE("changes: what cannot be told is said, with its exit status") {
    Mirrored site;
    auto refused = [&](std::vector<std::string> arguments, int status, const std::string& sentence) {
        arguments.insert(arguments.begin(), "changes");
        Outcome outcome = site.mirror(arguments);
        CHECK_EQ(outcome.status, status);
        CHECK_EQ(outcome.out, "");
        CHECK_MESSAGE(outcome.err.find(sentence) != std::string::npos, outcome.err);
    };
    refused({"-o", "nobody"}, 64, "the mirror has no organisation \"nobody\"");
    refused({"--table", "changes"}, 64, "no mirrored table is called changes");
    refused({"--op", "drop"}, 64, "drop");
    refused({"--since", "-1"}, 64, "-1");
    refused({"--since", "100000"}, 1, "there is no 100000 yet");
    site.execute("DELETE FROM changes WHERE seq < 10; UPDATE mirror SET first_seq = 10");
    refused({"--since", "8"}, 1, "the change records before 10 are gone (changes.retention)");
    CHECK(site.changes({"--since", "9", "--format", "json"})[0].starts_with("{\"seq\":10,"));
    CHECK(site.changes({"--format", "json"})[0].starts_with("{\"seq\":10,"));
    site.execute("INSERT INTO organisations (organisation_id, name, state, state_since) SELECT 'second', "
                 "name, state, state_since FROM organisations");
    refused({"-o", site.world.organisations.front().name}, 64, "several organisations are called");
    Outcome absent = site.bare({"changes", "--database", site.path("none.db")});
    CHECK_EQ(absent.status, 74);
    CHECK(absent.err.find("there is no mirror at " + site.path("none.db")) != std::string::npos);
}

TEST_CASE("changes --follow: tells what is committed, soon, and waits without waking") {
    Mirrored site;
    int seq = std::stoi(site.newest());
    auto follow = site.start({"changes", "--follow", "--format", "json", "--since", site.newest()});
    std::vector<std::chrono::milliseconds> delays;
    for (int i = 0; i < 9; ++i) {
        site.commit(++seq);
        auto committed = std::chrono::steady_clock::now();
        REQUIRE(follow->says("{\"seq\":" + std::to_string(seq) + ","));
        delays.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - committed));
    }
    std::ranges::nth_element(delays, delays.begin() + 5);
    CHECK(delays[5] < 200ms); // not each: the machine may be busy
    MESSAGE("told after " << delays[5].count() << " ms");

    std::string before;
    CHECK(eventually([&] {
        auto now = wakeups(follow->id());
        bool asleep = now == before;
        before = now;
        std::this_thread::sleep_for(1s); // the length over which it has to sleep
        return asleep;
    }));
    site.commit(++seq);
    CHECK(follow->says("{\"seq\":" + std::to_string(seq) + ","));
    follow->signal(SIGTERM);
    CHECK_EQ(follow->wait(5s).status, 0);
}

TEST_CASE("changes --follow: filters what comes, and goes on past what it leaves out") {
    Mirrored site;
    int seq = std::stoi(site.newest());
    auto follow = site.start({"changes", "--follow", "--since", site.newest(), "--table", "connectors"});
    site.execute("INSERT INTO changes (seq, time, organisation_id, table_name, op, changed) VALUES (" +
                 std::to_string(seq + 1) + ", '', '', 'versions', 'insert', '[]')");
    site.commit(seq + 2);
    REQUIRE(follow->says(" " + std::to_string(seq + 2) + " "));
    CHECK(lines(follow->said()).size() == 1);
    follow->signal(SIGINT);
    CHECK_EQ(follow->wait(5s).status, 0);
}

TEST_CASE("changes: a reader that closes the pipe ends it, with status 0") {
    Mirrored site;
    std::string command = process::mirror_binary() + " -c " + site.path("versori-mirror.toml") + " changes";
    for (std::string more : {"", " --follow"}) {
        Program shell({"/bin/sh", "-c", "{ " + command + more + "; echo status $? >&2; } | head -n 1"},
                      site.directory());
        Outcome outcome = shell.wait(20s);
        CHECK_EQ(outcome.err, "status 0\n");
        CHECK_EQ(lines(outcome.out).size(), 1);
    }
}

TEST_CASE("changes --follow: a mirror put in its place is told from its first record") {
    Mirrored site;
    auto follow = site.start({"changes", "--follow", "--format", "json", "--since", site.newest()});
    auto shell = [&](const std::string& command) {
        return Program({"/bin/sh", "-c", command}, site.directory()).wait().status;
    };
    site.commit(std::stoi(site.newest()) + 1);
    REQUIRE(follow->says("{\"seq\":" + site.newest() + ","));
    site.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    REQUIRE_EQ(shell("cp mirror.db copy.db"), 0);
    site.execute("UPDATE mirror SET mirror_id = 'before'");
    CHECK(follow->says("mirror_id before instead of"));
    CHECK(follow->says("{\"seq\":1,"));
    REQUIRE_EQ(shell("rm mirror.db-wal mirror.db-shm && mv copy.db mirror.db"), 0);
    CHECK(follow->says("instead of before"));
    follow->signal(SIGTERM);
    CHECK_EQ(follow->wait(5s).status, 0);
}
