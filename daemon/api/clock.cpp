#include "daemon/api/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace versori::api {
namespace asio = boost::asio;

SystemClock::SystemClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

std::chrono::steady_clock::time_point SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

model::Time SystemClock::wall() const {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

asio::awaitable<bool> SystemClock::sleep(std::chrono::milliseconds time) {
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        co_return false;
    asio::steady_timer timer(executor_, time);
    bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto [stopped] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return !stopped;
}

} // namespace versori::api
