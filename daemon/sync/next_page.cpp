#include "daemon/sync/next_page.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace versori::sync {
namespace asio = boost::asio;

struct NextPage::Request {
    explicit Request(const asio::any_io_executor& executor)
        : arrived(executor, asio::steady_timer::time_point::max()) {}

    asio::cancellation_signal cancel;
    asio::steady_timer arrived; // its wait ends when the answer is there
    std::optional<Result<api::Response>> response;
    std::exception_ptr broken;
    bool over = false;
};

asio::awaitable<void> NextPage::ask(std::string cursor) {
    auto executor = co_await asio::this_coro::executor;
    auto request = std::make_shared<Request>(executor);
    request_ = request;
    auto fetch = [](api::Client& client, std::string cursor,
                    std::shared_ptr<Request> request) -> asio::awaitable<void> {
        auto response = co_await client.page(std::move(cursor));
        request->response.emplace(std::move(response));
    };
    auto ended = [request](std::exception_ptr broken) {
        request->broken = broken;
        request->over = true;
        request->arrived.cancel();
    };
    asio::co_spawn(executor, fetch(client_, std::move(cursor), request),
                   asio::bind_cancellation_slot(request->cancel.slot(), std::move(ended)));
    co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<void> NextPage::arrival() {
    auto request = request_;
    while (!request->over) {
        auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            request->cancel.emit(asio::cancellation_type::terminal);
        if (!request->over)
            co_await request->arrived.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<Result<api::Response>> NextPage::take() {
    co_await arrival();
    auto request = std::exchange(request_, nullptr);
    if (request->broken)
        std::rethrow_exception(request->broken);
    co_return std::move(*request->response);
}

asio::awaitable<void> NextPage::drop() {
    if (!request_)
        co_return;
    request_->cancel.emit(asio::cancellation_type::terminal);
    co_await arrival();
    request_.reset();
}

} // namespace versori::sync
