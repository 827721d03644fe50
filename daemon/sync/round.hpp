#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"
#include "daemon/sync/open_mirror.hpp"
#include "daemon/sync/turns.hpp"
#include "daemon/sync/walker.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace versori::sync {

// A walk has ended: of whom, how, and how long it took. `failure` is the database's, and then there is no
// result.
struct Ended {
    const Walker& walker;
    WalkResult result;
    std::chrono::milliseconds took;
    std::string failure = {};
};

// The organisations of one configuration on one io_context: `concurrency` of them walk at once.
class Round {
public:
    ~Round();

    // Fails with proxy when the proxy's URL cannot be used.
    static Result<std::unique_ptr<Round>> make(boost::asio::io_context&, const config::Settings&,
                                               OpenMirror&);

    // What to do while walks go on. `progress` is called when a walk begins, and after each page.
    struct Calls {
        std::function<void(const Ended&)> ended;
        std::function<void(const Walker&, const Progress&)> progress = {};
        std::function<void(const Walker&, const api::Pause&)> pause = {};
        std::function<void(const Walker&, const HeadResult&)> looked = {}; // at a head
        // The mirror has to be opened again, for this reason. Without it, that is a failure.
        std::function<void(const std::string& reason)> displaced = {};
    };

    // Walks each of `organisations` (ids; empty: all) once.
    void walk_once(const std::vector<std::string>& organisations, bool approve_deletions, Calls);

    // Walks each on its schedule until `stop`; those with an entry in `due` first then, others now. Between
    // complete walks it looks at the heads, if schedule.head_interval is set.
    void walk_on_schedule(const std::map<std::string, model::Time>& due, Calls);

    void walk_now();       // all of them
    void tokens_changed(); // the refused ones whose token is another now

    // `then` runs when nothing is under way any more.
    void when_done(std::function<void()> then);

    // Ends everything under way, nothing half applied; `then` runs when it is done.
    void stop(std::function<void()> then);

    // When each is due next.
    std::map<std::string, model::Time> due() const;
    std::vector<std::string> token_files() const;

private:
    struct Member;

    Round(boost::asio::io_context&, const config::Settings&, OpenMirror&, std::unique_ptr<api::Transport>);
    void start(Member&, bool scheduled, bool approve_deletions);
    boost::asio::awaitable<void> keep_walking(Member&);
    boost::asio::awaitable<void> walk(Member&, bool scheduled, bool approve_deletions);
    boost::asio::awaitable<void> look_at_head(Member&);
    boost::asio::awaitable<void> wait_until_due(Member&);
    model::Time due_at(const Member&) const;
    void leave();

    boost::asio::io_context& io_;
    OpenMirror& mirror_;
    std::unique_ptr<api::Transport> transport_;
    api::SystemClock clock_;
    Turns turns_;
    std::optional<std::chrono::milliseconds> head_interval_;
    Calls calls_;
    std::list<Member> members_; // neither moved nor removed while walks refer to them
    int active_ = 0;
    bool stopping_ = false;
    std::function<void()> then_;
};

} // namespace versori::sync
