#include "daemon/sync/feed.hpp"

#include "daemon/emit/file.hpp"
#include "daemon/emit/journal.hpp"
#include "daemon/model/wiped.hpp"
#include "daemon/store/memory.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace versori::sync {
namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {
constexpr std::size_t batch_records = 500;
constexpr std::size_t batch_bytes = 1 << 20;
constexpr std::int64_t prune_records = 1000;
constexpr milliseconds first_pause = 1s, longest_pause = 60s;
constexpr milliseconds while_locked = 250ms; // another process writes
constexpr milliseconds between_prunings = 1h;
constexpr std::int64_t no_mark = -1;
// Another process's commit is seen a moment after the write that announced it. Taken from the back.
constexpr milliseconds later_looks[] = {2s, 200ms};

milliseconds longer(milliseconds pause) {
    return std::clamp(pause * 2, first_pause, longest_pause);
}
} // namespace

struct Feed::Outlet {
    std::unique_ptr<emit::Delivery> delivery;
    bool located = false;
    std::int64_t seq = 0;          // taken up to here
    std::int64_t marked = no_mark; // what its mark says
    milliseconds pause{};          // zero: it works
    Instant due{};

    std::string name() const { return std::string(delivery->name()); }
    bool failing() const { return pause > 0ms; }
};

Feed::Feed(asio::any_io_executor executor, store::Database& database, api::Clock& clock, Calls calls)
    : executor_(executor), database_(database), outbox_(database), clock_(clock), calls_(std::move(calls)),
      timer_(executor) {}

Feed::~Feed() = default;

void Feed::use(Deliveries deliveries, milliseconds retention) {
    outlets_.clear();
    for (auto& delivery : deliveries)
        outlets_.push_back({.delivery = std::move(delivery)});
    retention_ = retention;
    next_prune_ = clock_.now();
    others_forgotten_ = false;
    poke();
}

void Feed::configure(const config::Changes& changes) {
    use(deliveries(changes, database_), changes.retention);
}

void Feed::poke() {
    looks_ = std::size(later_looks);
    timer_.cancel();
}

void Feed::reopen() {
    for (Outlet& outlet : outlets_) {
        outlet.delivery->reopen();
        outlet.due = clock_.now();
    }
    poke();
}

asio::awaitable<void> Feed::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto token = asio::as_tuple(asio::use_awaitable);
    for (;;) {
        milliseconds idle = guarded_turn();
        if (idle > 0ms) {
            if (looks_ > 0)
                idle = std::min(idle, later_looks[--looks_]);
            else
                rest();
            timer_.expires_after(idle);
            co_await timer_.async_wait(token);
        } else {
            co_await asio::post(executor_, asio::use_awaitable);
        }
        auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            co_return;
    }
}

// Nobody has written for seconds. What is wrong with the database is the next turn's to tell.
void Feed::rest() {
    try {
        store::give_back_cache(database_);
    } catch (const store::StoreError&) {
    }
    model::forget();
}

milliseconds Feed::guarded_turn() {
    try {
        milliseconds idle = turn();
        if (database_pause_ > 0ms)
            calls_.notice("the change feed goes on");
        database_pause_ = 0ms;
        return idle;
    } catch (const store::StoreError& error) {
        if (calls_.displaced && dynamic_cast<const store::Displaced*>(&error)) {
            calls_.displaced(error.what());
            return longest_pause;
        }
        if (database_pause_ == 0ms)
            calls_.warning("the change feed waits: " + std::string(error.what()));
        database_pause_ = longer(database_pause_);
        return database_pause_;
    }
}

bool Feed::deliver_now() {
    for (Outlet& outlet : outlets_)
        outlet.due = clock_.now();
    auto unfinished = [](const Outlet& outlet) {
        return outlet.located ? outlet.marked != outlet.seq : !outlet.failing();
    };
    for (int locked = 0; locked < 100;) { // each try waits for the lock by itself
        if (turn() == 0ms)
            continue;
        if (others_forgotten_ && std::ranges::none_of(outlets_, unfinished))
            break;
        ++locked;
        for (Outlet& outlet : outlets_)
            if (!outlet.failing())
                outlet.due = clock_.now();
    }
    return std::ranges::none_of(outlets_,
                                [&](const Outlet& outlet) { return outlet.failing() || unfinished(outlet); });
}

milliseconds Feed::turn() {
    database_.check();
    Instant now = clock_.now();
    if (!forget_others())
        return while_locked;
    auto is_due = [&](const Outlet& outlet) { return outlet.due <= now; };
    for (Outlet& outlet : outlets_)
        if (is_due(outlet) && !outlet.located)
            outlet.located = locate(outlet);
    bool more = false;
    for (Outlet& outlet : outlets_)
        if (is_due(outlet) && outlet.located)
            more |= serve(outlet);
    bool marked = move_marks();
    if (more || prune())
        return 0ms;
    milliseconds idle = marked ? between_prunings : while_locked;
    auto wake_at = [&](Instant instant) {
        if (instant > now)
            idle = std::min(idle, std::chrono::ceil<milliseconds>(instant - now));
    };
    wake_at(next_prune_);
    for (const Outlet& outlet : outlets_)
        wake_at(outlet.due);
    return idle;
}

