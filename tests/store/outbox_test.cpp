#include "daemon/store/outbox.hpp"

#include "tests/emit/directory.hpp"
#include "tests/store/change_rows.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace versori;
using namespace versori::store;

namespace {

using Seqs = std::vector<std::int64_t>;
using Marks = std::map<std::string, std::int64_t>;
const model::Time now = *model::parse_time("2026-07-01T12:00:00Z");

struct Fixture {
    emit::Directory directory;
    Database database{directory.file("mirror.db"), Database::Mode::write, now};
    Outbox outbox{database};

    Seqs read(std::int64_t after, std::int64_t up_to, const ChangeFilter& filter = {},
              std::size_t limit = 100, std::size_t bytes = 1 << 20) {
        Seqs out;
        for (const auto& record : outbox.read(after, up_to, limit, bytes, filter))
            out.push_back(record.seq);
        return out;
    }
    void write(const std::function<void()>& work) {
        REQUIRE(database.try_begin());
        Transaction transaction(database);
        work();
        transaction.commit();
    }
    std::int64_t prune(std::int64_t limit = 100) {
        std::int64_t count = 0;
        write([&] { count = outbox.prune(now, limit); });
        return count;
    }
    void old_changes(std::int64_t from, std::int64_t to) {
        for (; from <= to; ++from)
            insert_change(database, from, {.time = "2026-07-01T11:59:59.999999Z"});
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "outbox: a new mirror has no records") {
    Extent extent = outbox.extent();
    CHECK(extent.mirror_id.size() == 36);
    CHECK(extent.first_seq == 1);
    CHECK(extent.newest_seq == 0);
    CHECK(read(0, 100) == Seqs{});
    CHECK(outbox.marks() == Marks{});
}

TEST_CASE_FIXTURE(Fixture, "outbox: a record has all that its row says, and the mirror's id") {
    insert_change(database, 1);
    auto records = outbox.read(0, 1, 10, 1000);
    REQUIRE(records.size() == 1);
    CHECK(model::json_line(records[0]) ==
          R"({"seq":1,"time":"2026-07-01T12:00:00.000000Z","mirror_id":")" + outbox.extent().mirror_id +
              R"(","walk_id":7,"organisation_id":"01HF-ACME","connector_id":"c1","table_name":"connectors",)"
              R"("op":"update","key":{},"label":"Shopify","changed":["name"],"before":{"name":"a"},)"
              R"("after":{"name":"b"},"evidence":null})");
    database.execute("INSERT INTO changes VALUES (2, NULL, 't', 'o', NULL, NULL, 'baseline', NULL, NULL, "
                     "'[]', NULL, '{}', NULL)");
    CHECK(model::json_line(outbox.read(1, 2, 10, 1000)[0]).starts_with(R"({"seq":2,"time":"t",)"));
    CHECK(!outbox.read(1, 2, 10, 1000)[0].walk_id);
}

TEST_CASE_FIXTURE(Fixture, "outbox: records after a seq, up to another, so many, so large") {
    insert_changes(database, 1, 5);
    CHECK(outbox.extent().newest_seq == 5);
    CHECK(read(0, 5) == Seqs{1, 2, 3, 4, 5});
    CHECK(read(2, 4) == Seqs{3, 4});
    CHECK(read(0, 5, {}, 2) == Seqs{1, 2});
    CHECK(read(0, 5, {}, 100, 1) == Seqs{1});
    CHECK(read(5, 5) == Seqs{});
}

TEST_CASE_FIXTURE(Fixture, "outbox: filters narrow, each by itself and together") {
    insert_change(database, 1, {.organisation = "A"});
    insert_change(database, 2, {.organisation = "B", .connector = "c2"});
    insert_change(database, 3, {.organisation = "A", .connector = "c2", .table = "versions"});
    insert_change(database, 4, {.organisation = "A", .op = "delete"});
    CHECK(read(0, 9, {.organisation = "A"}) == Seqs{1, 3, 4});
    CHECK(read(0, 9, {.connector = "c2"}) == Seqs{2, 3});
    CHECK(read(0, 9, {.table = "connectors"}) == Seqs{1, 2, 4});
    CHECK(read(0, 9, {.op = "delete"}) == Seqs{4});
    CHECK(read(0, 9, {.organisation = "A", .connector = "c1", .table = "connectors", .op = "update"}) ==
          Seqs{1});
    CHECK(read(1, 9, {.organisation = "A"}, 1) == Seqs{3});
}

