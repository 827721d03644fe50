#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace versori;
using process::eventually;
using process::Outcome;
using process::Site;

namespace {

using Texts = std::vector<std::string>;

// Removes the first `count` connectors of the first organisation; gives their ids.
Texts remove_upstream(Site& site, std::size_t count) {
    Texts ids;
    site.server.with([&](platform::Platform& platform) {
        auto& world = platform.world;
        std::string org = world.organisations.front().id;
        for (const auto* connector : platform::listed(world.organisation(org)))
            if (ids.size() < count)
                ids.push_back(connector->id);
        for (const std::string& id : ids)
            world.remove(org, id);
    });
    return ids;
}

// A site of one organisation with 40 connectors of which 20 are gone upstream: held.
struct Held : Site {
    Held() : Site({5, 1, 40}) {
        configure();
        mirror({"sync"});
        age();
        gone = remove_upstream(*this, 20);
        outcome = mirror({"sync"});
    }
    Texts gone;
    Outcome outcome;
};

std::string connectors(const Site& site) {
    return site.one("SELECT count(*) FROM connectors");
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a mass deletion is held, as rows and in one line, and upserts go on") {
    Held site;
    CHECK_EQ(site.outcome.status, 1);
    CHECK_MESSAGE(contains(site.outcome.err, "deletions are held: "), site.outcome.err);
    CHECK_EQ(connectors(site), "40");
    CHECK_EQ(site.one("SELECT count(*), min(held) FROM pending_deletions"), "20|1");
    CHECK_EQ(site.one("SELECT state, held_since IS NOT NULL FROM organisations"), "ok|1");
    std::string org = site.organisations().front();
    site.server.with([&](platform::Platform& platform) { platform.world.create(org, "Fresh"); });
    Outcome again = site.mirror({"sync"});
    CHECK_EQ(again.status, 1);
    CHECK_MESSAGE(!contains(again.err, "held"), again.err); // warned once
    CHECK_EQ(site.one("SELECT count(*) FROM connectors WHERE name = 'Fresh'"), "1");
    CHECK_EQ(site.one("SELECT count(*) FROM changes WHERE op = 'delete'"), "0");

    Outcome list = site.mirror({"deletions", "list"});
    CHECK_EQ(list.status, 0);
    CHECK_MESSAGE(contains(list.out, "is held since 20"), list.out);
    for (const std::string& id : site.gone)
        CHECK(contains(list.out, id));
}

TEST_CASE("approve deletes exactly what is missing, beside a running daemon that delivers it within 2 s") {
    Held site;
    site.configure("[changes]\njournal = false\nfile = \"" + site.path("changes.jsonl") + "\"\n");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("missing"));
    Outcome approved = site.mirror({"deletions", "approve", site.world.organisations.front().name});
    CHECK_EQ(approved.status, 0);
    CHECK(contains(approved.out, "20 connectors deleted"));
    CHECK(eventually([&] { return contains(site.read("changes.jsonl"), "\"evidence\":\"approved\""); },
                     std::chrono::seconds{2}));
    CHECK_EQ(connectors(site), "20");
    CHECK_EQ(
        site.query("SELECT evidence, count(*) FROM changes WHERE op = 'delete' AND table_name = 'connectors' "
                   "GROUP BY 1"),
        Texts{"approved|20"});
    CHECK_EQ(site.one("SELECT held_since IS NULL, connector_count FROM organisations"), "1|20");
    daemon->signal(SIGUSR1);
    std::string org = site.organisations().front();
    CHECK(eventually([&] { return process::difference(site.tables(org), site.expected(org)).empty(); }));
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
}

TEST_CASE("reject keeps them until each is listed again") {
    Held site;
    std::string name = site.world.organisations.front().name;
    Outcome rejected = site.mirror({"deletions", "reject", name});
    CHECK_EQ(rejected.status, 0);
    CHECK(contains(rejected.out, "20 connectors kept"));
    for (int i = 0; i < 3; ++i)
        CHECK_EQ(site.mirror({"sync"}).status, 0);
    CHECK_EQ(connectors(site), "40");
    CHECK_EQ(site.one("SELECT count(*) FROM pending_deletions"), "0");
    CHECK_EQ(site.mirror({"deletions", "list"}).out, "nothing is missing\n");
    CHECK_EQ(site.mirror({"deletions", "approve", name}).out, name + ": 0 connectors deleted\n");
}

