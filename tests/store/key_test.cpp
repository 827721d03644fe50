#include "daemon/store/key.hpp"

#include "daemon/store/database.hpp"
#include "tests/store/folder.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

namespace versori::store {
namespace {

namespace fs = std::filesystem;

std::string refusal(const std::string& database) {
    try {
        fingerprint_key(database);
        return "";
    } catch (const StoreError& error) {
        return error.what();
    }
}

TEST_CASE("key: made once, for its owner alone") {
    Folder folder;
    std::string database = folder.file("m.db");
    auto key = fingerprint_key(database);
    CHECK(fs::status(database + ".key").permissions() == fs::perms(0600));
    CHECK(fs::file_size(database + ".key") == 32);
    CHECK(fingerprint_key(database) == key);
    CHECK_FALSE(fs::exists(database + ".key.new"));
    CHECK(fingerprint_key(folder.file("other.db")) != key);
    CHECK(key != std::array<std::uint8_t, 32>{});
}

TEST_CASE("key: what a crash left half done is no obstacle") {
    Folder folder;
    std::string database = folder.file("m.db");
    std::ofstream(database + ".key.new") << "half";
    CHECK(refusal(database) == "");
    CHECK(fs::file_size(database + ".key") == 32);
}

TEST_CASE("key: refused when others may read it, and left as it is") {
    Folder folder;
    std::string database = folder.file("m.db");
    fingerprint_key(database);
    for (int mode : {0640, 0604, 0660, 0644, 0620, 0601}) {
        CAPTURE(mode);
        fs::permissions(database + ".key", fs::perms(mode));
        CHECK(refusal(database) == "the fingerprint key " + database +
                                       ".key may be read by others: chmod 600 " + database + ".key");
        CHECK(fs::status(database + ".key").permissions() == fs::perms(mode));
    }
    fs::permissions(database + ".key", fs::perms(0400));
    CHECK(refusal(database) == "");
}

TEST_CASE("key: refused when it has another size") {
    Folder folder;
    std::string database = folder.file("m.db");
    for (std::size_t size : {0, 31, 33}) {
        std::ofstream(database + ".key") << std::string(size, 'x');
        fs::permissions(database + ".key", fs::perms(0600));
        CHECK(refusal(database) == "the fingerprint key " + database +
                                       ".key is not 32 bytes long; restore it from a backup, or move it away "
                                       "to have a new one made");
    }
}

TEST_CASE("key: refused when it cannot be made") {
    Folder folder;
    CHECK(refusal(folder.file("no/m.db")) ==
          "the fingerprint key " + folder.file("no/m.db.key") + " cannot be made: No such file or directory");
}

} // namespace
} // namespace versori::store
