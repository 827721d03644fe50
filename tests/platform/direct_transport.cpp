#include "tests/platform/direct_transport.hpp"

namespace versori::platform {
namespace {

std::string header(const Answer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.headers)
        if (key == name)
            return value;
    return {};
}

std::optional<errc> failure_of(Wire wire) {
    switch (wire) {
    case Wire::normal:
    case Wire::short_length:
    case Wire::chunked:
    case Wire::drip:
    case Wire::continue_first:
    case Wire::http_10:
        return {};
    case Wire::close:
    case Wire::reset:
    case Wire::cut:
    case Wire::long_length:
    case Wire::cut_chunk:
        return errc::connection_lost;
    case Wire::silent:
        return errc::timeout;
    case Wire::header_flood:
    case Wire::garbage:
        return errc::bad_http;
    case Wire::bomb:
    case Wire::body_without_end:
        return errc::too_large;
    }
    return {};
}

} // namespace

boost::asio::awaitable<Result<api::Response>> DirectTransport::send(api::Request request) {
    Ask ask;
    ask.target = std::move(request.target);
    ask.authorization = request.authorization.value();
    Answer answer = platform_.answer(ask);
    if (auto code = failure_of(answer.wire))
        co_return Failure{*code, "a fault of the simulated platform: " + make_error_code(*code).message()};
    if (answer.wire == Wire::short_length)
        answer.body.resize(answer.body.size() / 2);
    api::Response response;
    response.status = answer.status;
    response.retry_after = header(answer, "Retry-After");
    response.location = header(answer, "Location");
    response.date = header(answer, "Date");
    response.bytes_received = answer.body.size();
    response.body = std::move(answer.body);
    co_return response;
}

} // namespace versori::platform
