#include "daemon/store/lock.hpp"

#include "daemon/store/database.hpp"
#include "tests/store/folder.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace versori::store {
namespace {

std::string refusal(const std::string& database) {
    try {
        Lock lock(database, "sync");
        return "";
    } catch (const LockHeld& held) {
        return held.what();
    }
}

TEST_CASE("lock: one writer a mirror; a second one is told who and what to do") {
    Folder folder;
    std::string database = folder.file("m.db"), pid = std::to_string(::getpid());
    {
        Lock lock(database, "run");
        CHECK(refusal(database) == "versori-mirror run, process " + pid + ", writes the mirror (it holds " +
                                       database + ".lock); `kill -USR1 " + pid + "` makes it walk now");
        CHECK(refusal(folder.file("other.db")) == "");
    }
    CHECK(refusal(database) == "");
    {
        Lock lock(database, "sync");
        CHECK(refusal(database) == "versori-mirror sync, process " + pid + ", writes the mirror (it holds " +
                                       database + ".lock); wait until it ends");
    }
}

TEST_CASE("lock: what a killed process left is no obstacle") {
    Folder folder;
    std::string database = folder.file("m.db");
    {
        Lock lock(database, "run");
        std::filesystem::copy(database + ".lock", folder.file("left"));
    }
    CHECK(std::filesystem::file_size(database + ".lock") == 0);
    std::filesystem::rename(folder.file("left"), database + ".lock");
    CHECK(refusal(database) == "");
}

TEST_CASE("lock: where none can be made") {
    Folder folder;
    CHECK_THROWS_WITH_AS(Lock(folder.file("no/m.db"), "run"), doctest::Contains("No such file or directory"),
                         StoreError);
}

} // namespace
} // namespace versori::store
