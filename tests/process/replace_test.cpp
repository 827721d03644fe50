#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

using namespace versori;
using process::Outcome;
using process::Site;

namespace {

std::string mirror_id(const Site& site) {
    return site.one("SELECT mirror_id FROM mirror");
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct Mirrored : Site {
    Mirrored() : Site({4, 1, 20}) {
        configure("[changes]\njournal = false\nfile = \"" + path("changes.jsonl") + "\"\n");
        mirror({"sync"});
    }
    // The whole organisation, column by column.
    std::string unequal() {
        std::string org = organisations().front();
        return process::difference(tables(org), expected(org));
    }
};

} // namespace

TEST_CASE("a damaged mirror is said in one sentence with the way out, and rebuild begins anew beside it") {
    Mirrored site;
    std::string before = mirror_id(site);
    std::filesystem::remove(site.path("mirror.db-wal"));
    std::filesystem::remove(site.path("mirror.db-shm"));
    std::string bytes = site.read("mirror.db");
    bytes.replace(4096, bytes.size() - 4096, bytes.size() - 4096, '\x55');
    site.write("mirror.db", bytes, 0640);

    Outcome damaged = site.mirror({"sync"});
    CHECK_EQ(damaged.status, 74);
    CHECK_MESSAGE(contains(damaged.err, "versori-mirror rebuild"), damaged.err);
    CHECK_EQ(site.read("mirror.db"), bytes);

    Outcome rebuilt = site.mirror({"rebuild"});
    CHECK_EQ(rebuilt.status, 0);
    auto at = rebuilt.out.find(site.path("mirror.db."));
    REQUIRE(at != std::string::npos);
    std::string kept = rebuilt.out.substr(at, rebuilt.out.find('\n', at) - at);
    CHECK_EQ(site.read(std::filesystem::path(kept).filename()), bytes);
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    CHECK_EQ(site.unequal(), "");
    CHECK(mirror_id(site) != before);
}

TEST_CASE("restore puts a backup in place under a new mirror_id, and the next walk catches up") {
    Mirrored site;
    std::string before = mirror_id(site);
    site.execute("VACUUM INTO '" + site.path("backup.db") + "'");
    std::string org = site.organisations().front();
    site.server.with([&](platform::Platform& platform) { platform.world.create(org, "Later"); });
    site.mirror({"sync"});

    Outcome restored = site.mirror({"restore", site.path("backup.db")});
    CHECK_EQ(restored.status, 0);
    CHECK(mirror_id(site) != before);
    CHECK_EQ(site.one("SELECT count(*) FROM connectors WHERE name = 'Later'"), "0");
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    CHECK_EQ(site.unequal(), "");
    std::string told = site.read("changes.jsonl");
    CHECK(contains(told, "\"mirror_id\":\"" + mirror_id(site) + "\""));
}

TEST_CASE("root may rebuild and restore for the service's user: the mirror stays that user's") {
    if (::geteuid() != 0) {
        MESSAGE("it takes root to act for another user");
        return;
    }
    constexpr uid_t service = 65534;
    Mirrored site;
    site.execute("VACUUM INTO '" + site.path("backup.db") + "'");
    auto of_the_mirror = [&](const std::function<void(const std::string&)>& visit) {
        for (const auto& entry : std::filesystem::directory_iterator(site.directory()))
            if (entry.path().filename().string().starts_with("mirror.db"))
                visit(entry.path());
    };
    auto not_the_services = [&] {
        std::string out;
        of_the_mirror([&](const std::string& file) {
            struct stat info {};
            ::stat(file.c_str(), &info);
            out += info.st_uid == service ? "" : file + "\n";
        });
        return out;
    };
    of_the_mirror([&](const std::string& file) { REQUIRE_EQ(::chown(file.c_str(), service, service), 0); });
    CHECK_EQ(site.mirror({"rebuild"}).status, 0);
    CHECK_EQ(not_the_services(), "");
    CHECK_EQ(site.mirror({"restore", site.path("backup.db")}).status, 0);
    CHECK_EQ(not_the_services(), "");
}

TEST_CASE("a backup copied in by hand is noticed: it gets a new mirror_id") {
    Mirrored site;
    std::string before = mirror_id(site);
    site.execute("VACUUM INTO '" + site.path("backup.db") + "'");
    std::string org = site.organisations().front();
    site.server.with([&](platform::Platform& platform) { platform.world.create(org, "Later"); });
    site.mirror({"sync"});
    for (const char* part : {"", "-wal", "-shm"})
        std::filesystem::remove(site.path(std::string("mirror.db") + part));
    std::filesystem::rename(site.path("backup.db"), site.path("mirror.db"));

    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 0);
    CHECK(mirror_id(site) != before);
    CHECK_MESSAGE(contains(outcome.err, mirror_id(site)), outcome.err);
    CHECK_EQ(site.unequal(), "");
}

TEST_CASE("restore refuses what is no mirror, and changes nothing") {
    Mirrored site;
    std::string before = mirror_id(site);
    site.write("notes", "no database");
    CHECK_EQ(site.mirror({"restore", site.path("notes")}).status, 74);
    CHECK_EQ(site.mirror({"restore", site.path("nowhere")}).status, 74);
    CHECK_EQ(mirror_id(site), before);
}
