#include "daemon/sync/round.hpp"

#include "daemon/model/wiped.hpp"
#include "daemon/sync/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>

namespace versori::sync {
namespace asio = boost::asio;
using asio::awaitable;

struct Round::Member {
    Member(asio::io_context& io, const config::Settings& settings, const config::Organisation& organisation,
           Shared shared)
        : walker(settings, organisation, std::move(shared)), timer(io) {}

    Walker walker;
    asio::steady_timer timer; // until it is due
    asio::cancellation_signal cancel;
    model::Time due{};
    model::Time head_due = model::Time::max(); // after a complete walk, or a look that succeeded
    bool walking = false, refused = false;
    bool again = false; // asked for a walk while one was under way
};

Result<std::unique_ptr<Round>> Round::make(asio::io_context& io, const config::Settings& settings,
                                           OpenMirror& mirror) {
    auto transport = make_transport(io, settings);
    if (!transport)
        return transport.error();
    return std::unique_ptr<Round>(new Round(io, settings, mirror, std::move(*transport)));
}

Round::Round(asio::io_context& io, const config::Settings& settings, OpenMirror& mirror,
             std::unique_ptr<api::Transport> transport)
    : io_(io), mirror_(mirror), transport_(std::move(transport)), clock_(io.get_executor()),
      turns_(io.get_executor(), settings.schedule.concurrency),
      head_interval_(settings.schedule.head_interval) {
    auto engine = std::make_shared<std::mt19937_64>(std::random_device{}());
    auto random = [engine] { return std::uniform_real_distribution<>(0, 1)(*engine); };
    for (const config::Organisation& organisation : settings.organisations)
        members_.emplace_back(io, settings, organisation,
                              Shared{*transport_, clock_, mirror.database, mirror.normalisation, random});
}

Round::~Round() = default;

void Round::walk_once(const std::vector<std::string>& organisations, bool approve_deletions, Calls calls) {
    calls_ = std::move(calls);
    for (Member& member : members_)
        if (organisations.empty() ||
            std::ranges::find(organisations, member.walker.id()) != organisations.end())
            start(member, false, approve_deletions);
}

void Round::walk_on_schedule(const std::map<std::string, model::Time>& due, Calls calls) {
    calls_ = std::move(calls);
    for (Member& member : members_) {
        auto known = due.find(member.walker.id());
        member.due = known == due.end() ? clock_.wall() : known->second;
        start(member, true, false);
    }
}

void Round::start(Member& member, bool scheduled, bool approve_deletions) {
    ++active_;
    auto work = [this, &member, scheduled, approve_deletions]() -> awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        if (scheduled)
            co_await keep_walking(member);
        else
            co_await walk(member, false, approve_deletions);
    };
    auto ended = [this](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
        leave();
    };
    asio::co_spawn(io_, std::move(work),
                   asio::bind_cancellation_slot(member.cancel.slot(), std::move(ended)));
}

void Round::leave() {
    if (--active_ == 0 && then_)
        std::exchange(then_, nullptr)();
}

awaitable<void> Round::keep_walking(Member& member) {
    while (!stopping_) {
        co_await wait_until_due(member);
        if (stopping_)
            break;
        if (member.due <= clock_.wall())
            co_await walk(member, true, false);
        else
            co_await look_at_head(member);
    }
}

model::Time Round::due_at(const Member& member) const {
    return std::min(member.due, member.head_due);
}

awaitable<void> Round::wait_until_due(Member& member) {
    auto token = asio::as_tuple(asio::use_awaitable);
    while (!stopping_ && due_at(member) > clock_.wall()) {
        member.timer.expires_after(due_at(member) - clock_.wall());
        co_await member.timer.async_wait(token);
    }
}

awaitable<void> Round::walk(Member& member, bool scheduled, bool approve_deletions) {
    bool mine = co_await turns_.take();
    if (!mine)
        co_return;
    Walker::Options options;
    options.scheduled = scheduled;
    options.approve_deletions = approve_deletions;
    if (calls_.progress) {
        calls_.progress(member.walker, {});
        options.on_progress = [&](const Progress& progress) { calls_.progress(member.walker, progress); };
    }
    if (calls_.pause)
        options.on_pause = [&](const api::Pause& pause) { calls_.pause(member.walker, pause); };
    auto began = clock_.now();
    Ended ended{member.walker, {}, {}};
    member.walking = true;
    std::string displaced;
    try {
        mirror_.database.check();
        ended.result = co_await member.walker.walk(std::move(options));
        member.due = member.walker.next_attempt();
    } catch (const store::Displaced& reason) {
        ended.failure = displaced = reason.what();
        member.due = Schedule::after_failure(clock_.wall(), 1, {});
    } catch (const store::StoreError& error) {
        ended.failure = error.what();
        member.due = Schedule::after_failure(clock_.wall(), 1, {});
    }
    member.walking = false;
    model::forget();
    member.refused = ended.result.ending == WalkResult::Ending::denied;
    bool outdated = member.refused && member.walker.token_changed();
    if (std::exchange(member.again, false) || outdated)
        member.due = clock_.wall();
    member.head_due =
        head_interval_ && ended.result.complete() ? clock_.wall() + *head_interval_ : model::Time::max();
    ended.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began);
    turns_.give_back();
    if (!displaced.empty() && calls_.displaced)
        calls_.displaced(displaced);
    else
        calls_.ended(ended);
}

// A look that fails leaves it to the next complete walk to say what is wrong.
awaitable<void> Round::look_at_head(Member& member) {
    bool mine = co_await turns_.take();
    if (!mine)
        co_return;
    HeadResult result;
    std::string displaced;
    try {
        mirror_.database.check();
        result = co_await member.walker.look_at_head();
    } catch (const store::Displaced& reason) {
        result.reason = displaced = reason.what();
    } catch (const store::StoreError& error) {
        result.reason = error.what();
    }
    model::forget();
    member.head_due = result.reason.empty() ? clock_.wall() + *head_interval_ : model::Time::max();
    turns_.give_back();
    if (!displaced.empty() && calls_.displaced)
        calls_.displaced(displaced);
    else if (!result.cancelled && calls_.looked)
        calls_.looked(member.walker, result);
}

void Round::walk_now() {
    for (Member& member : members_) {
        member.again = member.walking;
        member.due = clock_.wall();
        member.timer.cancel();
    }
}

void Round::tokens_changed() {
    for (Member& member : members_)
        if (member.refused && member.walker.token_changed()) {
            member.due = clock_.wall();
            member.timer.cancel();
        }
}

void Round::when_done(std::function<void()> then) {
    then_ = std::move(then);
    if (active_ == 0 && then_)
        std::exchange(then_, nullptr)();
}

void Round::stop(std::function<void()> then) {
    stopping_ = true;
    if (then)
        when_done(std::move(then));
    for (Member& member : members_)
        member.cancel.emit(asio::cancellation_type::terminal);
}

std::map<std::string, model::Time> Round::due() const {
    std::map<std::string, model::Time> out;
    for (const Member& member : members_)
        out[member.walker.id()] = member.due;
    return out;
}

std::vector<std::string> Round::token_files() const {
    std::vector<std::string> out;
    for (const Member& member : members_)
        if (std::string file = member.walker.token_file(); !file.empty())
            out.push_back(std::move(file));
    return out;
}

} // namespace versori::sync