TEST_CASE_FIXTURE(Fixture, "outbox: marks are set, moved and removed") {
    write([&] {
        outbox.set_mark("journal", 3);
        outbox.set_mark("file", 5);
        outbox.set_mark("journal", 4);
    });
    CHECK(outbox.marks() == Marks{{"file", 5}, {"journal", 4}});
    write([&] { outbox.remove_mark("file"); });
    CHECK(outbox.marks() == Marks{{"journal", 4}});
}

TEST_CASE_FIXTURE(Fixture, "outbox: a new mirror_id takes the marks back to the first record") {
    old_changes(1, 4);
    CHECK(prune(2) == 2);
    write([&] {
        outbox.set_mark("journal", 4);
        outbox.set_mark("file", 9);
    });
    std::string before = outbox.extent().mirror_id, minted;
    write([&] { minted = outbox.mint(); });
    CHECK(minted != before);
    CHECK(outbox.extent().mirror_id == minted);
    CHECK(outbox.extent().first_seq == 3);
    CHECK(outbox.marks() == Marks{{"file", 2}, {"journal", 2}});
    CHECK(outbox.read(2, 4, 9, 10000)[0].mirror_id == minted);
}

TEST_CASE_FIXTURE(Fixture, "outbox: old records go, oldest first, and first_seq says so") {
    old_changes(1, 3);
    insert_changes(database, 4, 5);
    SUBCASE("in pieces") {
        CHECK(prune(2) == 2);
        CHECK(outbox.extent().first_seq == 3);
        CHECK(prune(2) == 1);
        CHECK(prune(2) == 0);
        CHECK(outbox.extent().first_seq == 4);
        CHECK(outbox.extent().newest_seq == 5);
        CHECK(read(0, 9) == Seqs{4, 5});
    }
    SUBCASE("never past a mark") {
        write([&] {
            outbox.set_mark("journal", 5);
            outbox.set_mark("file", 2);
        });
        CHECK(prune() == 2);
        CHECK(read(0, 9) == Seqs{3, 4, 5});
        CHECK(prune() == 0);
    }
    SUBCASE("not one that stands behind a younger one") {
        old_changes(6, 6);
        CHECK(prune() == 3);
        CHECK(read(0, 9) == Seqs{4, 5, 6});
    }
}

TEST_CASE_FIXTURE(Fixture, "outbox: numbers go on when all records went") {
    old_changes(1, 3);
    CHECK(prune() == 3);
    CHECK(outbox.extent().first_seq == 4);
    CHECK(outbox.extent().newest_seq == 3);
}

TEST_CASE_FIXTURE(Fixture, "outbox: old walks go, except running ones and each last complete one") {
    database.execute(
        "INSERT INTO organisations (organisation_id, state, state_since, last_complete_walk) VALUES "
        "('A', 'ok', '', 1), ('B', 'new', '', NULL);"
        "INSERT INTO walks (walk_id, organisation_id, started_at, outcome) VALUES "
        "(1, 'A', '2026-01-01', 'settled'), (2, 'A', '2026-01-02', 'incomplete'),"
        "(3, 'B', '2026-01-03', 'running'), (4, 'B', '2026-01-04', 'incomplete'),"
        "(5, 'A', '2026-01-05', 'abandoned'), (6, 'A', '2026-07-02', 'incomplete')");
    std::int64_t first = 0, second = 0;
    write([&] { first = outbox.prune_walks(now, 2); });
    write([&] { second = outbox.prune_walks(now, 2); });
    CHECK(first == 2);
    CHECK(second == 1);
    Query left(database, "SELECT group_concat(walk_id) FROM (SELECT walk_id FROM walks ORDER BY walk_id)");
    left.step();
    CHECK(left.text(0) == "1,3,6");
}

TEST_CASE_FIXTURE(Fixture, "outbox: organisations by id or name") {
    database.execute("INSERT INTO organisations (organisation_id, name, state, state_since) VALUES "
                     "('A', 'acme', 'ok', ''), ('B', NULL, 'ok', ''), ('C', 'acme', 'ok', '')");
    using Ids = std::vector<std::string>;
    CHECK(outbox.label("A") == "acme");
    CHECK(outbox.label("B") == "B");
    CHECK(outbox.label("Z") == "Z");
    CHECK(outbox.find_organisations("B") == Ids{"B"});
    CHECK(outbox.find_organisations("acme") == Ids{"A", "C"});
    CHECK(outbox.find_organisations("z") == Ids{});
}
