#include "daemon/store/database.hpp"

#include "daemon/store/query.hpp"
#include "tests/store/folder.hpp"

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

namespace versori::store {
namespace {

namespace fs = std::filesystem;
using Mode = Database::Mode;

const model::Time now = *model::parse_time("2025-06-01T12:00:00.25Z");

// Without root's rights for as long as it lives; the same user when the tests do not run as root.
class Unprivileged {
public:
    Unprivileged() {
        if (root_ && (::setegid(65534) != 0 || ::seteuid(65534) != 0))
            throw std::runtime_error("the rights of root cannot be put aside");
    }
    ~Unprivileged() {
        if (root_ && (::seteuid(0) != 0 || ::setegid(0) != 0))
            std::abort();
    }

private:
    bool root_ = ::geteuid() == 0;
};

class Umask {
public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    ~Umask() { ::umask(before_); }

private:
    mode_t before_;
};

// Name and content of all that is in a folder; of the index of a log, which holds its readers, only the name.
std::map<std::string, std::string> contents(const Folder& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
        std::ostringstream text;
        if (entry.is_regular_file() && !entry.path().string().ends_with("-shm"))
            text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        out[entry.path().filename()] = text.str();
    }
    return out;
}

void run_sql(const std::string& path, const std::string& sql) {
    SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
}

std::string value_of(const std::string& path, const std::string& sql) {
    return SQLite::Database(path, SQLite::OPEN_READONLY).execAndGet(sql).getString();
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

int mode_of(const std::string& path) {
    struct stat info;
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

// What opening says, with the folder's name as `DIR`; empty when it works.
std::string refusal(const Folder& folder, Mode mode, const std::string& name = "m.db") {
    try {
        Database database(folder.file(name), mode, now);
        return "";
    } catch (const StoreError& error) {
        std::string text = error.what(), folder_name = folder.path();
        for (auto at = text.find(folder_name); at != text.npos; at = text.find(folder_name))
            text.replace(at, folder_name.size(), "DIR");
        return text;
    }
}

void make_mirror(const Folder& folder) {
    Database database(folder.file("m.db"), Mode::write, now);
}

TEST_CASE("database: a new mirror says what it is") {
    Folder folder;
    make_mirror(folder);
    std::string path = folder.file("m.db");
    CHECK(value_of(path, "PRAGMA application_id") == std::to_string(0x564D4952));
    CHECK(value_of(path, "PRAGMA user_version") == std::to_string(schema_number()));
    CHECK(value_of(path, "PRAGMA journal_mode") == "wal");
    CHECK(value_of(path, "SELECT count(*) || ' ' || created_at || ' ' || first_seq FROM mirror") ==
          "1 2025-06-01T12:00:00.250000Z 1");
    CHECK(value_of(path, "SELECT length(mirror_id) = 36 AND mirror_id GLOB '*-*-4*-[89ab]*-*' FROM mirror") ==
          "1");
    CHECK(value_of(path, "PRAGMA integrity_check") == "ok");
}

TEST_CASE("database: its files may be read by the group, and stay after a clean end") {
    Umask mask(022);
    Folder folder;
    make_mirror(folder);
    for (std::string name : {"m.db", "m.db-wal", "m.db-shm"})
        CHECK(mode_of(folder.file(name)) == 0640);
}

TEST_CASE("database: opened again it is the same mirror, and another one has another id") {
    Folder folder, other;
    make_mirror(folder);
    make_mirror(other);
    std::string id = value_of(folder.file("m.db"), "SELECT mirror_id FROM mirror");
    make_mirror(folder);
    CHECK(value_of(folder.file("m.db"), "SELECT mirror_id FROM mirror") == id);
    CHECK(value_of(other.file("m.db"), "SELECT mirror_id FROM mirror") != id);
}

TEST_CASE("database: an empty file becomes a mirror") {
    Folder folder;
    write_file(folder.file("m.db"), "");
    CHECK(refusal(folder, Mode::write) == "");
    CHECK(value_of(folder.file("m.db"), "SELECT count(*) FROM mirror") == "1");
}

TEST_CASE("database: a mirror without its log, under an odd name") {
    Folder folder;
    std::string name = "a b%20?x#y'é.db";
    CHECK(refusal(folder, Mode::write, name) == "");
    fs::remove(folder.file(name + "-wal"));
    fs::remove(folder.file(name + "-shm"));
    CHECK(refusal(folder, Mode::read, name) == "");
    CHECK(refusal(folder, Mode::write, name) == "");
}

TEST_CASE("database: refusals leave everything as it was") {
    struct Case {
        std::string_view name;
        std::function<void(const Folder&)> prepare;
        Mode mode;
        std::string expected;
    };
    auto sql = [](std::string text) {
        return [text](const Folder& folder) { run_sql(folder.file("m.db"), text); };
    };
    auto file = [](std::string text) {
        return [text](const Folder& folder) { write_file(folder.file("m.db"), text); };
    };
    std::string newer = "PRAGMA application_id = " + std::to_string(0x564D4952) +
                        "; PRAGMA user_version = 99; CREATE TABLE t (x)";
    std::string number = std::to_string(schema_number());
    std::string foreign =
        "DIR/m.db is a database of another program; name another file with mirror.database or --database";
    std::string too_new = "the mirror DIR/m.db is of schema 99, this versori-mirror knows schemas up to " +
                          number + "; install the newer version again, or name another file";
    std::string no_database =
        "the mirror DIR/m.db: it is not an SQLite database; name another file, or move this one away";
    std::string none = "there is no mirror at DIR/m.db yet; `versori-mirror run` or `sync` makes one, "
                       "--database names another file";
    const Case cases[] = {
        {"another application's", sql("PRAGMA application_id = 7; CREATE TABLE t (x)"), Mode::write, foreign},
        {"another application's, to read", sql("PRAGMA application_id = 7; CREATE TABLE t (x)"), Mode::read,
         foreign},
        {"another application's, in WAL mode",
         sql("PRAGMA application_id = 7; PRAGMA journal_mode = WAL; CREATE TABLE t (x)"), Mode::write,
         foreign},
        {"nobody's, with a table", sql("CREATE TABLE t (x)"), Mode::write, foreign},
        {"nobody's, with a version", sql("PRAGMA user_version = 3"), Mode::write, foreign},
        {"another application's, in WAL mode, in use",
         [&](const Folder& folder) {
             run_sql(folder.file("x"),
                     "PRAGMA application_id = 7; PRAGMA journal_mode = WAL; CREATE TABLE t (x)");
             SQLite::Database open(folder.file("x"), SQLite::OPEN_READWRITE);
             open.exec("INSERT INTO t VALUES (1)");
             fs::copy(folder.file("x"), folder.file("m.db"));
             fs::copy(folder.file("x-wal"), folder.file("m.db-wal"));
             fs::copy(folder.file("x-shm"), folder.file("m.db-shm"));
         },
         Mode::write, foreign},
        {"a newer mirror", sql(newer), Mode::write, too_new},
        {"a newer mirror, to read", sql(newer), Mode::read, too_new},
        {"a newer mirror, in WAL mode", sql("PRAGMA journal_mode = WAL; " + newer), Mode::write, too_new},
        {"a text", file(std::string(5000, 'x')), Mode::write, no_database},
        {"a text, to read", file(std::string(5000, 'x')), Mode::read, no_database},
        {"a short text", file("hello"), Mode::write, no_database},
        {"a folder", [](const Folder& folder) { fs::create_directory(folder.file("m.db")); }, Mode::write,
         "the mirror DIR/m.db is no regular file"},
        {"nothing to read", [](const Folder&) {}, Mode::read, none},
        {"an empty file to read", file(""), Mode::read, none},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Folder folder;
        one.prepare(folder);
        auto before = contents(folder);
        CHECK(refusal(folder, one.mode) == one.expected);
        bool same = contents(folder) == before;
        CHECK(same);
    }
}

TEST_CASE("database: what may not be written is refused") {
    Umask mask(022);
    Folder folder;
    fs::permissions(folder.path(), fs::perms(0755));
    auto refused = [&] {
        auto before = contents(folder);
        std::string said;
        {
            Unprivileged nobody;
            said = refusal(folder, Mode::write);
        }
        bool same = contents(folder) == before;
        CHECK(same);
        return said;
    };
    SUBCASE("a new file in a folder that is closed") {
        fs::permissions(folder.path(), fs::perms(0555));
        CHECK(refused() == "the mirror DIR/m.db cannot be created or written: Permission denied; check its "
                           "directory's owner and mode, or name another file");
    }
    SUBCASE("a file that is closed") {
        make_mirror(folder);
        fs::permissions(folder.file("m.db"), fs::perms(0444));
        fs::permissions(folder.file("m.db-wal"), fs::perms(0444));
        fs::permissions(folder.file("m.db-shm"), fs::perms(0444));
        CHECK(refused() == "the mirror DIR/m.db cannot be created or written: Permission denied; check its "
                           "directory's owner and mode, or name another file");
    }
    SUBCASE("a file that is open in a folder that is closed") {
        make_mirror(folder);
        fs::remove(folder.file("m.db-wal"));
        fs::remove(folder.file("m.db-shm"));
        fs::permissions(folder.file("m.db"), fs::perms(0666));
        fs::permissions(folder.path(), fs::perms(0555));
        CHECK(refused() == "the mirror DIR/m.db: it cannot be written: check the owner and mode of the file "
                           "and its directory");
    }
    SUBCASE("a folder that is not there") {
        CHECK(refusal(folder, Mode::write, "no/m.db") ==
              "the mirror DIR/no/m.db cannot be created or written: No such file or directory; check its "
              "directory's owner and mode, or name another file");
    }
    fs::permissions(folder.path(), fs::perms(0755));
}

TEST_CASE("database: after a clean end it can be read by those who may write nothing") {
    Umask mask(022);
    Folder folder;
    make_mirror(folder);
    for (std::string name : {"m.db", "m.db-wal", "m.db-shm"})
        fs::permissions(folder.file(name), fs::perms(0444));
    fs::permissions(folder.path(), fs::perms(0555));
    {
        Unprivileged nobody;
        CHECK(refusal(folder, Mode::read) == "");
        Database reader(folder.file("m.db"), Mode::read, now);
        CHECK(reader.data_version() > 0);
    }
    fs::permissions(folder.path(), fs::perms(0755));
}

TEST_CASE("database: a reader alters nothing") {
    Folder folder;
    make_mirror(folder);
    Database reader(folder.file("m.db"), Mode::read, now);
    CHECK_THROWS_WITH_AS(reader.execute("DELETE FROM mirror"), doctest::Contains("it cannot be written"),
                         StoreError);
}

TEST_CASE("database: transactions are whole or not at all") {
    Folder folder;
    Database database(folder.file("m.db"), Mode::write, now);
    auto count = [&] { return value_of(folder.file("m.db"), "SELECT count(*) FROM _settings"); };
    {
        REQUIRE(database.try_begin());
        Transaction transaction(database);
        CHECK(database.in_transaction());
        database.execute("INSERT INTO _settings VALUES ('a', '1')");
    }
    CHECK_FALSE(database.in_transaction());
    CHECK(count() == "0");
    {
        REQUIRE(database.try_begin());
        Transaction transaction(database);
        database.execute("INSERT INTO _settings VALUES ('a', '1')");
        CHECK(count() == "0");
        transaction.commit();
    }
    CHECK(count() == "1");
    CHECK(database.total_changes() >= 2);
}

TEST_CASE("database: one writer at a time, seen by the other") {
    Folder folder;
    Database one(folder.file("m.db"), Mode::write, now), other(folder.file("m.db"), Mode::write, now);
    auto before = other.data_version();
    CHECK(other.data_version() == before);
    REQUIRE(one.try_begin());
    CHECK_FALSE(other.try_begin());
    CHECK_FALSE(other.in_transaction());
    one.execute("INSERT INTO _settings VALUES ('a', '1')");
    one.commit();
    CHECK(other.data_version() != before);
    REQUIRE(other.try_begin());
    other.rollback();
}

TEST_CASE("database: a reader in the middle of a snapshot keeps no writer from its work") {
    Folder folder;
    Database writer(folder.file("m.db"), Mode::write, now), reader(folder.file("m.db"), Mode::read, now);
    reader.execute("BEGIN; SELECT count(*) FROM _settings");
    for (int i = 0; i < 3; ++i) {
        REQUIRE(writer.try_begin());
        writer.execute(("INSERT INTO _settings VALUES ('" + std::to_string(i) + "', '')").c_str());
        writer.commit();
    }
    reader.execute("COMMIT");
    CHECK(value_of(folder.file("m.db"), "SELECT count(*) FROM _settings") == "3");
}

TEST_CASE("database: every reference is enforced, and commits are on disk before they are told") {
    Folder folder;
    Database database(folder.file("m.db"), Mode::write, now);
    CHECK_THROWS_WITH_AS(database.execute("INSERT INTO connector_tags VALUES ('O', 'C', 't', 0, NULL)"),
                         doctest::Contains("FOREIGN KEY constraint failed"), StoreError);
    Query level(database, "PRAGMA synchronous");
    REQUIRE(level.step());
    CHECK(level.integer(0) == 2);
}

TEST_CASE("database: a damaged file says how to go on") {
    Folder folder;
    make_mirror(folder);
    fs::remove(folder.file("m.db-wal"));
    fs::remove(folder.file("m.db-shm"));
    auto size = fs::file_size(folder.file("m.db"));
    {
        std::fstream file(folder.file("m.db"), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(100);
        file << std::string(static_cast<std::size_t>(size) - 100, '\xff');
    }
    std::string said = refusal(folder, Mode::write);
    CHECK(said.starts_with("the mirror DIR/m.db: it is damaged ("));
    CHECK(said.ends_with("); `versori-mirror rebuild` sets it aside and starts a new one"));
}

} // namespace
} // namespace versori::store
