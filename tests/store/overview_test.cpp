#include "daemon/store/overview.hpp"

#include "tests/store/opened.hpp"

#include <doctest/doctest.h>

namespace versori::store {
namespace {

using namespace std::chrono_literals;

const model::Time now = *model::parse_time("2025-06-01T12:00:00Z");

struct Fixture : Opened {
    Fixture() {
        write([&] { books.configure({{"O", "acme"}, {"P", ""}, {"Q", "before"}}, now - 2h); });
        write([&] { books.configure({{"O", "acme"}, {"P", ""}}, now - 1h); });
    }

    void change(const char* organisation, std::optional<std::string_view> table, const char* op,
                model::Time when) {
        write([&] {
            Query(database, "INSERT INTO changes (time, organisation_id, table_name, op, changed) "
                            "VALUES (?, ?, ?, ?, '[]')")
                .with(when, organisation, table, op)
                .run();
        });
    }

    std::int64_t walk(const char* organisation, const char* outcome, const char* error,
                      model::Time began = now - 10s) {
        std::int64_t id = 0;
        write([&] {
            id = books.start_walk(organisation, began);
            WalkReport report;
            report.outcome = outcome;
            report.error = error;
            report.pages = 3, report.requests = 5, report.retries = 2, report.bytes_received = 700;
            books.finish_walk(id, report, began + 2500ms);
        });
        return id;
    }

    Bookkeeping books{database};
    Overview overview{database};
};

TEST_CASE("overview: an organisation before its first walk, and one that is no longer configured") {
    Fixture f;
    auto all = f.overview.conditions(now);
    REQUIRE(all.size() == 3);
    CHECK(all[0].label() == "P");
    CHECK(all[1].label() == "acme");
    CHECK(all[1].state == "new");
    CHECK(all[1].state_since == now - 2h);
    CHECK_FALSE(all[1].last_complete_at);
    CHECK_FALSE(all[1].first_attempt_at);
    CHECK_FALSE(all[1].interval);
    CHECK(all[1].last_error.empty());
    CHECK(all[2].label() == "before");
    CHECK(all[2].state == "unconfigured");
    CHECK_FALSE(f.database.in_transaction());
}

TEST_CASE("overview: what walks, holds and configuration leave behind") {
    Fixture f;
    f.walk("O", "incomplete", "the platform answered 500", now - 40min);
    auto last = f.walk("O", "settled", "", now - 20min);
    f.write([&] {
        f.books.completed("O", last, 7, now - 20min);
        f.books.set_state("O", "ok", "", now - 20min);
        f.books.set_next_attempt("O", now + 5min);
        f.books.hold("O", "12 of 20 are missing", now - 15min);
        f.books.set_evidence("O", "not_found: it answers");
        f.overview.set_interval("O", 7min);
    });
    auto one = f.overview.conditions(now)[1];
    CHECK(one.state == "ok");
    CHECK(one.total_count == 7);
    CHECK(one.first_attempt_at == now - 40min);
    CHECK(one.last_complete_at == now - 20min);
    CHECK(one.last_attempt_at == now - 20min);
    CHECK(one.next_attempt_at == now + 5min);
    CHECK(one.held_since == now - 15min);
    CHECK(one.held_reason == "12 of 20 are missing");
    CHECK(one.last_error == "the platform answered 500");
    CHECK(one.last_error_at == now - 40min + 2500ms);
    CHECK(one.evidence == "not_found: it answers");
    CHECK(one.interval == 7min);
}

TEST_CASE("overview: changes of the last day, without baselines") {
    Fixture f;
    f.change("O", "connectors", "update", now - 25h);
    f.change("O", "connectors", "update", now - 23h);
    f.change("O", "versions", "insert", now);
    f.change("O", {}, "baseline", now);
    f.change("P", "connectors", "delete", now);
    auto all = f.overview.conditions(now);
    CHECK(all[0].changes == 1);
    CHECK(all[1].changes == 2);
}

TEST_CASE("overview: change records counted from a seq on") {
    Fixture f;
    f.change("O", "connectors", "update", now);
    f.change("O", "connectors", "update", now);
    f.change("O", "connectors", "update", now);
    f.change("P", {}, "baseline", now);
    auto counts = f.overview.changes(1);
    CHECK(counts.size() == 2);
    CHECK(counts[{"O", "connectors", "update"}] == 2);
    CHECK(counts[{"P", "", "baseline"}] == 1);
    CHECK(f.overview.changes(4).empty());
}

TEST_CASE("overview: ended walks are added up once") {
    Fixture f;
    CHECK(f.overview.newest_walk() == 0);
    auto before = f.walk("O", "settled", "");
    f.walk("P", "settled", "");
    f.walk("O", "settled", "");
    auto last = f.walk("O", "incomplete", "no");
    f.write([&] { f.books.start_walk("O", now); });
    CHECK(f.overview.newest_walk() == last + 1);
    std::int64_t after = before;
    auto sums = f.overview.walks("O", after);
    CHECK(after == last);
    CHECK(sums.size() == 2);
    CHECK(sums["settled"].walks == 1);
    CHECK(sums["settled"].pages == 3);
    CHECK(sums["settled"].requests == 5);
    CHECK(sums["settled"].retries == 2);
    CHECK(sums["settled"].bytes == 700);
    CHECK(sums["settled"].time == 2500ms);
    CHECK(sums["incomplete"].walks == 1);
    CHECK(f.overview.walks("O", after).empty());
    CHECK(f.overview.last_walk_time("O") == 2500ms);
    CHECK_FALSE(f.overview.last_walk_time("Q"));
}

TEST_CASE("overview: an interval that stays the same is not written again") {
    Fixture f;
    f.write([&] { f.overview.set_interval("O", 5min); });
    auto before = f.database.total_changes();
    f.write([&] { f.overview.set_interval("O", 5min); });
    CHECK(f.database.total_changes() == before);
}

} // namespace
} // namespace versori::store
