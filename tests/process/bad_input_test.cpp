#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <random>

using namespace versori;
using process::Outcome;
using process::Site;

namespace {

void answer_with(Site& site, std::string body) {
    site.server.with([&](platform::Platform& platform) {
        platform::Fault fault;
        fault.answer = platform::Answer{200, {}, std::move(body)};
        platform.fail_when([](const platform::Ask&) { return true; }, fault);
    });
}

} // namespace

TEST_CASE("a page that cannot be read fails the walk with one line and changes nothing") {
    struct Case {
        const char* name;
        std::string body;
        const char* reason;
    };
    std::string deep = R"({"totalCount":1,"connectors":[)" + std::string(8 << 20, '[');
    const Case cases[] = {
        {"not JSON", "<html>", "not JSON"},
        {"cut", R"({"totalCount":1,"connectors":[{"id":"a")", "not JSON"},
        {"invalid UTF-8", "{\"totalCount\":1,\"connectors\":[],\"x\":\"\xff\"}", "not UTF-8"},
        {"absurd nesting", deep, "nested deeper"},
        {"no connectors", R"({"totalCount":0})", "no `connectors`"},
        {"connectors is no array", R"({"totalCount":0,"connectors":{}})", "not an array"},
        {"too large", R"({"totalCount":0,"connectors":[],"x":")" + std::string(300 << 10, 'x') + "\"}",
         "max_page_bytes"},
    };
    Site site({1, 1, 5});
    site.configure();
    site.mirror({"sync"});
    auto before = site.tables(site.organisations().front());
    for (const Case& one : cases) {
        CAPTURE(one.name);
        site.server.with([](platform::Platform& platform) { platform.clear_faults(); });
        answer_with(site, one.body);
        bool large = std::string_view(one.name) == "too large";
        site.configure("[platform]\nurl = \"" + site.server.url() +
                       "\"\nretry_limit = 0\nmax_page_bytes = \"" + (large ? "256KiB" : "64MiB") + "\"\n");
        Outcome outcome = site.mirror({"sync"});
        CHECK_EQ(outcome.status, 1);
        std::string said = outcome.out + outcome.err;
        CHECK_MESSAGE(said.find(one.reason) != std::string::npos, said);
        CHECK_MESSAGE(said.find(site.world.organisations.front().name) != std::string::npos, said);
        CHECK_EQ(std::count(said.begin(), said.end(), '\n'), 1);
        CHECK_EQ(process::difference(site.tables(site.organisations().front()), before), "");
        CHECK_EQ(site.one("SELECT outcome FROM walks ORDER BY walk_id DESC"), "incomplete");
    }
}

TEST_CASE("a connector that cannot be normalised goes to rejects, and the rest of the page goes on") {
    Site site({1, 1, 10});
    std::string org = site.organisations().front();
    site.configure();
    site.server.with([&](platform::Platform& platform) {
        auto& bad = platform.world.organisation(org).connectors.at(3);
        bad.raw_json = R"({"id":")" + bad.id + R"(","name":17})";
    });
    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 0);
    CHECK_EQ(site.one("SELECT count(*) FROM connectors"), "9");
    CHECK_EQ(site.query("SELECT json_path, count FROM rejects").size(), 1);
    CHECK(outcome.err.find("1 connector could not be read") != std::string::npos);
    CHECK_EQ(process::difference(site.tables(org), site.expected(org)), "");
}

TEST_CASE("a database that is not ours, or newer, or not to be written is refused and not altered") {
    struct Case {
        const char* sql;
        const char* says;
    };
    const Case cases[] = {
        {"CREATE TABLE shop (id); PRAGMA application_id = 7", "another program"},
        {"CREATE TABLE t (id); PRAGMA application_id = 0x564D4952; PRAGMA user_version = 999", "999"},
    };
    for (const Case& one : cases) {
        Site site({1, 1, 3});
        site.configure();
        site.write("mirror.db", "", 0640);
        site.execute(one.sql);
        std::string before = site.read("mirror.db");
        Outcome outcome = site.mirror({"sync"});
        CHECK_EQ(outcome.status, 74);
        CHECK_MESSAGE(outcome.err.find(one.says) != std::string::npos, outcome.err);
        CHECK_EQ(site.read("mirror.db"), before);
    }
    Site site({1, 1, 3});
    site.configure();
    site.write("mirror.db", "these are minutes of a meeting, and no database at all");
    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 74);
    CHECK_EQ(site.read("mirror.db"), "these are minutes of a meeting, and no database at all");
}

TEST_CASE("a token file that anyone may read is refused") {
    Site site({1, 1, 3});
    site.configure();
    site.write("token", "site-token", 0644);
    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 1);
    CHECK_MESSAGE(outcome.out.find(site.path("token")) != std::string::npos, outcome.out);
    CHECK((outcome.out + outcome.err).find("site-token") == std::string::npos);
    CHECK_EQ(site.one("SELECT state FROM organisations"), "denied");
}

TEST_CASE("everything wrong with the configuration is said at once") {
    Site site({1, 1, 3});
    site.write("versori-mirror.toml",
               "[schedule]\ninterval = 5\njiter = \"1%\"\n[platform]\nurl = \"ftp://x\"\n");
    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 78);
    for (const char* part :
         {"versori-mirror.toml:2:12: schedule.interval", "versori-mirror.toml:3:1: schedule.jiter",
          "versori-mirror.toml:5:7: platform.url"})
        CHECK_MESSAGE(outcome.err.find(part) != std::string::npos, outcome.err);
}

TEST_CASE("usage errors") {
    Site site({1, 1, 3});
    site.configure();
    CHECK_EQ(site.mirror({"dance"}).status, 64);
    CHECK_EQ(site.mirror({"sync", "-o", "nobody"}).status, 64);
    CHECK_EQ(site.bare({}).status, 64);
    CHECK_EQ(site.bare({"stat"}).err, "versori-mirror: there is no command stat; did you mean status?\n");
    CHECK(site.bare({"dance"}).err.find("no command dance; expected one of run, sync, ") !=
          std::string::npos);
    CHECK(site.bare({"deletions"}).err.find("subcommand is required") != std::string::npos);
    CHECK_EQ(site.bare({"--help"}).status, 0);
    CHECK_EQ(site.bare({"--version"}).out, "versori-mirror 0.1.0\n");
}

TEST_CASE("no secret leaves the page it arrived on") {
    Site site;
    site.configure();
    Outcome outcome = site.mirror({"--log-level", "trace", "sync"});
    for (const auto& entry : std::filesystem::directory_iterator(site.directory())) {
        std::string name = entry.path().filename();
        if (name != "token")
            CHECK_MESSAGE(site.read(name).find("site-token") == std::string::npos, name);
        CHECK_MESSAGE(site.read(name).find("CANARY") == std::string::npos, name);
    }
    CHECK((outcome.out + outcome.err).find("CANARY") == std::string::npos);
}
