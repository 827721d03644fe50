#include "daemon/sync/service.hpp"

#include "daemon/sync/feed.hpp"
#include "daemon/sync/metrics.hpp"
#include "daemon/sync/notify.hpp"
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
namespace {

model::Time wall() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

class Service {
public:
    Service(config::Settings settings, const std::function<config::Loaded()>& reload)
        : settings_(std::move(settings)), reload_(reload), signals_(io_, SIGTERM, SIGHUP, SIGUSR1),
          mirror_(settings_, "run", wall()), clock_(io_.get_executor()),
          feed_(io_.get_executor(), mirror_.database, clock_, feed_calls()), metrics_(mirror_.database),
          watchdog_(io_) {
        signals_.add(SIGINT);
    }

    void run() {
        listen();
        feed_.configure(settings_.changes);
        asio::co_spawn(io_, feed_.run(),
                       asio::bind_cancellation_slot(feed_end_.slot(), [](std::exception_ptr failure) {
                           if (failure)
                               std::rethrow_exception(failure);
                       }));
        begin({});
        if (auto interval = watchdog_interval())
            feed_watchdog(*interval / 3);
        notify_ready(status());
        io_.run();
    }

private:
    static Feed::Calls feed_calls() {
        return {[](const std::string& sentence) { spdlog::warn("{}", sentence); },
                [](const std::string& sentence) { spdlog::info("{}", sentence); }};
    }

    void begin(const std::map<std::string, model::Time>& due) {
        auto round = Round::make(io_, settings_, mirror_);
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
        watcher_->watch_file(settings_.mirror.database + "-wal", [this] { feed_.poke(); });
        Round::Calls calls;
        calls.ended = [this](const Ended& ended) { tell(ended); };
        calls.pause = [](const Walker& walker, const api::Pause& pause) {
            spdlog::debug("{}: {}; retry {} in {}", walker.label(), pause.reason, pause.retry,
                          duration(pause.delay));
        };
        calls.looked = [this](const Walker& walker, const HeadResult& result) { tell(walker, result); };
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
            failure = emit::replace_file(path, emit::exposition(metrics_.measure(wall())));
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
        write_metrics();
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
        watchdog_.cancel();
        end_round([this] {
            watcher_.reset();
            feed_end_.emit(asio::cancellation_type::terminal);
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
        if (reloading_)
            return;
        notify_reloading();
        feed_.reopen();
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
        end_round([this, fresh = std::move(*loaded)]() mutable { restart(std::move(fresh)); });
    }

    // Goes on with other settings. Organisations that stay as they are keep their place in time.
    void restart(config::Settings fresh) {
        auto due = round_ ? round_->due() : std::map<std::string, model::Time>();
        for (auto at = due.begin(); at != due.end();)
            at = keeps_its_due(fresh, at->first) ? std::next(at) : due.erase(at);
        round_.reset();
        settings_ = std::move(fresh);
        feed_.configure(settings_.changes);
        troubled_.clear();
        try {
            mirror_.configure(settings_, wall());
        } catch (const store::StoreError& error) {
            spdlog::error("{}", error.what());
        }
        begin(due);
        reloading_ = false;
        std::size_t count = settings_.organisations.size();
        spdlog::info("reloaded: {} organisation{}; tokens from the environment or from systemd credentials "
                     "change only by a restart",
                     count, count == 1 ? "" : "s");
        notify_ready(status());
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
    OpenMirror mirror_;
    api::SystemClock clock_;
    Feed feed_;
    Metrics metrics_;
    std::string metrics_failure_;
    asio::cancellation_signal feed_end_;
    asio::steady_timer watchdog_;
    std::unique_ptr<Watcher> watcher_;
    std::unique_ptr<Round> round_;
    std::map<std::string, std::string> troubled_; // label to sentence
    std::string unable_;                          // why nothing is walked at all
    bool refused_ = false;                        // the configuration of the last reload
    bool reloading_ = false;
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
