#include "tests/fault_table.hpp"
#include "tests/process/connection.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <optional>

using namespace versori;
using namespace std::chrono_literals;
using process::Backup;
using process::Connection;
using process::eventually;
using process::Program;
using process::Site;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t out = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++out;
    return out;
}

struct Locked : Site {
    explicit Locked(const char* fault, int connectors = 20) : Site({4, 1, connectors}), fault_(fault) {
        configure();
    }
    ~Locked() {
        tally_.tries = 1;
        tell_fault(fault_, tally_);
    }
    void create(const std::string& name) {
        server.with([&](platform::Platform& platform) {
            platform.world.create(platform.world.organisations.front().id, name);
        });
    }
    bool has(const std::string& name) const {
        return one("SELECT count(*) FROM connectors WHERE name = '" + name + "'") == "1";
    }
    int walks() const { return std::stoi(one("SELECT count(*) FROM walks WHERE outcome = 'settled'")); }
    void walk(Program& daemon) const {
        int before = walks();
        daemon.signal(SIGUSR1);
        CHECK(eventually([&] { return walks() > before; }));
    }
    void check_equal() {
        std::string org = organisations().front(), unequal = process::difference(tables(org), expected(org));
        CHECK_EQ(unequal, "");
        CHECK_EQ(one("PRAGMA integrity_check"), "ok");
        tally_.torn += !unequal.empty();
    }
    // Five seconds, in whatever phase.
    static void ends(Program& daemon) {
        daemon.signal(SIGTERM);
        CHECK_EQ(daemon.wait(5s).status, 0);
    }

private:
    const char* fault_;
    FaultTally tally_;
};

constexpr const char* waits = "another program has been writing ";

} // namespace

TEST_CASE("another process keeps a write transaction open: the walk waits, says so once, and goes on") {
    Locked site("a write transaction of another process");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    Connection other(site.path("mirror.db"));
    other.execute("BEGIN IMMEDIATE");
    site.create("Later");
    daemon->signal(SIGUSR1);
    REQUIRE(daemon->says(waits));
    SUBCASE("until it ends") {
        other.execute("COMMIT");
        CHECK(daemon->says("can be written again"));
        CHECK(eventually([&] { return site.has("Later"); }));
        site.check_equal();
        CHECK_EQ(count(daemon->said(), waits), 1);
        CHECK_EQ(count(daemon->said(), "error"), 0);
        site.ends(*daemon);
    }
    SUBCASE("until TERM") {
        site.ends(*daemon);
        other.execute("COMMIT");
        CHECK_EQ(site.mirror({"sync"}).status, 0);
        site.check_equal();
    }
}

TEST_CASE("another process keeps the mirror locked while the service starts") {
    for (bool readable : {true, false})
        for (bool until_term : {true, false}) {
            CAPTURE(readable);
            CAPTURE(until_term);
            Locked site("the mirror locked by another process at the start");
            site.mirror({"sync"});
            site.create("Later");
            std::optional<Connection> other(std::in_place, site.path("mirror.db"));
            if (!readable)
                other->execute("PRAGMA locking_mode = EXCLUSIVE");
            other->execute("BEGIN IMMEDIATE; INSERT INTO _settings VALUES ('other', '')");
            auto daemon = site.start({"run"});
            REQUIRE(eventually([&] { return site.read("mirror.db.lock").ends_with(" run"); }));
            if (until_term) {
                site.ends(*daemon);
                CHECK_EQ(count(daemon->said(), "error"), 0);
                continue;
            }
            CHECK(daemon->says(waits));
            other->execute("COMMIT");
            other.reset();
            CHECK(daemon->says("can be written again"));
            CHECK(eventually([&] { return site.has("Later"); }));
            CHECK_EQ(count(daemon->said(), waits), 1);
            site.check_equal();
            site.ends(*daemon);
        }
}

TEST_CASE("another process keeps a write transaction open while a new configuration is taken") {
    Locked site("a write transaction of another process at a reload");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    Connection other(site.path("mirror.db"));
    other.execute("BEGIN IMMEDIATE");
    site.configure("[schedule]\ninterval = \"2h\"\n");
    daemon->signal(SIGHUP);
    SUBCASE("until TERM") {
        site.ends(*daemon);
        CHECK_EQ(count(daemon->said(), "error"), 0);
    }
    SUBCASE("until it ends; what came meanwhile is done then") {
        REQUIRE(daemon->says(waits));
        site.configure("[schedule]\ninterval = \"3h\"\n");
        daemon->signal(SIGHUP);
        other.execute("COMMIT");
        bool both = eventually([&] { return count(daemon->said(), "reloaded: 1 organisation") == 2; });
        REQUIRE_MESSAGE(both, daemon->said());
        site.create("Later");
        daemon->signal(SIGUSR1);
        CHECK(eventually([&] { return site.has("Later"); }));
        site.check_equal();
        site.ends(*daemon);
    }
}

TEST_CASE("a reader stays in a transaction while the log grows: said once, and it shrinks when that ends") {
    Locked site("a reader that keeps an old snapshot", 200);
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    auto log_size = [&] { return std::filesystem::file_size(site.path("mirror.db-wal")); };
    Connection reader(site.path("mirror.db")), other(site.path("mirror.db"));
    reader.execute("BEGIN; SELECT count(*) FROM connectors");
    while (log_size() <= (65 << 20))
        other.execute("VACUUM");
    site.create("Later");
    site.walk(*daemon);
    REQUIRE(daemon->says("mirror.db-wal has grown to "));
    CHECK(daemon->says("because a reader holds an old state of the mirror"));
    site.walk(*daemon);
    site.walk(*daemon);
    reader.execute("COMMIT");
    site.walk(*daemon);
    CHECK(daemon->says("mirror.db-wal is small again"));
    CHECK(log_size() < (1 << 20));
    CHECK_EQ(count(daemon->said(), "has grown to "), 1);
    site.check_equal();
    site.ends(*daemon);
}

TEST_CASE("walks go on beside a VACUUM from outside and while a backup is being made") {
    Locked site("VACUUM and a backup beside walks");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    Connection other(site.path("mirror.db"));
    {
        Connection copy(site.path("backup.db"));
        std::optional<Backup> backup(std::in_place, other, copy);
        REQUIRE_FALSE(backup->copy(5));
        site.create("While it is copied");
        site.walk(*daemon);
        CHECK(site.has("While it is copied"));
        CHECK(backup->copy(-1));
    }
    other.execute("VACUUM");
    site.create("After it was vacuumed");
    site.walk(*daemon);
    CHECK(site.has("After it was vacuumed"));
    site.check_equal();
    site.ends(*daemon);
    CHECK_EQ(count(daemon->said(), " error "), 0);
    CHECK_EQ(site.mirror({"restore", site.path("backup.db")}).status, 0);
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    site.check_equal();
}