// A delivery that is no longer configured would hold back the pruning for ever.
bool Feed::forget_others() {
    if (others_forgotten_)
        return true;
    std::vector<std::string> others;
    for (const auto& [name, seq] : outbox_.marks())
        if (std::ranges::find(outlets_, name, &Outlet::name) == outlets_.end())
            others.push_back(name);
    if (!others.empty()) {
        if (!database_.try_begin())
            return false;
        store::Transaction transaction(database_);
        for (const std::string& name : others)
            outbox_.remove_mark(name);
        transaction.commit();
    }
    return others_forgotten_ = true;
}

// Where the delivery goes on: after what it holds itself, if it can tell, else after its mark.
bool Feed::locate(Outlet& outlet) {
    auto [position, failure] = outlet.delivery->locate();
    if (!failure.empty()) {
        failed(outlet, failure);
        return false;
    }
    store::Extent extent = outbox_.extent();
    auto marks = outbox_.marks();
    auto mark = marks.find(outlet.name());
    outlet.marked = mark == marks.end() ? no_mark : mark->second;
    outlet.seq = mark == marks.end() ? extent.first_seq - 1 : mark->second;
    if (position && position->mirror_id == extent.mirror_id)
        outlet.seq = position->at_least ? std::max(outlet.seq, position->seq) : position->seq;
    if (outlet.seq > extent.newest_seq)
        return start_over(outlet, outlet.seq, extent);
    if (outlet.seq < extent.first_seq - 1) {
        calls_.warning("the change records " + std::to_string(outlet.seq + 1) + " to " +
                       std::to_string(extent.first_seq - 1) + " are older than changes.retention: the " +
                       outlet.name() + " lacks them for good");
        outlet.seq = extent.first_seq - 1;
    }
    worked(outlet);
    return true;
}

// The table is an older copy than the delivery. See store::Outbox.
bool Feed::start_over(Outlet& outlet, std::int64_t held, const store::Extent& extent) {
    if (!database_.try_begin()) {
        outlet.due = clock_.now() + while_locked;
        return false;
    }
    store::Transaction transaction(database_);
    std::string id = outbox_.mint();
    transaction.commit();
    calls_.warning("the " + outlet.name() + " holds the change record " + std::to_string(held) +
                   ", the mirror only " + std::to_string(extent.newest_seq) +
                   ": it is an older copy; its mirror_id is now " + id + " (was " + extent.mirror_id +
                   "), and its records are delivered again from " + std::to_string(extent.first_seq) + " on");
    for (Outlet& other : outlets_) {
        other.seq = extent.first_seq - 1;
        if (other.marked != no_mark)
            other.marked = other.seq;
    }
    worked(outlet);
    return true;
}

// True when there is more to deliver.
bool Feed::serve(Outlet& outlet) {
    std::int64_t newest = outbox_.extent().newest_seq;
    auto records = outbox_.read(outlet.seq, newest, batch_records, batch_bytes);
    if (records.empty())
        return false;
    auto [count, failure] = outlet.delivery->take(records);
    if (count > 0)
        outlet.seq = records[count - 1].seq;
    if (!failure.empty()) {
        failed(outlet, failure);
        return false;
    }
    worked(outlet);
    return outlet.seq < newest;
}

void Feed::failed(Outlet& outlet, const std::string& why) {
    if (!outlet.failing())
        calls_.warning("change records wait: " + why);
    outlet.pause = longer(outlet.pause);
    outlet.due = clock_.now() + outlet.pause;
}

void Feed::worked(Outlet& outlet) {
    if (outlet.failing())
        calls_.notice("the " + outlet.name() + " takes change records again");
    outlet.pause = 0ms;
}

// False when another process is writing.
bool Feed::move_marks() {
    auto due = [](const Outlet& outlet) { return outlet.located && outlet.marked != outlet.seq; };
    if (std::ranges::none_of(outlets_, due))
        return true;
    if (!database_.try_begin())
        return false;
    store::Transaction transaction(database_);
    for (Outlet& outlet : outlets_)
        if (due(outlet))
            outbox_.set_mark(outlet.name(), outlet.seq);
    transaction.commit();
    for (Outlet& outlet : outlets_)
        if (outlet.located)
            outlet.marked = outlet.seq;
    return true;
}

// True when there is more to delete. Nothing goes before every delivery has a mark.
bool Feed::prune() {
    auto unmarked = [](const Outlet& outlet) { return outlet.marked == no_mark; };
    if (clock_.now() < next_prune_ || std::ranges::any_of(outlets_, unmarked))
        return false;
    model::Time before = clock_.wall() - retention_;
    if (!database_.try_begin()) {
        next_prune_ = clock_.now() + while_locked;
        return false;
    }
    store::Transaction transaction(database_);
    bool more = outbox_.prune(before, prune_records) == prune_records;
    more |= outbox_.prune_walks(before, prune_records) == prune_records;
    transaction.commit();
    if (!more)
        next_prune_ = clock_.now() + between_prunings;
    return more;
}

Feed::Deliveries deliveries(const config::Changes& changes, store::Database& database) {
    Feed::Deliveries out;
    auto label = [&database](const std::string& id) { return store::Outbox(database).label(id); };
    if (changes.journal)
        out.push_back(std::make_unique<emit::Journal>(label));
    if (!changes.file.empty())
        out.push_back(std::make_unique<emit::File>(
            emit::File::Settings{changes.file, changes.file_max_size, changes.file_keep}));
    return out;
}

} // namespace versori::sync
