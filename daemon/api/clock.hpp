#pragma once

#include "daemon/model/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace versori::api {

// Time as the client sees it; tests turn it by hand.
class Clock {
public:
    virtual ~Clock() = default;

    // For deadlines and durations: never jumps.
    virtual std::chrono::steady_clock::time_point now() const = 0;

    // For dates in headers.
    virtual model::Time wall() const = 0;

    // False when the awaiting coroutine was cancelled meanwhile.
    virtual boost::asio::awaitable<bool> sleep(std::chrono::milliseconds) = 0;
};

class SystemClock final : public Clock {
public:
    explicit SystemClock(boost::asio::any_io_executor);

    std::chrono::steady_clock::time_point now() const override;
    model::Time wall() const override;
    boost::asio::awaitable<bool> sleep(std::chrono::milliseconds) override;

private:
    boost::asio::any_io_executor executor_;
};

} // namespace versori::api
