#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>

namespace versori::sync {

// So many at once, the others in the order in which they came.
class Turns {
public:
    Turns(boost::asio::any_io_executor, int places);

    // False when the awaiting coroutine was cancelled; then there is nothing to give back.
    boost::asio::awaitable<bool> take();
    void give_back();

private:
    struct Waiting {
        boost::asio::steady_timer timer;
        bool has_turn = false;
    };

    boost::asio::any_io_executor executor_;
    int free_;
    std::list<Waiting*> line_;
};

} // namespace versori::sync
