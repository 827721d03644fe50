#include "daemon/sync/patience.hpp"

#include "daemon/store/database.hpp"
#include "daemon/store/place.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace versori::sync {
namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {
constexpr auto file_stands_still = 1s;
constexpr auto nothing_comes = 5s;
} // namespace

void Patience::stop() {
    stopped_ = true;
    timer_.cancel();
}

awaitable<bool> Patience::pause(std::chrono::milliseconds time) {
    if (!stopped_) {
        timer_.expires_after(time);
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return !stopped_;
}

awaitable<bool> Patience::until_unlocked(std::function<void()> work, std::function<void(bool)> locked) {
    auto began = Clock::now();
    for (bool told = false;;) {
        try {
            work();
            if (told)
                locked(false);
            co_return true;
        } catch (const store::Busy&) {
        }
        if (!told && Clock::now() - began >= told_after)
            locked(told = true);
        bool go_on = co_await pause(a_try);
        if (!go_on)
            co_return false;
    }
}

awaitable<bool> Patience::until_still(std::string path) {
    store::Sight sight = store::sight_of(path);
    for (auto since = Clock::now();
         Clock::now() - since < (sight.file.exists() ? file_stands_still : nothing_comes);) {
        bool go_on = co_await pause(a_try);
        if (!go_on)
            co_return false;
        store::Sight now = store::sight_of(path);
        if (now != sight)
            since = Clock::now();
        sight = now;
    }
    co_return true;
}

awaitable<bool> Patience::until_changed(std::string path, std::chrono::milliseconds longest) {
    store::Sight sight = store::sight_of(path);
    for (auto end = Clock::now() + longest; Clock::now() < end && store::sight_of(path) == sight;) {
        bool go_on = co_await pause(a_try);
        if (!go_on)
            co_return false;
    }
    co_return !stopped_;
}

} // namespace versori::sync
