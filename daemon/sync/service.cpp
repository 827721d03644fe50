#include "daemon/sync/service.hpp"

#include "daemon/store/lock.hpp"
#include "daemon/sync/feed.hpp"
#include "daemon/sync/log_watch.hpp"
#include "daemon/sync/metrics.hpp"
#include "daemon/sync/notify.hpp"
#include "daemon/sync/patience.hpp"
#include "daemon/sync/report.hpp"
#include "daemon/sync/round.hpp"
#include "daemon/sync/watcher.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include <sys/prctl.h>

#include <csignal>
#include <map>

namespace versori::sync {
namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;
namespace {

model::Time wall() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void rethrow(std::exception_ptr failure) {
    if (failure)
        std::rethrow_exception(failure);
}

class Service {
public:
    Service(config::Settings settings, const std::function<config::Loaded()>& reload)
        : settings_(std::move(settings)), reload_(reload), signals_(io_, SIGTERM, SIGHUP, SIGUSR1),
          clock_(io_.get_executor()), watchdog_(io_), patience_(io_.get_executor()) {
        signals_.add(SIGINT);
    }

    void run() {
        listen();
        if (auto interval = watchdog_interval())
            feed_watchdog(*interval / 3);
        lock_ = std::make_unique<store::Lock>(settings_.mirror.database, "run");
        asio::co_spawn(io_, start(), rethrow);
        io_.run();
    }

private:
    // What has the mirror open.
    struct Hold {
        Hold(asio::io_context& io, const config::Settings& settings, api::Clock& clock, Feed::Calls calls)
            : mirror(settings, wall(), Patience::a_try),
              feed(io.get_executor(), mirror.database, clock, std::move(calls)), metrics(mirror.database) {}

        OpenMirror mirror;
        Feed feed;
        Metrics metrics;
        asio::cancellation_signal feed_end;
        std::function<void()> feed_ended;
    };

    awaitable<void> start() {
        bool opened = co_await patience_.until_unlocked([this] { open(); },
                                                        [this](bool locked) { tell_locked(locked); });
        if (!opened)
            co_return;
        begin({});
        notify_ready(status());
        work_off_reload();
    }

    void tell_locked(bool locked) {
        const std::string& path = settings_.mirror.database;
        if (locked) {
            unable_ = "another program has been writing " + path + " for " +
                      std::to_string(Patience::told_after.count()) + " s; this one waits until it ends";
            spdlog::warn("{}", unable_);
        } else {
            unable_.clear();
            spdlog::info("{} can be written again", path);
        }
        notify_status(status());
    }

    void open() {
        hold_ = std::make_unique<Hold>(io_, settings_, clock_, feed_calls());
        hold_->mirror.database.on_locked(Patience::told_after, [this](bool locked) { tell_locked(locked); });
        if (!hold_->mirror.notice.empty() && displaced_.empty())
            spdlog::warn("{}", hold_->mirror.notice);
        hold_->feed.configure(settings_.changes);
        asio::co_spawn(
            io_, hold_->feed.run(),
            asio::bind_cancellation_slot(hold_->feed_end.slot(), [this](std::exception_ptr failure) {
                rethrow(failure);
                if (hold_ && hold_->feed_ended)
                    asio::post(io_, hold_->feed_ended);
            }));
    }

    // The mirror is not the one that was opened: it is opened again, with no memory of the one before.
    void displaced(const std::string& what) {
        if (stopping_ || reloading_ || !displaced_.empty())
            return;
        displaced_ = what;
        asio::post(io_, [this] {
            end_round([this] {
                watcher_.reset();
                round_.reset();
                hold_->feed_ended = [this] {
                    hold_->mirror.seen.leave();
                    hold_.reset();
                    asio::co_spawn(io_, reopen(), rethrow);
                };
                hold_->feed_end.emit(asio::cancellation_type::terminal);
            });
        });
    }

    void look_at_place() {
        try {
            hold_->mirror.database.check();
        } catch (const store::Displaced& reason) {
            displaced(reason.what());
        } catch (const store::StoreError&) { // whoever needs the mirror next says so
        }
    }

    awaitable<void> reopen() {
        constexpr auto longest = 60s;
        std::chrono::milliseconds next = 1s;
        while (!hold_) {
            bool still = co_await patience_.until_still(settings_.mirror.database);
            if (!still)
                co_return;
            std::string failure = try_to_reopen();
            if (failure.empty())
                continue;
            if (std::exchange(unable_, failure) != failure) {
                spdlog::error("{}: {}", displaced_, failure);
                notify_status(status());
            }
            bool go_on = co_await patience_.until_changed(settings_.mirror.database, next);
            if (!go_on)
                co_return;
            next = std::min<std::chrono::milliseconds>(next * 2, longest);
        }
        const std::string& notice = hold_->mirror.notice;
        spdlog::warn("{}; {}", displaced_, notice.empty() ? "it was opened again" : notice);
        displaced_.clear();
        troubled_.clear();
        begin({});
        notify_ready(status());
        work_off_reload();
    }

