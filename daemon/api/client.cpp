#include "daemon/api/client.hpp"

#include "daemon/api/sentences.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace versori::api {
namespace asio = boost::asio;
using Action = Decision::Action;
using Start = std::chrono::steady_clock::time_point;

// One request with all its retries.
struct Client::Attempts {
    std::string target;
    Start start;
    int page_size;
    int made = 0;
    int retries = 0;
};

Client::Client(Transport& transport, Clock& clock, Options options, std::function<double()> random,
               ReadError read_error)
    : transport_(transport), clock_(clock), options_(std::move(options)), random_(std::move(random)),
      read_error_(std::move(read_error)), page_size_(std::max(options_.page_size, 1)) {}

void Client::authorize(model::Secret authorization) {
    authorization_ = std::move(authorization);
}

void Client::set_deadline(std::optional<Start> deadline) {
    deadline_ = deadline;
}

void Client::on_pause(std::function<void(const Pause&)> told) {
    on_pause_ = std::move(told);
}

Result<std::string> Client::cursor_of(std::string_view next) const {
    return next_cursor(next, options_.endpoint);
}

std::optional<milliseconds> Client::left() const {
    if (!deadline_)
        return {};
    return std::max(std::chrono::floor<milliseconds>(*deadline_ - clock_.now()), milliseconds{0});
}

asio::awaitable<Result<Response>> Client::send(Attempts& attempts) {
    Request request{attempts.target, model::Secret(authorization_.value()), left()};
    if (request.time_limit == milliseconds{0})
        co_return Failure{errc::timeout, "walk_deadline was reached"};
    ++attempts.made;
    ++counters_.requests;
    auto response = co_await transport_.send(std::move(request));
    if (response)
        counters_.bytes_received += response->bytes_received;
    co_return response;
}

Decision Client::judge(const Result<Response>& response, const Attempts& attempts) const {
    Outcome outcome;
    if (response) {
        outcome = {{}, response->status, response->retry_after, response->date};
    } else {
        outcome.failure = response.error().code;
    }
    Standing standing{.retries = attempts.retries, .page_size = attempts.page_size};
    standing.left = left().value_or(milliseconds::max());
    standing.now = clock_.wall();
    standing.random = random_();
    return decide(outcome, standing, options_.limits);
}

std::string Client::platform_says(const Response& response) const {
    auto error = read_error_ ? read_error_(response.body) : std::nullopt;
    if (!error)
        return "";
    auto colon = error->code.empty() || error->message.empty() ? "" : ": ";
    return quoted(error->code + colon + error->message, authorization_.value());
}

Failure Client::explain(const Result<Response>& response, const Decision& decision,
                        const Attempts& attempts) const {
    std::string text = request_name(attempts.target) + ": ";
    text += response ? status_sentence(*response, platform_says(*response)) : response.error().message;
    if (decision.asked && deadline_ && *decision.asked >= *left())
        text += " and asks to wait " + std::to_string(decision.asked->count() / 1000) +
                " s, beyond walk_deadline";
    auto time = std::chrono::floor<milliseconds>(clock_.now() - attempts.start);
    return {decision.code, without_token(text, authorization_.value()) + effort(attempts.made, time)};
}

void Client::accept(const Response& response, int size) {
    page_size_ = size;
    if (response.body.size() > options_.max_page_bytes / 2)
        page_size_ = std::max(size / 2, 1);
    not_before_.reset();
}

asio::awaitable<Result<Response>> Client::get(std::string cursor) {
    Attempts attempts{"", clock_.now(), page_size_};
    for (;;) {
        attempts.target = page_target(options_.endpoint.path, options_.organisation_id, attempts.page_size,
                                      cursor, options_.filters);
        auto response = co_await send(attempts);
        auto decision = judge(response, attempts);
        if (decision.action == Action::accept) {
            accept(*response, attempts.page_size);
            co_return response;
        }
        auto failure = explain(response, decision, attempts);
        if (decision.action == Action::give_up) {
            if (decision.asked)
                not_before_ = clock_.wall() + *decision.asked;
            co_return failure;
        }
        ++counters_.retries;
        if (decision.action == Action::smaller) {
            attempts.page_size /= 2;
            continue;
        }
        ++attempts.retries;
        if (on_pause_)
            on_pause_({decision.delay, attempts.retries, decision.asked.has_value(), failure.message});
        bool slept = co_await clock_.sleep(decision.delay);
        if (!slept)
            co_return Failure{errc::cancelled, request_name(attempts.target) + ": stopped during a pause"};
    }
}

asio::awaitable<Result<Response>> Client::page(std::string cursor) {
    bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto response = co_await get(std::move(cursor));
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return response;
}

asio::awaitable<Result<Response>> Client::connector(std::string id) {
    bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    Attempts attempts{connector_target(options_.endpoint.path, options_.organisation_id, id), clock_.now(),
                      0};
    auto response = co_await send(attempts);
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (response)
        co_return response;
    Decision decision{.action = Action::give_up, .code = response.error().code};
    co_return explain(response, decision, attempts);
}

} // namespace versori::api
