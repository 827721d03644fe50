#include "daemon/store/bookkeeping.hpp"

#include "tests/store/opened.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::store {
namespace {

using namespace std::chrono_literals;
using Organisations = std::vector<Bookkeeping::Named>;

const model::Time now = *model::parse_time("2025-06-01T12:00:00Z");

// A mirror with the organisation O and, where a test wants them, connectors C1 to C3 of the owner X.
struct Fixture : Opened {
    explicit Fixture(bool connectors = false) {
        configure({{"O", "acme"}});
        if (!connectors)
            return;
        for (std::string id : {"C1", "C2", "C3"})
            write([&] {
                database.execute(("INSERT INTO connectors VALUES ('O', '" + id +
                                  "', 'X', 'n', 0, 'http', NULL, NULL, NULL, NULL, '', '2025-01-0" +
                                  id.substr(1) + "', NULL)")
                                     .c_str());
                Mirror(database).remember({"O", 1, now, Recording::all}, id, {});
            });
    }

    void configure(const Organisations& organisations, model::Time when = now) {
        write([&] { books.configure(organisations, when); });
    }

    std::string states() {
        return select("SELECT organisation_id, name, state, state_reason, state_since FROM organisations");
    }

    std::string missing_ids() {
        std::string out;
        for (const model::Missing& one : books.missing("O"))
            out += one.connector_id + " ";
        return out;
    }

    model::Missing missing(const std::string& id, model::Time since) {
        model::Missing out = books.missing_from("O", id, since);
        write([&] { books.set_missing("O", out); });
        return out;
    }

