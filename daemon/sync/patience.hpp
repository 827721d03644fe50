#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace versori::sync {

// Waiting that ends at once when the service stops. Every wait is false then.
class Patience {
public:
    // After so long a person hears that another process keeps the mirror locked.
    static constexpr std::chrono::seconds told_after{5};
    // One try to get a lock, during which nothing else happens.
    static constexpr std::chrono::milliseconds a_try{100};

    explicit Patience(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    void stop();

    boost::asio::awaitable<bool> pause(std::chrono::milliseconds);

    // Until `work` does not throw store::Busy. `locked`: called with true when that takes longer, with false
    // when it is over then. Lets through whatever else `work` throws.
    boost::asio::awaitable<bool> until_unlocked(std::function<void()> work, std::function<void(bool)> locked);

    // Until a file at the path has not changed for a second, or none has been there for five: one that is
    // being copied grows, and where one was deleted another may come.
    boost::asio::awaitable<bool> until_still(std::string path);

    // Until what is at the path is another than now, at most so long.
    boost::asio::awaitable<bool> until_changed(std::string path, std::chrono::milliseconds longest);

private:
    boost::asio::steady_timer timer_;
    bool stopped_ = false;
};

} // namespace versori::sync
