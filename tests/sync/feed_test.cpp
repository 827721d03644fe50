#include "daemon/sync/feed.hpp"

#include "daemon/emit/file.hpp"
#include "tests/emit/directory.hpp"
#include "tests/store/change_rows.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace versori;
using namespace versori::sync;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using store::insert_changes;
namespace asio = boost::asio;

namespace {

using Seqs = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;
using Marks = std::map<std::string, std::int64_t>;

class HandClock final : public api::Clock {
public:
    std::chrono::steady_clock::time_point now() const override {
        return std::chrono::steady_clock::time_point{1000h} + passed;
    }
    model::Time wall() const override { return *model::parse_time("2026-07-01T12:00:00Z") + passed; }
    asio::awaitable<bool> sleep(milliseconds delay) override {
        passed += delay;
        co_return true;
    }
    milliseconds passed{};
};

// What a delivery was given; fails when told to.
struct Log {
    Seqs seqs;
    Texts mirrors;
    std::size_t largest = 0;
    std::size_t room = 1'000'000; // takes no more than this
    std::string unreachable;      // why it cannot be located
    std::optional<emit::Position> position;
    int reopened = 0;
    std::function<void()> on_take = [] {};
};

class Fake final : public emit::Delivery {
public:
    Fake(std::string name, Log& log) : name_(std::move(name)), log_(log) {}
    std::string_view name() const override { return name_; }
    emit::Located locate() override { return {log_.position, log_.unreachable}; }
    emit::Taken take(std::span<const model::ChangeRecord> records) override {
        log_.on_take();
        log_.largest = std::max(log_.largest, records.size());
        std::size_t count = std::min(records.size(), log_.room);
        for (const auto& record : records.first(count)) {
            log_.seqs.push_back(record.seq);
            log_.mirrors.push_back(record.mirror_id);
        }
        log_.room -= count;
        return {count, count < records.size() ? name_ + " is full" : ""};
    }
    void reopen() override { ++log_.reopened; }

private:
    std::string name_;
    Log& log_;
};

struct Fixture {
    emit::Directory directory;
    HandClock clock;
    store::Database database{directory.file("mirror.db"), store::Database::Mode::write, clock.wall()};
    store::Outbox outbox{database};
    asio::io_context io{1};
    Texts warnings, notices;
    Feed feed{io.get_executor(),
              database,
              clock,
              {[this](const std::string& text) { warnings.push_back(text); },
               [this](const std::string& text) { notices.push_back(text); }}};
    Log journal, file;