    // Why it did not succeed; empty when it did.
    std::string try_to_reopen() {
        try {
            if (lock_->displaced()) {
                lock_.reset();
                lock_ = std::make_unique<store::Lock>(settings_.mirror.database, "run");
            }
            open();
            return {};
        } catch (const store::StoreError& error) {
            return error.what();
        }
    }

    Feed::Calls feed_calls() {
        return {[](const std::string& sentence) { spdlog::warn("{}", sentence); },
                [](const std::string& sentence) { spdlog::info("{}", sentence); },
                [this](const std::string& reason) { displaced(reason); }};
    }

    void begin(const std::map<std::string, model::Time>& due) {
        auto round = Round::make(io_, settings_, hold_->mirror);
        unable_ = round ? "" : round.error().message;
        if (!round) {
            spdlog::error("{}", unable_);
            return;
        }
        round_ = std::move(*round);
        if (settings_.organisations.empty())
            spdlog::warn("no organisation is configured: add an [[organisation]] to the configuration, then "
                         "reload");
        watcher_ = std::make_unique<Watcher>(io_.get_executor());
        for (const std::string& file : round_->token_files())
            watcher_->watch_directory_of(file, [this] { round_->tokens_changed(); });
        // `deletions` and `forget` write beside the service, and what they did is delivered too.
        watcher_->watch_file(settings_.mirror.database + "-wal", [this] { hold_->feed.poke(); });
        watcher_->watch_directory_of(settings_.mirror.database, [this] { look_at_place(); });
        Round::Calls calls;
        calls.ended = [this](const Ended& ended) { tell(ended); };
        calls.pause = [](const Walker& walker, const api::Pause& pause) {
            spdlog::debug("{}: {}; retry {} in {}", walker.label(), pause.reason, pause.retry,
                          duration(pause.delay));
        };
        calls.looked = [this](const Walker& walker, const HeadResult& result) { tell(walker, result); };
        calls.displaced = [this](const std::string& reason) { displaced(reason); };
        round_->walk_on_schedule(due, std::move(calls));
        write_metrics();
    }

    // For Prometheus. A failure is told once.
    void write_metrics() {
        const std::string& path = settings_.metrics.textfile;
        if (path.empty())
            return;
        std::string failure;
        try {
            failure = emit::replace_file(path, emit::exposition(hold_->metrics.measure(wall())));
        } catch (const store::StoreError& error) {
            failure = error.what();
        }
        if (!failure.empty() && failure != metrics_failure_)
            spdlog::warn("{}", failure);
        metrics_failure_ = failure;
    }

    void tell(const Ended& ended) {
        if (ended.failure.empty() && ended.result.ending == WalkResult::Ending::cancelled)
            return;
        const std::string& label = ended.walker.label();
        if (!ended.failure.empty()) {
            spdlog::error("{}: {}; tried again in 1 m", label, ended.failure);
        } else {
            std::string line = walk_line(label, ended.result, ended.took);
            if (!ended.result.complete())
                line += "; next walk in " + duration(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                ended.walker.next_attempt() - wall()));
            spdlog::log(ended.result.complete() ? spdlog::level::info : spdlog::level::warn, "{}", line);
            for (const std::string& warning : walk_warnings(label, ended.result))
                spdlog::warn("{}", warning);
        }
        troubled_.erase(label);
        if (std::string why = ended.failure.empty() ? trouble(ended.result) : ended.failure; !why.empty())
            troubled_[label] = why;
        notify_status(status());
        look_at_log();
        write_metrics();
    }

    void look_at_log() {
        try {
            auto [warning, sentence] = log_watch_.look(hold_->mirror.database);
            if (!sentence.empty())
                spdlog::log(warning ? spdlog::level::warn : spdlog::level::info, "{}", sentence);
        } catch (const store::StoreError&) { // the next walk says so
        }
    }

    void tell(const Walker& walker, const HeadResult& result) {
        if (!result.reason.empty())
            spdlog::debug("{}: the head was not read, the next complete walk looks again: {}", walker.label(),
                          result.reason);
        else if (result.tally.rows() > 0)
            spdlog::info("{}", head_line(walker.label(), result.tally));
    }

    std::string status() const {
        std::string line = unable_.empty() ? status_line(settings_.organisations.size(), troubled_) : unable_;
        if (refused_)
            line += " The configuration is wrong since the last reload; the one from before is in force.";
        return line;
    }

