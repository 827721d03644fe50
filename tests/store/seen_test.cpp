#include "daemon/store/seen.hpp"

#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/outbox.hpp"
#include "tests/store/change_rows.hpp"
#include "tests/store/opened.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>

namespace versori::store {
namespace {

namespace fs = std::filesystem;
const model::Time now = *model::parse_time("2025-06-01T00:00:00Z");

// A mirror as the daemon holds it, closed and opened at will.
struct Held {
    Held() { open(); }

    // What a start says.
    std::string open() {
        std::string log = Seen::set_log_aside(path, now);
        database = std::make_unique<Database>(path, Database::Mode::write, now);
        seen = std::make_unique<Seen>(*database);
        std::string judged;
        {
            REQUIRE(database->try_begin());
            Transaction transaction(*database);
            judged = seen->judge();
            Bookkeeping(*database).abandon_running(now);
            transaction.commit();
        }
        seen->watch();
        return log + judged;
    }
    void close() {
        seen.reset();
        database.reset();
    }
    void add_records(int count) {
        REQUIRE(database->try_begin());
        Transaction transaction(*database);
        for (int i = 0; i < count; ++i)
            Query(*database, "INSERT INTO changes (seq, time, organisation_id, op, changed) VALUES ("
                             "(SELECT coalesce(max(seq), 0) + 1 FROM changes), '', 'O', 'baseline', '[]')")
                .run();
        transaction.commit();
    }
    void copy(const std::string& name) { database->copy_to(folder.file(name)); }
    void put(const std::string& name) { fs::rename(folder.file(name), path); }
    std::string mirror_id() { return Outbox(*database).extent().mirror_id; }

    Folder folder;
    std::string path = folder.file("m.db");
    std::unique_ptr<Database> database;
    std::unique_ptr<Seen> seen;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

} // namespace

TEST_CASE("seen: a mirror that is what it was keeps its mirror_id, and nothing is said") {
    Held held;
    std::string id = held.mirror_id();
    for (int i = 0; i < 3; ++i) {
        held.add_records(2);
        held.close();
        CHECK(held.open() == "");
        CHECK(held.mirror_id() == id);
    }
}

TEST_CASE("seen: what is not the mirror that was there takes a new mirror_id, and says why") {
    Held held;
    held.add_records(3);
    held.copy("copy");
    held.add_records(2);
    std::string id = held.mirror_id(), said;
    auto again = [&] { said = held.open(); };
    bool minted = true;
    SUBCASE("an older copy") {
        held.close();
        held.put("copy");
        again();
        CHECK(contains(said, "ends with the change record 3, though 5 were written: it is an older copy"));
    }
    SUBCASE("a copy of the last moment") {
        held.copy("last");
        held.close();
        held.put("last");
        again();
        CHECK(contains(said, "is another file than before"));
    }
    SUBCASE("another mirror") {
        Held other;
        other.copy("copy");
        other.close();
        held.close();
        fs::rename(other.folder.file("copy"), held.path);
        again();
        CHECK(contains(said, "is another one than before"));
    }
    SUBCASE("nobody knows of it") {
        held.close();
        fs::remove(held.path + ".seen");
        again();
        CHECK(contains(said, "there is no " + held.path + ".seen beside the mirror"));
    }
    SUBCASE("nothing legible is known of it") {
        held.close();
        std::ofstream(held.path + ".seen") << "mirror_id";
        again();
        CHECK(contains(said, "so it may be a copy"));
    }
    SUBCASE("nothing: a new one has its own") {
        held.close();
        for (const char* part : {"", "-wal", "-shm"})
            fs::remove(held.path + part);
        again();
        CHECK(contains(said, "is gone; a new one begins, mirror_id " + held.mirror_id() + " (was " + id));
        minted = false;
    }
    CHECK(held.mirror_id() != id);
    if (minted)
        CHECK(contains(said, "its mirror_id is now " + held.mirror_id()));
    held.close();
    CHECK(held.open() == "");
}

TEST_CASE("seen: a commit that was noted and did not come about is no older copy") {
    Held held;
    held.add_records(3);
    std::string id = held.mirror_id();
    {
        REQUIRE(held.database->try_begin());
        Transaction transaction(*held.database);
        Query(*held.database, "DELETE FROM changes WHERE seq = 3").run();
        Query(*held.database, "INSERT INTO changes (seq, time, organisation_id, op, changed) VALUES (3, '', "
                              "'O', 'baseline', '[]'), (4, '', 'O', 'baseline', '[]')")
            .run();
        held.seen->committing();
    }
    held.close();
    CHECK(held.open() == "");
    CHECK(held.mirror_id() == id);
}

TEST_CASE("seen: files that go or change under an open mirror, and older content, are displacement") {
    Held held;
    held.add_records(3);
    held.copy("copy");
    held.add_records(2);
    CHECK_NOTHROW(held.database->check());
    const char* says = "";
    SUBCASE("deleted") {
        fs::remove(held.path);
        says = "was deleted or moved away";
    }
    SUBCASE("replaced") {
        held.put("copy");
        says = "another file was put in the place";
    }
    SUBCASE("the log deleted") {
        fs::remove(held.path + "-wal");
        says = "-wal was deleted or replaced";
    }
    SUBCASE("the index deleted") {
        fs::remove(held.path + "-shm");
        says = "-shm was deleted or replaced";
    }
    SUBCASE("older content") {
        SQLite::Database other(held.path, SQLite::OPEN_READWRITE);
        other.exec("DELETE FROM changes WHERE seq > 3");
        says = "an older or other content was written over";
    }
    SUBCASE("other content") {
        SQLite::Database other(held.path, SQLite::OPEN_READWRITE);
        other.exec("UPDATE mirror SET mirror_id = 'another'");
        says = "an older or other content was written over";
    }
    CHECK_THROWS_WITH_AS(held.database->check(), doctest::Contains(says), Displaced);
    CHECK_THROWS_AS(held.database->try_begin(), Displaced);
    CHECK_FALSE(held.database->in_transaction());
    held.seen->leave();
    held.close();
    CHECK_NOTHROW(held.open());
}

TEST_CASE("seen: the log of a file that was there before is set aside") {
    Held held;
    held.add_records(3);
    held.copy("copy");
    held.add_records(2);
    held.database->leave_log();
    held.close();
    REQUIRE(fs::file_size(held.path + "-wal") > 0);
    SUBCASE("not beside its own database") {
        CHECK(held.open() == "");
    }
    SUBCASE("beside another") {
        held.put("copy");
        std::string said = held.open();
        CHECK(contains(said, "-wal belongs to the database that was there before; it is kept as " +
                                 held.path + ".20250601T000000Z-wal"));
        CHECK(Outbox(*held.database).extent().newest_seq == 3);
    }
}

} // namespace versori::store
