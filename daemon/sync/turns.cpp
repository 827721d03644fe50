#include "daemon/sync/turns.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace versori::sync {
namespace asio = boost::asio;

Turns::Turns(asio::any_io_executor executor, int places) : executor_(std::move(executor)), free_(places) {}

asio::awaitable<bool> Turns::take() {
    if (free_ > 0) {
        --free_;
        co_return true;
    }
    Waiting mine{asio::steady_timer(executor_, asio::steady_timer::time_point::max())};
    auto place = line_.insert(line_.end(), &mine);
    auto token = asio::as_tuple(asio::use_awaitable);
    co_await mine.timer.async_wait(token);
    if (!mine.has_turn)
        line_.erase(place);
    co_return mine.has_turn;
}

void Turns::give_back() {
    if (line_.empty()) {
        ++free_;
        return;
    }
    Waiting* first = line_.front();
    line_.pop_front();
    first->has_turn = true;
    first->timer.cancel();
}

} // namespace versori::sync