    void listen() {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error)
                return;
            if (signal == SIGTERM || signal == SIGINT) {
                stop();
                return;
            }
            listen();
            if (signal == SIGUSR1)
                walk_now();
            else
                reload();
        });
    }

    void walk_now() {
        spdlog::info("SIGUSR1: walking every organisation now");
        if (round_)
            round_->walk_now();
    }

    void stop() {
        notify_stopping();
        stopping_ = true;
        watchdog_.cancel();
        patience_.stop();
        end_round([this] {
            watcher_.reset();
            io_.stop();
        });
    }

    void end_round(std::function<void()> then) {
        if (round_)
            round_->stop([this, then] { asio::post(io_, then); });
        else
            then();
    }

    void reload() {
        if (reloading_ || !displaced_.empty() || !hold_) {
            again_ = true;
            return;
        }
        notify_reloading();
        hold_->feed.reopen();
        auto loaded = reload_();
        if (!loaded) {
            for (const config::Problem& problem : loaded.error())
                spdlog::error("{}", config::to_string(problem));
            spdlog::error("the new configuration is wrong; the one from before stays in force");
            refused_ = true;
            notify_ready(status());
            return;
        }
        refused_ = false;
        if (loaded->mirror.database != settings_.mirror.database) {
            spdlog::warn("mirror.database changed: that takes a restart; {} stays",
                         settings_.mirror.database);
            loaded->mirror.database = settings_.mirror.database;
        }
        if (*loaded == settings_) {
            spdlog::info(
                "reloaded: the configuration is the same, token files are read again; tokens from the "
                "environment or from systemd credentials change only by a restart");
            if (round_)
                round_->tokens_changed();
            notify_ready(status());
            return;
        }
        reloading_ = true;
        end_round([this, fresh = std::move(*loaded)] { asio::co_spawn(io_, restart(fresh), rethrow); });
    }

    // One that came while the service was busy with the mirror.
    void work_off_reload() {
        if (std::exchange(again_, false))
            reload();
    }

    // Goes on with other settings. Organisations that stay as they are keep their place in time.
    awaitable<void> restart(config::Settings fresh) {
        auto due = round_ ? round_->due() : std::map<std::string, model::Time>();
        for (auto at = due.begin(); at != due.end();)
            at = keeps_its_due(fresh, at->first) ? std::next(at) : due.erase(at);
        watcher_.reset();
        round_.reset();
        settings_ = std::move(fresh);
        hold_->feed.configure(settings_.changes);
        troubled_.clear();
        std::string moved;
        try {
            bool done =
                co_await patience_.until_unlocked([this] { hold_->mirror.configure(settings_, wall(), 0ms); },
                                                  [this](bool locked) { tell_locked(locked); });
            if (!done)
                co_return;
        } catch (const store::Displaced& reason) {
            moved = reason.what();
        } catch (const store::StoreError& error) {
            spdlog::error("{}", error.what());
        }
        reloading_ = false;
        std::size_t count = settings_.organisations.size();
        spdlog::info("reloaded: {} organisation{}; tokens from the environment or from systemd credentials "
                     "change only by a restart",
                     count, count == 1 ? "" : "s");
        if (!moved.empty()) {
            displaced(moved);
            co_return;
        }
        begin(due);
        notify_ready(status());
        work_off_reload();
    }

    bool keeps_its_due(const config::Settings& fresh, const std::string& id) const {
        auto find = [&](const config::Settings& in) {
            return std::ranges::find(in.organisations, id, &config::Organisation::id);
        };
        auto before = find(settings_), after = find(fresh);
        return before != settings_.organisations.end() && after != fresh.organisations.end() &&
               *before == *after && settings_.platform == fresh.platform &&
               settings_.interval_of(*before) == fresh.interval_of(*after);
    }

    void feed_watchdog(std::chrono::microseconds every) {
        notify_alive();
        watchdog_.expires_after(every);
        watchdog_.async_wait([this, every](boost::system::error_code error) {
            if (!error)
                feed_watchdog(every);
        });
    }

    config::Settings settings_;
    const std::function<config::Loaded()>& reload_;
    asio::io_context io_{1};
    asio::signal_set signals_; // before the rest, so that none that comes early kills
    api::SystemClock clock_;
    asio::steady_timer watchdog_;
    Patience patience_;
    LogWatch log_watch_;
    std::unique_ptr<store::Lock> lock_;
    std::unique_ptr<Hold> hold_; // null while the mirror waits to be opened
    std::string metrics_failure_;
    std::unique_ptr<Watcher> watcher_;
    std::unique_ptr<Round> round_;
    std::map<std::string, std::string> troubled_; // label to sentence
    std::string unable_;                          // why nothing is walked at all
    bool refused_ = false;                        // the configuration of the last reload
    std::string displaced_;                       // why the mirror is being opened again; empty: it is not
    bool reloading_ = false, stopping_ = false;
    bool again_ = false; // a reload was asked for meanwhile
};

} // namespace

void serve(config::Settings settings, const std::function<config::Loaded()>& reload) {
    // Nobody else of this user may read the tokens in its memory, and no core file gets them.
    ::prctl(PR_SET_DUMPABLE, 0);
    try {
        Service(std::move(settings), reload).run();
    } catch (const std::runtime_error& error) {
        notify_status(error.what());
        throw;
    }
}

} // namespace versori::sync
