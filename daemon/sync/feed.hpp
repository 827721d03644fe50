#pragma once

#include "daemon/api/clock.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/emit/delivery.hpp"
#include "daemon/store/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace versori::sync {

// Delivers the committed change records to the journal and the file, each from its own mark on, and deletes
// what is older than the retention. A record is delivered at least once and in order; a mark moves after the
// delivery took the record.
//
// A delivery that fails is tried again after 1 s, 2 s … 60 s and holds back neither the others nor the walks.
class Feed {
public:
    using Deliveries = std::vector<std::unique_ptr<emit::Delivery>>;

    // Sentences for the log.
    struct Calls {
        std::function<void(const std::string&)> warning; // once when something begins to fail
        std::function<void(const std::string&)> notice;  // when it works again
        // The mirror has to be opened again, for this reason. Without it, that is a failure.
        std::function<void(const std::string&)> displaced = {};
    };

    Feed(boost::asio::any_io_executor, store::Database&, api::Clock&, Calls);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    // From here on these deliveries; others lose their marks. Not while `run` is inside a turn: call it from
    // the same thread.
    void use(Deliveries, std::chrono::milliseconds retention);
    // Those of the settings.
    void configure(const config::Changes&);

    // Something may have been committed, or is about to be: `run` looks at once and twice more within some
    // seconds. Costs nothing to speak of when nothing was.
    void poke();

    // Opens files again (SIGHUP, after logrotate), and tries at once what waits after a failure.
    void reopen();

    // Delivers until the awaiting coroutine is cancelled; gives way to others between batches. A database
    // that cannot be read or written is a failure like a delivery's.
    boost::asio::awaitable<void> run();

    // Delivers everything outstanding before it returns. False when a delivery did not take it all; the
    // warning said why. Throws store::StoreError.
    bool deliver_now();

    // One batch to each delivery that is due, then the marks, then some pruning. Gives how long there is
    // nothing to do unless poked; zero: there is more. Throws store::StoreError.
    std::chrono::milliseconds turn();

private:
    struct Outlet;
    using Instant = std::chrono::steady_clock::time_point;

    bool forget_others();
    bool locate(Outlet&);
    bool start_over(Outlet&, std::int64_t held, const store::Extent&);
    bool serve(Outlet&);
    void failed(Outlet&, const std::string& why);
    void worked(Outlet&);
    bool move_marks();
    bool prune();
    std::chrono::milliseconds guarded_turn();
    void rest();

    boost::asio::any_io_executor executor_;
    store::Database& database_;
    store::Outbox outbox_;
    api::Clock& clock_;
    Calls calls_;
    boost::asio::steady_timer timer_;
    std::vector<Outlet> outlets_;
    std::chrono::milliseconds retention_ = std::chrono::days(90);
    Instant next_prune_{};
    std::chrono::milliseconds database_pause_{};
    std::size_t looks_ = 0; // still to come after the last poke
    bool others_forgotten_ = false;
};

// The deliveries of the settings: the journal, the file. Labels are looked up in the database.
Feed::Deliveries deliveries(const config::Changes&, store::Database&);

} // namespace versori::sync
