#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace versori;
using process::Outcome;
using process::Site;

namespace {

void check_equal(Site& site) {
    for (const std::string& organisation : site.organisations())
        CHECK_EQ(process::difference(site.tables(organisation), site.expected(organisation)), "");
}

std::string count_rows(const Site& site) {
    std::string out;
    for (const auto& [table, columns] : platform::mirrored_columns())
        out += table + " " + site.one("SELECT count(*) FROM " + table) + "\n";
    return out;
}

} // namespace

TEST_CASE("a first sync fills all thirteen tables from 250 connectors of three organisations") {
    for (auto cursor :
         {platform::CursorKind::offset, platform::CursorKind::keyset, platform::CursorKind::id}) {
        Site site;
        site.platform.behaviour.cursor = cursor;
        site.configure();
        Outcome outcome = site.mirror({"sync"});
        CHECK_EQ(outcome.status, 0);
        check_equal(site);
        CHECK_EQ(site.one("SELECT count(*) FROM connectors"), "250");
        for (const auto& table : platform::mirrored_columns())
            CHECK_MESSAGE(site.one("SELECT count(*) FROM " + table.first) != "0", table.first);
        CHECK_EQ(site.query("SELECT op, count(*) FROM changes GROUP BY op"),
                 std::vector<std::string>{"baseline|3"});
    }
}

TEST_CASE("every form of next, every place of the total, every end of the list") {
    for (auto form : {platform::NextForm::opaque, platform::NextForm::absolute, platform::NextForm::relative,
                      platform::NextForm::query})
        for (auto end : {platform::NextEnd::absent, platform::NextEnd::null, platform::NextEnd::empty}) {
            Site site({7, 1, 40});
            site.platform.behaviour.next = form;
            site.platform.behaviour.end = end;
            site.configure("[platform]\nurl = \"" + site.server.url() + "\"\npage_size = 7\n");
            CHECK_EQ(site.mirror({"sync"}).status, 0);
            check_equal(site);
            CHECK_EQ(site.one("SELECT pages FROM walks"), "6");
        }
}

TEST_CASE("a sync with nothing changed writes no row of a mirrored table and no change record") {
    Site site;
    site.configure();
    site.mirror({"sync"});
    std::string before = count_rows(site);
    Outcome outcome = site.mirror({"sync"});
    CHECK_EQ(outcome.status, 0);
    CHECK(outcome.out.find("nothing changed") != std::string::npos);
    CHECK_EQ(count_rows(site), before);
    CHECK_EQ(site.one("SELECT count(*) FROM changes"), "3");
    CHECK_EQ(site.query("SELECT DISTINCT rows_inserted, rows_updated, rows_deleted FROM walks "
                        "WHERE walk_id > 3"),
             std::vector<std::string>{"0|0|0"});
    check_equal(site);
}

TEST_CASE("a sync after changes upstream updates exactly the rows that differ, with their records") {
    Site site({3, 1, 20});
    std::string org = site.world.organisations.front().id;
    site.configure();
    site.mirror({"sync"});
    auto connector = platform::listed(site.world.organisation(org))[4]->id;
    site.server.with([&](platform::Platform& platform) { platform.world.rename(org, connector, "Renamed"); });
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    check_equal(site);
    CHECK_EQ(site.query("SELECT seq, op, table_name, json_extract(key, '$.connector_id') = '" + connector +
                        "', label, changed, json_extract(after, '$.name') FROM changes WHERE seq > 1"),
             std::vector<std::string>{R"(2|update|connectors|1|Renamed|["name","updated_at"]|Renamed)"});
    CHECK_EQ(site.one("SELECT rows_inserted, rows_updated, rows_deleted, first_seq, last_seq FROM walks "
                      "ORDER BY walk_id DESC"),
             "0|1|0|2|2");
}

TEST_CASE("with changes.baseline = rows the first walk's rows come as inserts before the baseline") {
    Site site({3, 1, 10});
    site.configure("[changes]\njournal = false\nbaseline = \"rows\"\n");
    site.mirror({"sync"});
    std::int64_t rows = 0;
    for (const auto& [table, columns] : platform::mirrored_columns())
        rows += std::stoll(site.one("SELECT count(*) FROM " + table));
    CHECK_EQ(site.one("SELECT count(*) FROM changes WHERE op = 'insert'"), std::to_string(rows));
    CHECK_EQ(site.one("SELECT op FROM changes ORDER BY seq DESC"), "baseline");
    CHECK_EQ(site.one("SELECT max(seq) FROM changes"), std::to_string(rows + 1));
}

TEST_CASE("many edits, sync after sync, equal the platform each time") {
    Site site;
    site.configure("[fidelity]\nguard_percent = 90\nguard_count = 100\n");
    site.mirror({"sync"});
    std::mt19937_64 random(11);
    for (int round = 0; round < 4; ++round) {
        site.age();
        site.server.with([&](platform::Platform& platform) {
            for (const auto& organisation : platform.world.organisations)
                for (int i = 0; i < 8; ++i)
                    platform.world.random_mutation(random, organisation.id);
        });
        CHECK_EQ(site.mirror({"sync"}).status, 0);
        check_equal(site);
    }
    CHECK(site.one("SELECT count(*) FROM changes WHERE op = 'delete' AND evidence = 'not_found'") != "0");
}

TEST_CASE("a connector that is gone upstream goes on Get Connector's 404, with all that hangs on it") {
    Site site({5, 1, 30});
    std::string org = site.world.organisations.front().id;
    site.configure();
    site.mirror({"sync"});
    site.age();
    auto connector = platform::listed(site.world.organisation(org))[3]->id;
    site.server.with([&](platform::Platform& platform) { platform.world.remove(org, connector); });
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    check_equal(site);
    CHECK_EQ(site.query("SELECT evidence FROM changes WHERE op = 'delete' AND table_name = 'connectors'"),
             std::vector<std::string>{"not_found"});
    CHECK_EQ(
        site.one("SELECT table_name FROM changes WHERE connector_id = '" + connector + "' ORDER BY seq DESC"),
        "connectors");
}

TEST_CASE("without a configuration: flags, the token from the environment, ./mirror.db") {
    Site site({2, 2, 12});
    std::string first = site.organisations().front();
    Outcome outcome = site.bare({"sync", "--url", site.server.url(), "-o", first, "--page-size", "3"},
                                {{"VERSORI_TOKEN", "site-token"}});
    CHECK_EQ(outcome.status, 0);
    CHECK_EQ(process::difference(site.tables(first), site.expected(first)), "");
    CHECK(outcome.err.find("site-token") == std::string::npos);
}
