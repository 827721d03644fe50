#include "tests/fault_table.hpp"
#include "tests/process/connection.hpp"
#include "tests/process/feed_lines.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

using namespace versori;
using namespace std::chrono_literals;
using process::eventually;
using process::Program;
using process::Site;

namespace {

namespace fs = std::filesystem;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t out = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++out;
    return out;
}

// What the program has open whose names contain this.
std::vector<std::string> open_files(const Program& program, const std::string& part) {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(program.id()) + "/fd")) {
        std::error_code gone;
        std::string file = fs::read_symlink(entry.path(), gone);
        if (!gone && file.find(part) != file.npos)
            out.push_back(file);
    }
    return out;
}

// A mirror with a history, a backup of its middle, and a feed to a file.
struct Place : Site {
    explicit Place(const char* fault, bool with_feed = true) : Site({4, 1, 20}), fault_(fault) {
        configure(with_feed ? "[changes]\njournal = false\nfile = \"" + path("changes.jsonl") + "\"\n" : "");
    }
    ~Place() {
        tally_.tries = 1;
        tell_fault(fault_, tally_);
    }

    void create(const std::string& name) {
        server.with([&](platform::Platform& platform) {
            platform.world.create(platform.world.organisations.front().id, name);
        });
    }
    std::string mirror_id() const { return one("SELECT mirror_id FROM mirror"); }
    std::string walks() const { return one("SELECT count(*) FROM walks WHERE outcome = 'settled'"); }
    bool delivered() const {
        return one("SELECT count(*) FROM _deliveries WHERE seq = (SELECT max(seq) FROM changes)") == "1";
    }
    bool has(const std::string& name) const {
        return one("SELECT count(*) FROM connectors WHERE name = '" + name + "'") == "1";
    }
    void walk_now(Program& daemon, const std::string& name) {
        create(name);
        daemon.signal(SIGUSR1);
        CHECK(eventually([&] { return has(name) && delivered(); }));
    }
    // A daemon that has told a change that the backup has not.
    std::unique_ptr<Program> run_beyond_backup() {
        auto daemon = start({"run"});
        REQUIRE(daemon->says("settled"));
        walk_now(*daemon, "Before");
        execute("VACUUM INTO '" + path("backup.db") + "'");
        walk_now(*daemon, "After");
        return daemon;
    }
    void remove(std::initializer_list<const char*> parts) const {
        for (const char* part : parts)
            fs::remove(path(std::string("mirror.db") + part));
    }
    void put(const std::string& name) const { fs::rename(path(name), path("mirror.db")); }
    // As `.restore` of the sqlite3 shell.
    void restore_through_sqlite() const {
        process::Connection from(path("backup.db")), to(path("mirror.db"));
        CHECK(process::Backup(from, to).copy(-1));
    }
    // The mirror is the platform, whole in itself, and the feed has no gap and no contradiction.
    void check_true() {
        std::string org = organisations().front();
        auto damage = one("PRAGMA integrity_check"),
             unequal = process::difference(tables(org), expected(org)),
             fed = fs::exists(path("changes.jsonl")) ? process::feed_fault(*this, path("changes.jsonl")) : "";
        CHECK_EQ(damage, "ok");
        CHECK_EQ(unequal, "");
        CHECK_EQ(fed, "");
        CHECK_EQ(query("PRAGMA foreign_key_check").size(), 0);
        tally_.torn += damage != "ok" || !unequal.empty();
        tally_.lost += !fed.empty();
    }
    void goes_on(Program& daemon) {
        walk_now(daemon, "Later");
        check_true();
        daemon.signal(SIGTERM);
        CHECK_EQ(daemon.wait(5s).status, 0);
    }

private:
    const char* fault_;
    FaultTally tally_;
};

} // namespace

TEST_CASE("deleted under the running service: one line, and a new mirror is made without a restart") {
    for (auto parts : {std::initializer_list<const char*>{""},
                       {"", "-wal", "-shm"},
                       {"", "-wal", "-shm", ".seen", ".lock", ".key"}}) {
        Place site("the mirror deleted under the service");
        auto daemon = site.run_beyond_backup();
        std::string before = site.mirror_id();
        site.remove(parts);
        REQUIRE(daemon->says("was deleted or moved away; "));
        CHECK(eventually([&] { return site.has("After") && site.delivered(); }));
        CHECK(site.mirror_id() != before);
        site.goes_on(*daemon);
        CHECK_EQ(count(daemon->said(), "deleted or moved away"), 1);
        CHECK_EQ(count(daemon->said(), "error"), 0);
    }
}

TEST_CASE("a backup put in the mirror's place under the running service is opened, under a new mirror_id") {
    for (bool with_log : {true, false}) {
        Place site("a backup put in the mirror's place under the service");
        auto daemon = site.run_beyond_backup();
        std::string before = site.mirror_id();
        if (!with_log)
            site.remove({"-wal", "-shm"});
        site.put("backup.db");
        REQUIRE(daemon->says("mirror_id is now "));
        CHECK(eventually([&] { return site.has("After") && site.delivered(); }));
        CHECK(site.mirror_id() != before);
        CHECK(daemon->says("mirror_id is now " + site.mirror_id() + " (was " + before + ")"));
        site.goes_on(*daemon);
        CHECK_EQ(count(daemon->said(), "mirror_id"), 1);
        CHECK_EQ(count(daemon->said(), "error"), 0);
    }
}