    void use_both() {
        Feed::Deliveries both;
        both.push_back(std::make_unique<Fake>("journal", journal));
        both.push_back(std::make_unique<Fake>("file", file));
        feed.use(std::move(both), 90 * 24h);
    }
    void use_file(milliseconds retention = 90 * 24h) {
        Feed::Deliveries one;
        one.push_back(std::make_unique<Fake>("file", file));
        feed.use(std::move(one), retention);
    }
    // Turns until there is nothing to do; gives for how long.
    milliseconds settle() {
        milliseconds idle{};
        for (int turns = 0; idle == 0ms && turns < 1000; ++turns)
            idle = feed.turn();
        return idle;
    }
    void mark(const char* name, std::int64_t seq) {
        REQUIRE(database.try_begin());
        store::Transaction transaction(database);
        outbox.set_mark(name, seq);
        transaction.commit();
    }
    static Seqs range(std::int64_t from, std::int64_t to) {
        Seqs out;
        for (; from <= to; ++from)
            out.push_back(from);
        return out;
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "feed: every delivery gets every record in order, in bounded batches") {
    use_both();
    insert_changes(database, 1, 1200);
    CHECK(feed.turn() == 0ms);
    CHECK(outbox.marks() == Marks{{"file", 500}, {"journal", 500}});
    CHECK(settle() > 59min);
    CHECK(journal.seqs == range(1, 1200));
    CHECK(file.seqs == range(1, 1200));
    CHECK(file.largest == 500);
    CHECK(outbox.marks() == Marks{{"file", 1200}, {"journal", 1200}});
    insert_changes(database, 1201, 1201);
    settle();
    CHECK(journal.seqs.back() == 1201);
    CHECK(warnings.empty());
}

TEST_CASE_FIXTURE(Fixture, "feed: a mark moves after the delivery took the record") {
    use_file();
    insert_changes(database, 1, 3);
    Marks during;
    file.on_take = [&] { during = outbox.marks(); };
    settle();
    CHECK(during == Marks{});
    insert_changes(database, 4, 4);
    settle();
    CHECK(during == Marks{{"file", 3}});
    CHECK(outbox.marks() == Marks{{"file", 4}});
}

TEST_CASE_FIXTURE(Fixture, "feed: nothing to do costs no transaction") {
    use_file();
    insert_changes(database, 1, 3);
    settle();
    auto before = database.total_changes();
    CHECK(settle() > 59min);
    CHECK(database.total_changes() == before);
}

TEST_CASE_FIXTURE(Fixture, "feed: goes on after the mark") {
    mark("file", 2);
    insert_changes(database, 1, 4);
    use_file();
    settle();
    CHECK(file.seqs == Seqs{3, 4});
}

TEST_CASE_FIXTURE(Fixture, "feed: what the delivery itself holds goes before the mark") {
    insert_changes(database, 1, 9);
    mark("file", 4);
    std::string id = outbox.extent().mirror_id;
    Seqs expected;
    SUBCASE("it holds more") {
        file.position = {id, 6}, expected = {7, 8, 9};
    }
    SUBCASE("it holds less") {
        file.position = {id, 2}, expected = range(3, 9);
    }
    SUBCASE("an older piece holds more") {
        file.position = {id, 6, true}, expected = {7, 8, 9};
    }
    SUBCASE("an older piece holds less") {
        file.position = {id, 2, true}, expected = range(5, 9);
    }
    SUBCASE("it holds another mirror's") {
        file.position = {"other", 8}, expected = range(5, 9);
    }
    use_file();
    settle();
    CHECK(file.seqs == expected);
    CHECK(outbox.marks() == Marks{{"file", 9}});
    CHECK(outbox.extent().mirror_id == id);
    CHECK(warnings.empty());
}

TEST_CASE_FIXTURE(Fixture, "feed: a failing delivery waits longer each time, warns once, then catches up") {
    use_both();
    insert_changes(database, 1, 4);
    file.room = 2;
    CHECK(settle() == 1s);
    CHECK(journal.seqs == range(1, 4));
    CHECK(outbox.marks() == Marks{{"file", 2}, {"journal", 4}});
    std::vector<milliseconds> pauses;
    for (int i = 0; i < 8; ++i) {
        insert_changes(database, 5 + i, 5 + i);
        clock.passed += settle();
        pauses.push_back(settle());
    }
    CHECK(pauses == std::vector<milliseconds>{2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s});
    CHECK(journal.seqs == range(1, 12));
    CHECK(warnings == Texts{"change records wait: file is full"});
    CHECK(notices.empty());
    file.room = 100;
    clock.passed += 60s;
    settle();
    CHECK(file.seqs == range(1, 12));
    CHECK(notices == Texts{"the file takes change records again"});
    CHECK(warnings.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "feed: a delivery that cannot be looked at is looked at again") {
    use_file();
    insert_changes(database, 1, 2);
    file.unreachable = "no such directory";
    CHECK(settle() == 1s);
    CHECK(warnings == Texts{"change records wait: no such directory"});
    file.unreachable.clear();
    CHECK(settle() <= 1s);
    CHECK(file.seqs.empty());
    SUBCASE("after its pause") {
        clock.passed += 1s;
    }
    SUBCASE("at once after a reload") {
        feed.reopen();
        CHECK(file.reopened == 1);
    }
    settle();
    CHECK(file.seqs == Seqs{1, 2});
    CHECK(notices.size() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "feed: a delivery ahead of the table gets everything again under a new mirror_id") {
    insert_changes(database, 1, 3);
    std::string before = outbox.extent().mirror_id;
    mark("journal", 2);
    SUBCASE("the file") {
        file.position = {before, 5};
    }
    SUBCASE("the mark") {
        mark("file", 5);
    }
    use_both();
    settle();
    std::string after = outbox.extent().mirror_id;
    CHECK(after != before);
    CHECK(file.seqs == Seqs{1, 2, 3});
    CHECK(journal.seqs == Seqs{1, 2, 3});
    CHECK(file.mirrors == Texts{after, after, after});
    CHECK(warnings == Texts{"the file holds the change record 5, the mirror only 3: it is an older copy; its "
                            "mirror_id is now " +
                            after + " (was " + before + "), and its records are delivered again from 1 on"});
    insert_changes(database, 4, 4);
    settle();
    CHECK(file.seqs == Seqs{1, 2, 3, 4});
    CHECK(warnings.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "feed: old records and walks go once an hour, never before they are delivered") {
    for (int i = 1; i <= 1500; ++i)
        store::insert_change(database, i, {.time = "2026-06-30T11:00:00.000000Z"});
    file.room = 1200;
    use_file(24h);
    settle();
    CHECK(outbox.extent().first_seq == 1201);
    file.room = 1000;
    clock.passed += 1s;
    settle();
    CHECK(outbox.extent().first_seq == 1201);
    clock.passed += 1h;
    settle();
    CHECK(outbox.extent().first_seq == 1501);
    CHECK(count_of(database, "changes") == 0);
    CHECK(file.seqs == range(1, 1500));
}

TEST_CASE_FIXTURE(Fixture, "feed: a delivery that is no longer configured holds back nothing") {
    store::insert_change(database, 1, {.time = "2026-06-01T00:00:00.000000Z"});
    mark("journal", 0);
    use_file(24h);
    settle();
    CHECK(outbox.marks() == Marks{{"file", 1}});
    CHECK(count_of(database, "changes") == 0);
}

TEST_CASE_FIXTURE(Fixture, "feed: without a delivery old records go all the same") {
    store::insert_change(database, 1, {.time = "2026-06-01T00:00:00.000000Z"});
    feed.use({}, 24h);
    settle();
    CHECK(count_of(database, "changes") == 0);
}

TEST_CASE_FIXTURE(Fixture, "feed: a file that lacks pruned records says so and goes on") {
    for (int i = 1; i <= 3; ++i)
        store::insert_change(database, i, {.time = "2026-06-01T00:00:00.000000Z"});
    feed.use({}, 24h);
    settle();
    insert_changes(database, 4, 5);
    file.position = {outbox.extent().mirror_id, 1};
    use_file();
    settle();
    CHECK(file.seqs == Seqs{4, 5});
    CHECK(warnings ==
          Texts{"the change records 2 to 3 are older than changes.retention: the file lacks them for good"});
}

TEST_CASE_FIXTURE(Fixture, "feed: while another process writes, records are told and marks follow") {
    use_file();
    insert_changes(database, 1, 3);
    settle();
    insert_changes(database, 4, 5);
    {
        store::Database other(directory.file("mirror.db"), store::Database::Mode::write, clock.wall());
        REQUIRE(other.try_begin());
        store::Transaction transaction(other);
        CHECK(settle() == 250ms);
        CHECK(file.seqs == range(1, 5));
        CHECK(outbox.marks() == Marks{{"file", 3}});
    }
    settle();
    CHECK(file.seqs == range(1, 5));
    CHECK(outbox.marks() == Marks{{"file", 5}});
}

TEST_CASE_FIXTURE(Fixture, "feed: deliver_now delivers what is outstanding and says whether all went") {
    use_both();
    insert_changes(database, 1, 1200);
    CHECK(feed.deliver_now());
    CHECK(journal.seqs == range(1, 1200));
    CHECK(outbox.marks() == Marks{{"file", 1200}, {"journal", 1200}});
    insert_changes(database, 1201, 1203);
    file.room = 1;
    CHECK(!feed.deliver_now());
    CHECK(journal.seqs.back() == 1203);
    CHECK(file.seqs.back() == 1201);
    CHECK(warnings == Texts{"change records wait: file is full"});
    file.room = 10;
    CHECK(feed.deliver_now());
    CHECK(file.seqs == range(1, 1203));
}

TEST_CASE_FIXTURE(Fixture, "feed: runs until cancelled, and gives way to others between batches") {
    use_file();
    asio::cancellation_signal cancel;
    bool ended = false;
    asio::co_spawn(io, feed.run(), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error) {
                       CHECK(!error);
                       ended = true;
                   }));
    io.poll();
    insert_changes(database, 1, 1200);
    feed.poke();
    int others = 0;
    asio::post(io, [&] { ++others; });
    io.poll_one();
    io.poll_one();
    CHECK(others == 1);
    io.poll();
    CHECK(file.seqs == range(1, 1200));
    CHECK(!ended);
    cancel.emit(asio::cancellation_type::terminal);
    io.poll();
    CHECK(ended);
}

TEST_CASE_FIXTURE(Fixture, "feed: a poke that comes before the commit can be seen is enough") {
    use_file();
    bool told = false;
    file.on_take = [&] {
        told = true;
        io.stop();
    };
    asio::co_spawn(io, feed.run(), asio::detached);
    io.poll();
    feed.poke();
    io.poll();
    insert_changes(database, 1, 1);
    io.run_for(10s);
    CHECK(told);
}

TEST_CASE_FIXTURE(Fixture, "feed: a database in trouble is waited for") {
    use_file();
    insert_changes(database, 1, 2);
    database.execute("ALTER TABLE _deliveries RENAME TO away");
    asio::co_spawn(io, feed.run(), asio::detached);
    io.poll();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].starts_with("the change feed waits: the mirror " + directory.file("mirror.db")));
    database.execute("ALTER TABLE away RENAME TO _deliveries");
    feed.poke();
    io.poll();
    CHECK(file.seqs == Seqs{1, 2});
    CHECK(notices == Texts{"the change feed goes on"});
}

TEST_CASE_FIXTURE(Fixture, "feed: a real file, ended anywhere, goes on without a gap or a repeat") {
    config::Changes changes;
    changes.journal = false;
    changes.file = directory.file("changes.jsonl");
    changes.file_max_size = 4096;
    changes.file_keep = 1000;
    std::int64_t written = 0;
    for (int round = 0; round < 20; ++round) {
        insert_changes(database, written + 1, written + 40);
        written += 40;
        feed.configure(changes); // as after a crash: nothing remembered
        settle();
        mark("file", std::max<std::int64_t>(0, written - 10)); // the mark was lost
        auto size = std::filesystem::file_size(changes.file);
        if (round % 3 == 0 && size > 20)
            std::filesystem::resize_file(changes.file, size - 17); // and so was half a line
    }
    feed.configure(changes);
    settle();
    Seqs all;
    for (int i = 1000; i >= 0; --i) {
        std::string path = i ? changes.file + "." + std::to_string(i) : changes.file;
        if (std::filesystem::exists(path))
            for (long seq : emit::seqs(path))
                all.push_back(seq);
    }
    CHECK(all == range(1, written));
}
