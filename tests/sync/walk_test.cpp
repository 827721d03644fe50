#include "tests/sync/rig.hpp"

#include <doctest/doctest.h>

#include <set>

namespace versori::sync {
namespace {

using platform::Fault;
using platform::Wire;
using Ending = WalkResult::Ending;
using Lines = std::vector<std::string>;

bool with_cursor(const platform::Ask& ask) {
    return ask.target.find("after=") != ask.target.npos;
}

// Three connectors, one a page, mirrored.
struct Mirrored : Rig {
    Mirrored() : Rig({"1", "2", "3"}, 1) {
        REQUIRE(walk().ending == Ending::settled);
        news();
    }
    std::string state() { return value("SELECT state FROM organisations"); }
    std::string outcome() { return value("SELECT outcome FROM walks ORDER BY walk_id DESC"); }
    std::string name(const std::string& id) {
        return value("SELECT name FROM connectors WHERE connector_id = '" + id + "'");
    }
};

TEST_CASE("a seeded world is mirrored column by column, and told as one baseline") {
    Rig rig(platform::World::seeded({.organisations = 1, .connectors = 70}));
    auto result = rig.walk();
    CHECK(result.ending == Ending::settled);
    CHECK(result.reason == "");
    CHECK(result.baseline);
    CHECK(result.tally.connectors_inserted == 70);
    CHECK(rig.rows() == rig.expected());
    CHECK(rig.news() == Lines{"baseline"});
    CHECK(rig.value("SELECT json_extract(after, '$.connectors') FROM changes") == "70");
    CHECK(rig.value("SELECT state, total_count, connector_count, last_complete_walk FROM organisations") ==
          "ok 70 70 1");
    CHECK(rig.value(
              "SELECT outcome, pages, requests, retries, connectors_seen, total_count, missing FROM walks") ==
          "settled 7 7 0 70 70 0");
}

TEST_CASE("with changes.baseline = rows the rows precede the baseline as inserts") {
    Rig rig({"A"});
    rig.connect("A", "N");
    rig.link("A", "N", "L", "C");
    rig.plan.baseline_rows = true;
    rig.walk();
    CHECK(rig.news() == Lines{"insert credentials C", "insert connectors A", "insert auth_schemes A/scheme",
                              "insert connections A/N", "insert connection_credentials A/N/action/L",
                              "baseline"});
}

TEST_CASE("nothing is recorded before the first complete walk") {
    Rig rig({"1", "2"}, 1);
    rig.platform.fail_when(with_cursor, Fault::status(500));
    CHECK(rig.walk().ending == Ending::incomplete);
    CHECK(rig.connectors() == "1");
    CHECK(rig.news().empty());
    rig.platform.clear_faults();
    rig.walk();
    CHECK(rig.connectors() == "1 2");
    CHECK(rig.news() == Lines{"baseline"});
}

TEST_CASE("access lost: denied, and nothing is deleted") {
    for (int status : {401, 403, 404}) {
        CAPTURE(status);
        Mirrored rig;
        rig.platform.behaviour.denied = status;
        for (int i = 0; i < 3; ++i)
            CHECK(rig.walk().ending == Ending::denied);
        CHECK(rig.connectors() == "1 2 3");
        CHECK(rig.state() == "denied");
        CHECK(rig.outcome() == "incomplete");
        CHECK(rig.value("SELECT consecutive_failures FROM organisations") == "3");
        CHECK(rig.news().empty());
        rig.platform.behaviour.denied = 0;
        CHECK(rig.walk().ending == Ending::settled);
        CHECK(rig.state() == "ok");
        CHECK(rig.value("SELECT consecutive_failures FROM organisations") == "0");
    }
}

TEST_CASE("a later page that is refused or fails makes the walk incomplete: what was read counts, what was "
          "not does "
          "not") {
    struct Row {
        const char* name;
        Fault fault;
        bool repeated;
    };
    for (const Row& row : {
             Row{"401", Fault::status(401), true},
             Row{"403", Fault::status(403), true},
             Row{"404", Fault::status(404), true},
             Row{"410", Fault::status(410), true},
             Row{"500", Fault::status(500), false},
             Row{"a body cut short", Fault::on_wire(Wire::short_length), false},
             Row{"connections lost", Fault::on_wire(Wire::cut), false},
         }) {
        CAPTURE(row.name);
        Mirrored rig;
        rig.remove("3");
        rig.world.rename(rig.org, "1", "renamed");
        rig.platform.fail_when(with_cursor, row.fault);
        auto result = rig.walk();
        CHECK(result.ending == Ending::incomplete);
        CHECK(result.attempts == (row.repeated ? 3 : 1));
        CHECK(result.reason != "");
        CHECK(rig.connectors() == "1 2 3");
        CHECK(rig.name("1") == "renamed");
        CHECK(rig.state() == "failing");
        CHECK(rig.value("SELECT count(*) FROM missing") == "0");
    }
}

TEST_CASE("cursors that lead nowhere end the walk") {
    Mirrored rig;
    auto edit = [&](std::string from, std::string to) {
        Fault fault;
        fault.edit = [from, to](platform::Answer& answer) {
            if (auto at = answer.body.find(from); at != answer.body.npos)
                answer.body.replace(at, answer.body.size() - at, to);
        };
        rig.platform.fail_when(with_cursor, fault);
    };
    SUBCASE("the same cursor twice") {
        edit(",\"next\"", ",\"next\":\"b2Zmc2V0OjE=\"}");
    }
    SUBCASE("neither connectors nor an end") {
        edit("\"connectors\"", "\"connectors\":[],\"next\":\"x\"}");
    }
    SUBCASE("another origin") {
        edit(",\"next\"", ",\"next\":\"http://evil.example/?after=x\"}");
    }
    SUBCASE("not a page") {
        edit("{", "[]");
    }
    auto result = rig.walk();
    CHECK(result.ending == Ending::incomplete);
    CHECK(result.reason != "");
    CHECK(rig.connectors() == "1 2 3");
    CHECK(rig.value("SELECT count(*) FROM missing") == "0");
}

TEST_CASE("an unsettled walk is repeated at once, and ends when two agree") {
    Mirrored rig;
    SUBCASE("created between two pages") {
        rig.before_pages({{}, [&] { rig.add("X"); }});
        auto result = rig.walk();
        CHECK(result.ending == Ending::settled);
        CHECK(result.attempts == 2);
        CHECK(rig.connectors() == "1 2 3 X");
    }
    SUBCASE("a total that is the platform's own mistake is drift, once") {
        rig.platform.behaviour.total.fixed = 5;
        auto result = rig.walk();
        CHECK(result.ending == Ending::complete);
        CHECK(result.attempts == 2);
        CHECK(result.surprises.size() == 1);
        CHECK(rig.walk().surprises.empty());
        CHECK(rig.value("SELECT count(*) FROM contract_drift") == "1");
    }
    SUBCASE("for ever") {
        rig.platform.between_requests = [&, asked = 0]() mutable {
            if (++asked % 4 == 2)
                rig.add(rig.world.new_id());
        };
        auto result = rig.walk();
        CHECK(result.attempts == 3);
        CHECK(result.ending == Ending::complete);
    }
}

TEST_CASE("a connector that cannot be normalised keeps its rows and spoils nothing else") {
    Mirrored rig;
    rig.world.rename(rig.org, "1", "renamed");
    rig.connector("2").raw_json =
        R"({"id":"2","organisationId":"ORG","name":7,"public":false,"protocol":"http","authSchemeConfigs":[],)"
        R"("connections":[],"versions":[],"createdAt":"2025-01-01T00:00:00Z","updatedAt":"2025-01-01T00:00:00Z"})";
    auto result = rig.walk();
    CHECK(result.ending == Ending::settled);
    CHECK(result.rejects == 1);
    CHECK(result.missing == 0);
    CHECK(rig.news() == Lines{"update connectors 1 name,updated_at"});
    CHECK(rig.name("2") == "2");
    CHECK(rig.value("SELECT connector_id, json_path, count FROM rejects") == "2 $.name 1");
    rig.walk();
    CHECK(rig.value("SELECT count FROM rejects") == "2");

    rig.connector("2").raw_json.reset();
    rig.walk();
    CHECK(rig.value("SELECT count(*) FROM rejects") == "0");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("the same id twice within one array is a reject") {
    Mirrored rig;
    rig.add_version("1", "1.0");
    rig.add_version("1", "1.0");
    CHECK(rig.walk().rejects == 1);
    CHECK(rig.news().empty());
    CHECK(rig.value("SELECT connector_id FROM rejects") == "1");
}

TEST_CASE("an element without a readable id unsettles the walk and deletes nothing") {
    Mirrored rig;
    rig.plan.inquiry.confirm = false;
    rig.connector("2").raw_json = R"({"id":7})";
    for (int i = 0; i < 3; ++i) {
        auto result = rig.walk();
        CHECK(result.ending == Ending::complete);
        CHECK(result.rejects == 1);
        CHECK(rig.connectors() == "1 2 3");
    }
    CHECK(rig.value("SELECT connector_id = '', json_path FROM rejects") == "1 $.connectors");
    rig.connector("2").raw_json.reset();
    CHECK(rig.walk().ending == Ending::settled);
    CHECK(rig.value("SELECT count(*) FROM rejects") == "0");
}

TEST_CASE("a credential that nothing refers to stays while there are rejects") {
    Mirrored rig;
    rig.connect("1", "N");
    rig.link("1", "N", "L", "C");
    rig.walk();
    rig.world.detach_credential(rig.org, "1", "N", "L");
    rig.connector("2").raw_json = R"({"id":"2"})";
    rig.walk();
    CHECK(rig.value("SELECT count(*) FROM credentials") == "1");
    rig.connector("2").raw_json.reset();
    rig.news();
    rig.walk();
    CHECK(rig.news() == Lines{"delete credentials C"});
}

TEST_CASE("what the reference does not say is kept and told once") {
    Mirrored rig;
    rig.connector("1").unknown = {{"weight", platform::Json::number("1e2")}};
    rig.connector("2").protocol = "soap";
    auto result = rig.walk();
    CHECK(result.surprises.size() == 2);
    CHECK(rig.value("SELECT extra FROM connectors WHERE connector_id = '1'") == R"({"weight":1e2})");
    CHECK(rig.value("SELECT protocol FROM connectors WHERE connector_id = '2'") == "soap");
    CHECK(rig.value("SELECT json_path FROM contract_drift WHERE kind LIKE 'unknown member%'") == "$.weight");
    rig.connector("3").unknown = {{"weight", 1}};
    CHECK(rig.walk().surprises.empty());
    CHECK(rig.value("SELECT count(*) FROM contract_drift") == "2");
}

TEST_CASE("a total that is no count is drift, of a page that is parsed and of one whose elements are known") {
    Mirrored rig;
    rig.platform.behaviour.total.fixed = -1;
    const std::string differ = "SELECT count - (SELECT sum(requests) FROM walks WHERE walk_id > 1) FROM "
                               "contract_drift WHERE json_path = '$.totalCount'";
    rig.touch("1");
    rig.walk();
    CHECK(rig.value(differ) == "0");
    rig.walk();
    CHECK(rig.value(differ) == "0");
}

TEST_CASE("of a page of many elements each is written, and its drift counted once") {
    Rig rig({}, 1000);
    constexpr int count = 700;
    for (int i = 0; i < count; ++i)
        rig.connector(rig.world.create(rig.org)).unknown = {{"weight", i}};
    CHECK(rig.walk().ending == WalkResult::Ending::settled);
    CHECK(rig.value("SELECT count(*) FROM connectors WHERE extra LIKE '{\"weight\":%'") ==
          std::to_string(count));
    CHECK(rig.value("SELECT count FROM contract_drift WHERE json_path = '$.weight'") ==
          std::to_string(count));
}

TEST_CASE("a new normalisation alters rows without change records and says so once") {
    Mirrored rig;
    rig.connector("1").variables.emplace().push_back({"region", "eu", {}});
    rig.touch("1");
    rig.walk();
    rig.news();
    rig.renormalise({"region"});
    rig.world.rename(rig.org, "2", "renamed meanwhile");
    rig.add("X");
    CHECK(rig.walk().baseline);
    CHECK(rig.news() == Lines{"insert connectors X", "baseline"});
    CHECK(rig.value("SELECT value, secret_fingerprint IS NOT NULL FROM connector_variables") == "- 1");
    CHECK(rig.name("2") == "renamed meanwhile");
    CHECK(!rig.walk().baseline);
    CHECK(rig.news().empty());
}

TEST_CASE("a document older than its row is believed when the next scheduled walk brings it again") {
    Mirrored rig;
    rig.plan.inquiry.confirm = false;
    auto old = rig.connector("1");
    rig.world.rename(rig.org, "1", "newer");
    rig.walk();
    rig.news();
    auto newer = rig.connector("1");

    rig.connector("1") = old;
    rig.remove("3");
    auto result = rig.walk();
    CHECK(result.ending == Ending::complete);
    CHECK(result.attempts == 2);
    CHECK(rig.news().empty());
    CHECK(rig.name("1") == "newer");
    CHECK(rig.value("SELECT count(*) FROM missing") == "0"); // its absences count for nothing

    SUBCASE("again") {
        CHECK(rig.walk().ending == Ending::settled);
        CHECK(rig.news() == Lines{"update connectors 1 name,updated_at"});
        CHECK(rig.name("1") == "1");
    }
    SUBCASE("not again") {
        rig.connector("1") = newer;
        CHECK(rig.walk().ending == Ending::settled);
        rig.connector("1") = old;
        CHECK(rig.walk().ending == Ending::complete);
        CHECK(rig.name("1") == "newer");
    }
}

TEST_CASE(
    "a walk that changes much is written in several batches of whole connectors, in the order of their ids") {
    Rig rig(platform::World::seeded({.organisations = 1, .connectors = 40}), 5);
    rig.plan.commit_batch = 1;
    rig.on_page = [&](const Progress&) { CHECK(rig.value("SELECT count(*) FROM connectors") == "0"); };
    auto whole = rig.expected();
    std::set<std::string> ids;
    for (const auto& connector : rig.organisation().connectors)
        ids.insert(connector.id);
    std::string all;
    for (const std::string& id : ids)
        all += (all.empty() ? "" : " ") + id;
    int batches = 0;
    rig.clock.on_sleep = [&] { // after each batch
        ++batches;
        CHECK(rig.select("PRAGMA foreign_key_check").empty());
        for (const auto& [table, rows] : rig.rows())
            for (const auto& row : rows)
                CHECK(whole[table].contains(row));
        CHECK(all.starts_with(rig.connectors()));
        CHECK(rig.value("SELECT last_complete_walk FROM organisations") == "-");
    };
    rig.walk();
    CHECK(batches > 40);
    CHECK(rig.rows() == rig.expected());
    CHECK(rig.news() == Lines{"baseline"});
}

TEST_CASE("a walk that is stopped between two batches leaves whole connectors, and the next one goes on") {
    Rig rig(platform::World::seeded({.organisations = 1, .connectors = 40}), 5);
    rig.plan.commit_batch = 1;
    int batches = 0;
    rig.clock.on_sleep = [&] {
        if (++batches == 50)
            rig.clock.stopped = true;
    };
    CHECK(rig.walk().ending == Ending::cancelled);
    rig.clock.stopped = false;
    auto whole = rig.expected();
    CHECK(rig.value("SELECT count(*) > 0 AND count(*) < 40 FROM connectors") == "1");
    for (const auto& [table, rows] : rig.rows())
        for (const auto& row : rows)
            CHECK(whole[table].contains(row));
    rig.walk();
    CHECK(rig.rows() == whole);
    CHECK(rig.news() == Lines{"baseline"});
}

TEST_CASE("what somebody else took out of the mirror comes back, although its page came again byte by byte") {
    Mirrored rig;
    rig.walk();
    rig.walk();
    SQLite::Database other(rig.path(), SQLite::OPEN_READWRITE);
    other.exec(
        "DELETE FROM _connectors WHERE connector_id = '2'; DELETE FROM connectors WHERE connector_id = '2'");
    rig.walk();
    CHECK(rig.connectors() == "1 2 3");
    CHECK(rig.news() == Lines{"insert connectors 2"});
}

TEST_CASE("a page that comes again byte by byte still tells what is listed") {
    Mirrored rig;
    rig.walk();
    rig.walk();
    SUBCASE("nothing is missing") {
        auto result = rig.walk();
        CHECK(result.ending == Ending::settled);
        CHECK(result.progress.connectors == 3);
        CHECK(rig.value("SELECT connectors_seen, total_count FROM walks ORDER BY walk_id DESC") == "3 3");
        CHECK(rig.value("SELECT count(*) FROM missing") == "0");
    }
    SUBCASE("the last page is gone") {
        rig.plan.inquiry.confirm = false;
        rig.remove("3");
        rig.walk();
        CHECK(rig.value("SELECT connector_id FROM missing") == "3");
        rig.walk();
        CHECK(rig.connectors() == "1 2");
    }
}

TEST_CASE("what one walk changed becomes visible at once") {
    Rig rig(platform::World::seeded({.organisations = 1, .connectors = 40}), 5);
    rig.walk();
    for (const auto* connector : platform::listed(rig.organisation()))
        rig.world.rename(rig.org, connector->id, "renamed");
    rig.on_page = [&](const Progress&) {
        CHECK(rig.value("SELECT count(*) FROM connectors WHERE name = 'renamed'") == "0");
    };
    rig.walk();
    CHECK(rig.value("SELECT count(*) FROM connectors WHERE name = 'renamed'") == "40");
}

TEST_CASE("a mirror that another process is writing is waited for") {
    Mirrored rig;
    SQLite::Database other(rig.path(), SQLite::OPEN_READWRITE);
    rig.add("X");
    bool locked = false;
    rig.on_page = [&](const Progress& progress) {
        if (progress.pages == 2) {
            other.exec("BEGIN IMMEDIATE");
            locked = true;
        }
    };
    rig.clock.on_sleep = [&] {
        if (locked)
            other.exec("COMMIT");
        locked = false;
    };
    CHECK(rig.walk().ending == Ending::settled);
    CHECK(rig.connectors() == "1 2 3 X");
}

} // namespace
} // namespace versori::sync