TEST_CASE("the mirror replaced again and again: nothing of those before stays open") {
    Place site("the mirror replaced again and again under the service");
    auto daemon = site.run_beyond_backup();
    std::size_t before = open_files(*daemon, "").size();
    for (std::size_t i = 0; i < 3; ++i) {
        fs::copy(site.path("backup.db"), site.path("copy.db"));
        site.put("copy.db");
        REQUIRE(eventually([&] { return count(daemon->said(), "mirror_id is now ") == i + 1; }));
        CHECK(eventually([&] { return site.has("After") && site.delivered(); }));
    }
    auto deleted = [](const std::string& name) { return name.ends_with("(deleted)"); };
    CHECK(std::ranges::none_of(open_files(*daemon, site.path("mirror.db")), deleted));
    CHECK_EQ(open_files(*daemon, "").size(), before);
    site.goes_on(*daemon);
}

TEST_CASE("TERM while the service waits for what comes in the place of a deleted mirror") {
    Place site("TERM while a deleted mirror's place is empty");
    auto daemon = site.run_beyond_backup();
    site.remove({"", "-wal", "-shm"});
    CHECK(eventually([&] { return open_files(*daemon, "mirror.db").size() == 1; })); // its lock
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(5s).status, 0);
    CHECK_FALSE(fs::exists(site.path("mirror.db")));
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    site.check_true();
}

TEST_CASE("what is no mirror is not touched, and the service goes on when it is replaced again") {
    for (bool database : {true, false})
        for (bool until_term : {true, false}) {
            CAPTURE(database);
            CAPTURE(until_term);
            Place site("another program's file put in the mirror's place");
            auto daemon = site.run_beyond_backup();
            if (database)
                process::Connection(site.path("other.db"))
                    .execute("CREATE TABLE shop (id); INSERT INTO shop VALUES (7)");
            else
                site.write("other.db", "these are minutes of a meeting, and no database at all");
            std::string bytes = site.read("other.db");
            site.put("other.db");
            REQUIRE(
                daemon->says(database ? "is a database of another program" : "is not an SQLite database"));
            auto asked = [&] {
                return site.server.with([](platform::Platform& platform) { return platform.asked.size(); });
            };
            std::size_t before = asked();
            daemon->signal(SIGUSR1);
            REQUIRE(daemon->says("SIGUSR1"));
            CHECK_EQ(asked(), before);
            CHECK_EQ(count(daemon->said(), "error"), 1);
            CHECK_EQ(site.read("mirror.db"), bytes);
            if (until_term) {
                daemon->signal(SIGTERM);
                CHECK_EQ(daemon->wait(5s).status, 0);
                CHECK_EQ(site.read("mirror.db"), bytes);
                continue;
            }
            site.put("backup.db");
            REQUIRE(daemon->says("mirror_id is now "));
            CHECK(eventually([&] { return site.has("After") && site.delivered(); }));
            site.goes_on(*daemon);
            CHECK_EQ(count(daemon->said(), "error"), 1);
        }
}

TEST_CASE("the log alone deleted under the running service: nothing is lost, and the mirror is the same") {
    Place site("the log deleted under the service");
    auto daemon = site.run_beyond_backup();
    std::string before = site.mirror_id(), seq = site.one("SELECT max(seq) FROM changes");
    site.remove({"-wal", "-shm"});
    REQUIRE(daemon->says("deleted or replaced while the mirror was open"));
    CHECK(eventually([&] { return fs::exists(site.path("mirror.db-wal")); }));
    site.goes_on(*daemon);
    CHECK_EQ(site.mirror_id(), before);
    CHECK(std::stoi(site.one("SELECT max(seq) FROM changes")) > std::stoi(seq));
}

TEST_CASE("a backup put beside the log of a killed daemon: the two are never read as one") {
    Place site("a backup put beside the log of a killed daemon");
    auto daemon = site.run_beyond_backup();
    std::string before = site.mirror_id();
    daemon->signal(SIGKILL);
    daemon->wait();
    REQUIRE(fs::file_size(site.path("mirror.db-wal")) > 0);
    site.put("backup.db");
    daemon = site.start({"run"});
    REQUIRE(daemon->says("belongs to the database that was there before"));
    CHECK(eventually([&] { return site.has("After") && site.delivered(); }));
    CHECK(site.mirror_id() != before);
    site.goes_on(*daemon);
}

TEST_CASE("older content restored through SQLite into the running service's mirror is noticed") {
    Place site("older content restored through SQLite under the service");
    auto daemon = site.run_beyond_backup();
    std::string before = site.mirror_id();
    site.restore_through_sqlite();
    REQUIRE(daemon->says("mirror_id is now "));
    CHECK(eventually([&] { return site.has("After") && site.delivered(); }));
    CHECK(site.mirror_id() != before);
    site.goes_on(*daemon);
    CHECK_EQ(count(daemon->said(), "mirror_id"), 1);
}

TEST_CASE(
    "older content restored through SQLite while nothing runs is noticed, also where nothing is delivered") {
    for (bool with_feed : {true, false}) {
        Place site("older content restored through SQLite between runs", with_feed);
        site.mirror({"sync"});
        site.create("Before");
        site.mirror({"sync"});
        site.execute("VACUUM INTO '" + site.path("backup.db") + "'");
        site.create("After");
        site.mirror({"sync"});
        std::string before = site.mirror_id();
        site.restore_through_sqlite();
        site.create("Instead");
        auto outcome = site.mirror({"sync"});
        CHECK_EQ(outcome.status, 0);
        CHECK(site.mirror_id() != before);
        CHECK_EQ(count(outcome.err, "mirror_id is now " + site.mirror_id()), 1);
        site.check_true();
    }
}