    Bookkeeping books{database};
};

TEST_CASE("bookkeeping: organisations follow the configuration") {
    Fixture f;
    CHECK(f.states() == "O|acme|new||2025-06-01T12:00:00.000000Z\n");
    f.configure({{"O", "acme 2"}, {"P", ""}}, now + 1h);
    CHECK(f.states() == "O|acme 2|new||2025-06-01T12:00:00.000000Z\n"
                        "P||new||2025-06-01T13:00:00.000000Z\n");
    f.write([&] {
        f.books.set_next_attempt("O", now + 5h);
        f.books.configure({{"P", ""}}, now + 2h);
    });
    CHECK(f.states() == "O|acme 2|unconfigured|not in the configuration|2025-06-01T14:00:00.000000Z\n"
                        "P||new||2025-06-01T13:00:00.000000Z\n");
    CHECK(f.select("SELECT next_attempt_at IS NULL FROM organisations") == "1\n1\n");
    f.configure({{"P", ""}}, now + 3h);
    CHECK(f.select("SELECT state_since FROM organisations WHERE organisation_id = 'O'") ==
          "2025-06-01T14:00:00.000000Z\n");
    f.configure({{"O", ""}, {"P", ""}}, now + 4h);
    CHECK(f.states() == "O||new||2025-06-01T16:00:00.000000Z\n"
                        "P||new||2025-06-01T13:00:00.000000Z\n");
}

TEST_CASE("bookkeeping: one that was mirrored before comes back as it was") {
    Fixture f;
    f.write([&] {
        auto walk = f.books.start_walk("O", now);
        f.books.completed("O", walk, 3, now);
        f.books.set_state("O", "ok", "", now);
        f.books.set_scope("O", "everything");
    });
    f.configure({}, now + 1h);
    f.configure({{"O", "acme"}}, now + 2h);
    CHECK(f.states() == "O|acme|ok||2025-06-01T14:00:00.000000Z\n");
    CHECK(f.books.standing("O").scope == "everything");
}

TEST_CASE("bookkeeping: a walk from start to end") {
    Fixture f(true);
    std::int64_t first = 0, second = 0;
    f.write([&] { first = f.books.start_walk("O", now), second = f.books.start_walk("O", now + 1s); });
    CHECK(second == first + 1);
    CHECK(f.select("SELECT outcome, started_at, finished_at FROM walks") ==
          "abandoned|2025-06-01T12:00:00.000000Z|2025-06-01T12:00:01.000000Z\n"
          "running|2025-06-01T12:00:01.000000Z|\n");
    CHECK(f.select("SELECT last_attempt_at FROM organisations") == "2025-06-01T12:00:01.000000Z\n");
    Tally some, more;
    some.inserted = 3, some.first_seq = 5, some.last_seq = 7;
    more.updated = 1, more.deleted = 2, more.first_seq = 8, more.last_seq = 10;
    WalkReport report;
    report.outcome = "settled";
    report.pages = 2, report.requests = 4, report.retries = 1, report.connectors_seen = 3, report.missing = 1;
    report.bytes_received = 1000, report.total_count = 3;
    f.write([&] {
        f.books.add_to_walk(first, some);
        f.books.add_to_walk(first, {});
        f.books.add_to_walk(first, more);
        f.books.finish_walk(first, report, now + 1min);
        f.books.completed("O", first, 3, now + 1min);
    });
    CHECK(
        f.select(
            "SELECT finished_at, outcome, error, pages, requests, retries, bytes_received, connectors_seen, "
            "total_count, rows_inserted, rows_updated, rows_deleted, missing, first_seq, last_seq FROM walks "
            "WHERE walk_id = " +
            std::to_string(first)) == "2025-06-01T12:01:00.000000Z|settled||2|4|1|1000|3|3|3|1|2|1|5|10\n");
    CHECK(f.select("SELECT last_complete_walk = " + std::to_string(first) +
                   ", last_complete_at, total_count, connector_count FROM organisations") ==
          "1|2025-06-01T12:01:00.000000Z|3|3\n");
    f.write([&] { f.books.abandon_running(now + 2h); });
    CHECK(f.select("SELECT outcome, finished_at, error FROM walks ORDER BY walk_id") ==
          "settled|2025-06-01T12:01:00.000000Z|\n"
          "abandoned|2025-06-01T14:00:00.000000Z|the daemon stopped during this walk\n");
}

TEST_CASE("bookkeeping: a walk that was broken off is abandoned when the next one starts") {
    Fixture f;
    f.configure({{"O", "acme"}, {"P", "globex"}}, now);
    f.write([&] { f.books.start_walk("O", now); });
    f.write([&] { f.books.start_walk("P", now); });
    f.write([&] { f.books.start_walk("O", now + 1h); });
    CHECK(f.select("SELECT organisation_id, outcome, error FROM walks ORDER BY walk_id") ==
          "O|abandoned|this walk was broken off\nP|running|\nO|running|\n");
}

TEST_CASE("bookkeeping: a state's beginning moves when the state does, failures are counted") {
    Fixture f;
    struct Step {
        const char *state, *reason, *expected; // state, reason, since, failures
    };
    const Step steps[] = {
        {"failing", "time-out", "failing|time-out|13|1\n"},
        {"failing", "500", "failing|500|13|2\n"},
        {"denied", "401", "denied|401|15|3\n"},
        {"ok", "", "ok||16|0\n"},
        {"ok", "", "ok||16|0\n"},
        {"failing", "x", "failing|x|18|1\n"},
    };
    auto time = now;
    for (const Step& step : steps) {
        time += 1h;
        f.write([&] { f.books.set_state("O", step.state, step.reason, time); });
        CHECK(f.select("SELECT state, state_reason, substr(state_since, 12, 2), consecutive_failures "
                       "FROM organisations") == step.expected);
    }
    CHECK(f.books.standing("O").consecutive_failures == 1);
}

TEST_CASE("bookkeeping: held since the first time, for the latest reason") {
    Fixture f;
    CHECK_FALSE(f.books.standing("O").held);
    f.write([&] { f.books.hold("O", "first", now); });
    f.write([&] { f.books.hold("O", "second", now + 1h); });
    CHECK(f.select("SELECT held_since, held_reason FROM organisations") ==
          "2025-06-01T12:00:00.000000Z|second\n");
    CHECK(f.books.standing("O").held);
    f.write([&] { f.books.release("O"); });
    CHECK(f.select("SELECT held_since, held_reason FROM organisations") == "|\n");
}

TEST_CASE("bookkeeping: an organisation's standing") {
    Fixture f;
    Standing fresh = f.books.standing("O");
    CHECK(fresh.normalisation == "");
    CHECK(fresh.scope == "");
    CHECK(fresh.settled_list == "");
    CHECK_FALSE(fresh.sweep_due);
    f.write([&] {
        f.books.set_normalisation("O", "n");
        f.books.set_scope("O", "s");
        f.books.set_settled_list("O", "l");
        f.books.set_sweep_due("O", true);
    });
    Standing later = f.books.standing("O");
    CHECK(later.normalisation == "n");
    CHECK(later.scope == "s");
    CHECK(later.settled_list == "l");
    CHECK(later.sweep_due);
    f.write([&] { f.books.set_settled_list("O", ""); });
    CHECK(f.books.standing("O").settled_list == "");
    CHECK(f.books.standing("nobody").normalisation == "");
}

TEST_CASE("bookkeeping: rejects are counted, and end") {
    Fixture f;
    f.write([&] { f.books.reject("O", "C", "old reason", "$.a", now); });
    f.write([&] { f.books.reject("O", "C", "new reason", "$.b", now + 1h); });
    f.write([&] { f.books.reject("O", "", "no id", "$.connectors", now); });
    CHECK(f.select("SELECT * FROM rejects") ==
          "O||no id|$.connectors|2025-06-01T12:00:00.000000Z|2025-06-01T12:00:00.000000Z|1\n"
          "O|C|new reason|$.b|2025-06-01T12:00:00.000000Z|2025-06-01T13:00:00.000000Z|2\n");
    CHECK(f.books.rejected("O") == std::set<std::string, std::less<>>{"", "C"});
    CHECK(f.books.rejected("P").empty());
    f.write([&] { f.books.unreject("O", "C"); });
    CHECK(f.books.rejected("O") == std::set<std::string, std::less<>>{""});
}

TEST_CASE("bookkeeping: drift is told once and counted for ever") {
    Fixture f;
    bool first = false, again = true, other = false;
    f.write([&] { first = f.books.drift("$.a", "unknown member (string)", 3, now); });
    f.write([&] { again = f.books.drift("$.a", "unknown member (string)", 3, now + 1h); });
    f.write([&] { other = f.books.drift("$.a", "wrong type (null)", 1, now); });
    CHECK(first);
    CHECK_FALSE(again);
    CHECK(other);
    CHECK(f.select("SELECT * FROM contract_drift") ==
          "$.a|unknown member (string)|2025-06-01T12:00:00.000000Z|2025-06-01T13:00:00.000000Z|6\n"
          "$.a|wrong type (null)|2025-06-01T12:00:00.000000Z|2025-06-01T12:00:00.000000Z|1\n");
}

TEST_CASE("bookkeeping: a connector goes missing, is asked about, and is listed again") {
    Fixture f(true);
    model::Missing one = f.missing("C1", now + 1h);
    CHECK(one.owner == "X");
    CHECK(one.first_seen == now);
    CHECK(one.since == now + 1h);
    CHECK(f.select("SELECT * FROM missing") == "O|C1|2025-06-01T13:00:00.000000Z|0|||\n");

    one.settled_absences = 2, one.last_answer = "403", one.asked_at = now + 2h;
    one.since = now + 9h;
    f.write([&] { f.books.set_missing("O", one); });
    CHECK(f.select("SELECT * FROM missing") ==
          "O|C1|2025-06-01T13:00:00.000000Z|2|403|2025-06-01T14:00:00.000000Z|\n");
    auto all = f.books.missing("O");
    REQUIRE(all.size() == 1);
    CHECK(all[0].connector_id == "C1");
    CHECK(all[0].owner == "X");
    CHECK(all[0].first_seen == now);
    CHECK(all[0].since == now + 1h);
    CHECK(all[0].settled_absences == 2);
    CHECK(all[0].last_answer == "403");
    CHECK(all[0].asked_at == now + 2h);
    CHECK_FALSE(all[0].rejected);

    f.write([&] { f.books.listed("O", "C1"); });
    CHECK(f.books.missing("O").empty());
}

TEST_CASE("bookkeeping: the missing are in the order of the line") {
    Fixture f(true);
    f.missing("C3", now + 1h);
    f.missing("C1", now + 2h);
    model::Missing asked = f.missing("C2", now);
    CHECK(f.missing_ids() == "C2 C3 C1 ");
    asked.asked_at = now + 3h;
    f.write([&] { f.books.set_missing("O", asked); });
    CHECK(f.missing_ids() == "C3 C1 C2 ");
}

TEST_CASE("bookkeeping: what a person decided to keep stays decided") {
    Fixture f(true);
    model::Missing one = f.missing("C1", now);
    f.missing("C2", now);
    f.write([&] { f.database.execute("UPDATE missing SET rejected_at = 'x' WHERE connector_id = 'C1'"); });
    f.write([&] { f.books.set_missing("O", one); });
    CHECK(f.missing_ids() == "C1 C2 ");
    CHECK(f.books.missing("O")[0].rejected);
    CHECK(f.books.missing_count("O") == 1);
}

TEST_CASE("bookkeeping: a listed connector of an owner") {
    Fixture f(true);
    auto all = [](std::string_view) { return true; };
    CHECK(f.books.listed_of("O", "X", all) == "C1");
    CHECK(f.books.listed_of("O", "X", [](std::string_view id) { return id == "C3"; }) == "C3");
    CHECK_FALSE(f.books.listed_of("O", "X", [](std::string_view) { return false; }));
    CHECK_FALSE(f.books.listed_of("O", "Y", all));
    CHECK_FALSE(f.books.listed_of("P", "X", all));
}

TEST_CASE("bookkeeping: settings by name") {
    Fixture f;
    CHECK(f.books.setting("a") == "");
    f.write(
        [&] { f.books.set_setting("a", "1"), f.books.set_setting("b", ""), f.books.set_setting("a", "2"); });
    CHECK(f.books.setting("a") == "2");
    CHECK(f.books.setting("b") == "");
}

} // namespace
} // namespace versori::store