TEST_CASE("sync --approve-deletions is approve in one shot") {
    Held site;
    Outcome outcome = site.mirror({"sync", "--approve-deletions"});
    CHECK_EQ(outcome.status, 0);
    std::string org = site.organisations().front();
    CHECK_EQ(process::difference(site.tables(org), site.expected(org)), "");
    CHECK_EQ(site.one("SELECT count(*) FROM changes WHERE evidence = 'approved'"), "20");
}

TEST_CASE("a hold ends by itself when the listing comes back") {
    Site site({5, 1, 30});
    site.configure();
    site.mirror({"sync"});
    site.age();
    auto show = [&](std::function<bool(const platform::Connector&)> visible) {
        site.server.with(
            [&](platform::Platform& platform) { platform.behaviour.visible = std::move(visible); });
    };
    show([](const platform::Connector&) { return false; });
    CHECK_EQ(site.mirror({"sync"}).status, 1);
    CHECK_EQ(site.one("SELECT held_since IS NOT NULL FROM organisations"), "1");
    show({});
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    CHECK_EQ(site.one("SELECT held_since IS NULL FROM organisations"), "1");
    CHECK_EQ(connectors(site), "30");
    CHECK_EQ(site.one("SELECT count(*) FROM changes"), "1");
}

TEST_CASE("a changed filter or platform is no deletion upstream: held for that reason") {
    Site site({5, 1, 30});
    site.configure();
    site.mirror({"sync"});
    site.age();
    SUBCASE("filter") {
        site.configure(site.organisation(0, "name_contains = \"no connector is called that\"\n"));
    }
    SUBCASE("platform.url") {
        remove_upstream(site, 1);
        std::string url = site.server.url();
        site.configure("[platform]\nurl = \"" + url.replace(url.find("127.0.0.1"), 9, "localhost") + "\"\n");
    }
    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 1);
    std::string reason = site.one("SELECT held_reason FROM organisations");
    CHECK_MESSAGE(contains(reason, " without a filter, it is "), reason);
    CHECK_EQ(connectors(site), "30");
    CHECK_EQ(site.one("SELECT count(*) FROM changes WHERE op = 'delete'"), "0");
}

TEST_CASE("an organisation out of the configuration keeps its rows until it is forgotten") {
    Site site({5, 2, 30});
    std::string stays = site.organisations()[0], goes = site.organisations()[1];
    std::string name = site.world.organisations[1].name;
    site.configure();
    site.mirror({"sync"});
    Outcome refused = site.mirror({"forget", name});
    CHECK_EQ(refused.status, 64);
    CHECK(contains(refused.err, "is configured"));

    site.configure(site.organisation(0));
    site.mirror({"sync"});
    CHECK_EQ(site.one("SELECT state FROM organisations WHERE organisation_id = '" + goes + "'"),
             "unconfigured");
    std::string rows = site.one("SELECT count(*) FROM connectors WHERE organisation_id = '" + goes + "'");
    CHECK_EQ(rows, std::to_string(site.world.organisations[1].connectors.size()));

    Outcome forgotten = site.mirror({"forget", name});
    CHECK_EQ(forgotten.status, 0);
    CHECK_EQ(forgotten.out, name + ": " + rows + " connectors forgotten\n");
    for (const auto& [table, columns] : platform::mirrored_columns())
        CHECK_EQ(site.one("SELECT count(*) FROM " + table + " WHERE organisation_id = '" + goes + "'"), "0");
    CHECK_EQ(site.one("SELECT count(*) FROM changes WHERE evidence = 'forgotten'"), rows);
    CHECK_EQ(process::difference(site.tables(stays), site.expected(stays)), "");
    CHECK_EQ(site.mirror({"forget", name}).status, 64);
    CHECK_EQ(site.mirror({"sync"}).status, 0);
}

TEST_CASE("deletions and forget make no mirror where there is none") {
    Site site({5, 1, 3});
    site.configure();
    for (const auto& arguments :
         {Texts{"deletions", "list"}, Texts{"deletions", "approve", "acme"}, Texts{"forget", "acme"}}) {
        Outcome outcome = site.mirror(arguments);
        CHECK_EQ(outcome.status, 74);
        CHECK(contains(outcome.err, "there is no mirror"));
    }
}

TEST_CASE("schema prints what a mirror is made of") {
    Site site({5, 1, 3});
    CHECK(contains(site.bare({"schema"}).out, "CREATE TABLE connection_credentials"));
    CHECK(contains(site.bare({"schema", "--format", "markdown"}).out, "connection_credentials"));
}
