#include "daemon/api/https_transport.hpp"

#include "tests/api/gzip.hpp"
#include "tests/api/loopback.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <doctest/doctest.h>

#include <future>

using namespace versori;
using namespace versori::api;
using namespace versori::api::loopback;
using namespace std::chrono_literals;

namespace {

HttpsTransport::Options options(unsigned short port) {
    HttpsTransport::Options options;
    options.endpoint = *parse_endpoint("http://127.0.0.1:" + std::to_string(port));
    options.connect_timeout = 5s;
    options.request_timeout = 100ms;
    options.max_page_bytes = 100'000;
    return options;
}

// Answers with these bytes, then ends as it is told to.
enum class End { close, reset, silence };

Script says(std::string bytes, End end) {
    return [bytes, end](Peer& peer) -> asio::awaitable<void> {
        co_await peer.request();
        co_await peer.write(bytes);
        if (end == End::silence)
            co_await swallow(peer);
        if (end == End::reset)
            peer.reset();
    };
}

asio::awaitable<void> drip(Peer& peer) {
    co_await peer.request();
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    asio::steady_timer pause(peer.socket.get_executor());
    for (bool open = true; open;) {
        pause.expires_after(2ms);
        co_await pause.async_wait(result);
        auto buffer = asio::buffer("x", 1);
        auto [ec, size] = co_await asio::async_write(peer.socket, buffer, result);
        open = !ec;
    }
}

const std::string head = "HTTP/1.1 200 OK\r\n";
const std::string chunked_head = head + "Transfer-Encoding: chunked\r\n\r\n";

} // namespace

TEST_CASE("what a server may do to an answer") {
    std::string flood = head;
    for (int i = 0; i < 5000; ++i)
        flood += "X-Header-" + std::to_string(i) + ": value\r\n";
    const auto bomb = gzip(std::string(5'000'000, 'x'));
    const auto bomb_length = "Content-Length: " + std::to_string(bomb.size()) + "\r\n\r\n";

    struct Row {
        std::string name;
        Script script;
        errc failure;
        std::string message;
    };
    const Row rows[] = {
        {"accepts and says nothing", swallow, errc::timeout, "HOST did not answer within the time limit"},
        {"drips", drip, errc::timeout, "HOST did not answer within the time limit"},
        {"stops in the body", says(head + "Content-Length: 9\r\n\r\nhel", End::silence), errc::timeout,
         "HOST did not answer within the time limit"},
        {"stops in the head", says("HTTP/1.1 200 OK\r\nContent-", End::silence), errc::timeout,
         "HOST did not answer within the time limit"},
        {"closes without a word", close_at_first_bytes, errc::connection_lost,
         "the connection was closed in the middle of the answer"},
        {"cuts the body", says(head + "Content-Length: 9\r\n\r\nhel", End::close), errc::connection_lost,
         "the connection was closed in the middle of the answer"},
        {"cuts a chunk", says(chunked_head + "9\r\nhel", End::close), errc::connection_lost,
         "the connection was closed in the middle of the answer"},
        {"cuts between chunks", says(chunked_head + "3\r\nhel\r\n", End::close), errc::connection_lost,
         "the connection was closed in the middle of the answer"},
        {"says words", says("hello there\r\n", End::close), errc::bad_http, "the answer is not HTTP"},
        {"floods with headers", says(flood, End::close), errc::bad_http,
         "the answer has more than 64 KiB of headers"},
        {"announces too much", says(head + "Content-Length: 100001\r\n\r\nh", End::silence), errc::too_large,
         "the answer is larger than max_page_bytes (100000 bytes)"},
        {"sends a bomb", says(head + "Content-Encoding: gzip\r\n" + bomb_length + bomb, End::close),
         errc::too_large, "the answer is larger than max_page_bytes (100000 bytes)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        asio::io_context context;
        Server server(context, row.script);
        HttpsTransport transport(context.get_executor(), options(server.port()));
        auto response = run(context, transport.send({"/"}));
        REQUIRE(response.has_error());
        CHECK(error_category().message(int(response.error().code)) ==
              error_category().message(int(row.failure)));
        auto message = row.message;
        if (message.starts_with("HOST"))
            message.replace(0, 4, "127.0.0.1:" + std::to_string(server.port()));
        CHECK(response.error().message == message);
        CHECK(server.connections() == 1);
    }
}

TEST_CASE("a reset in the middle of an answer") {
    asio::io_context context;
    Server server(context, says(head + "Content-Length: 9\r\n\r\nhel", End::reset));
    HttpsTransport transport(context.get_executor(), options(server.port()));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connection_lost);
}

TEST_CASE("what a server may do and still be understood") {
    const auto packed = gzip("{\"page\":1}");
    const auto packed_length = "Content-Length: " + std::to_string(packed.size()) + "\r\n\r\n";
    struct Row {
        std::string name;
        std::string bytes;
    };
    const Row rows[] = {
        {"100 Continue", "HTTP/1.1 100 Continue\r\n\r\n" + ok("{\"page\":1}")},
        {"chunks", chunked_head + "4\r\n{\"pa\r\n6\r\nge\":1}\r\n0\r\n\r\n"},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n{\"page\":1}"},
        {"gzip", head + "Content-Encoding: gzip\r\n" + packed_length + packed},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        asio::io_context context;
        Server server(context, says(row.bytes, End::close));
        HttpsTransport transport(context.get_executor(), options(server.port()));
        auto response = run(context, transport.send({"/"}));
        REQUIRE(response.has_value());
        CHECK(response->body == "{\"page\":1}");
        CHECK(response->bytes_received == row.bytes.size());
    }
}

TEST_CASE("a page of many reads arrives whole") {
    std::string text;
    while (text.size() < 5'000'000)
        text += std::to_string(text.size()) + ",";
    asio::io_context context;
    Server server(context, always(ok(text)));
    auto some = options(server.port());
    some.max_page_bytes = 64'000'000;
    some.request_timeout = 10s;
    HttpsTransport transport(context.get_executor(), some);
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_value());
    CHECK((response->body == text));
}

TEST_CASE("a request's own time limit is kept where it is shorter") {
    asio::io_context context;
    Server server(context, swallow);
    auto patient = options(server.port());
    patient.request_timeout = 60s;
    HttpsTransport transport(context.get_executor(), patient);
    auto response = run(context, transport.send({.target = "/", .time_limit = 20ms}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::timeout);
}

TEST_CASE("a stop ends every wait, and is no time-out") {
    auto never = std::make_shared<std::promise<void>>();
    std::shared_future<void> released = never->get_future().share();
    enum class Where { resolving, connecting, shaking_hands, waiting, reading };
    struct Row {
        std::string name;
        Where where;
    };
    const Row rows[] = {
        {"resolving", Where::resolving},         {"connecting", Where::connecting},
        {"shaking hands", Where::shaking_hands}, {"waiting", Where::waiting},
        {"reading a body", Where::reading},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        asio::io_context context;
        Server server(context, row.where == Where::reading ? drip : swallow);
        FullListener full(context, "127.0.0.1", 0);
        auto some = options(row.where == Where::connecting ? full.port() : server.port());
        some.connect_timeout = some.request_timeout = 60s;
        some.endpoint.tls = row.where == Where::shaking_hands;
        if (row.where == Where::resolving) {
            some.endpoint.host = "platform.example";
            some.lookup = [released](const std::string&) -> Result<Addresses> {
                released.wait();
                return Addresses{};
            };
        }
        HttpsTransport transport(context.get_executor(), some);
        asio::cancellation_signal stop;
        asio::steady_timer timer(context, 20ms);
        timer.async_wait([&](boost::system::error_code) { stop.emit(asio::cancellation_type::terminal); });
        std::optional<Result<Response>> response;
        asio::co_spawn(
            context, transport.send({"/"}),
            asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, Result<Response> got) {
                CHECK_FALSE(thrown);
                response = std::move(got);
            }));
        auto limit = std::chrono::steady_clock::now() + 5s;
        while (!response && std::chrono::steady_clock::now() < limit)
            context.run_one_for(1s);
        REQUIRE(response);
        REQUIRE(response->has_error());
        CHECK(response->error().code == errc::cancelled);
    }
    never->set_value();
}

TEST_CASE("a request made after the stop is not begun") {
    asio::io_context context;
    Server server(context, always(ok("{}")));
    auto named = options(server.port());
    named.endpoint.host = "platform.example";
    int lookups = 0;
    named.lookup = [&](const std::string&) -> Result<Addresses> {
        ++lookups;
        return Addresses{asio::ip::address_v4::loopback()};
    };
    HttpsTransport transport(context.get_executor(), named);
    asio::cancellation_signal stop;
    auto stopped_first = [&]() -> asio::awaitable<Result<Response>> {
        co_await asio::this_coro::throw_if_cancelled(false);
        asio::steady_timer timer(context, asio::steady_timer::time_point::max());
        co_await timer.async_wait(result);
        Request request{"/"};
        auto answer = co_await transport.send(std::move(request));
        co_return answer;
    };
    std::optional<Result<Response>> response;
    asio::co_spawn(context, stopped_first(),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr, Result<Response> got) {
                       response = std::move(got);
                   }));
    context.poll();
    stop.emit(asio::cancellation_type::terminal);
    while (!response)
        context.run_one();
    REQUIRE(response->has_error());
    CHECK(response->error().code == errc::cancelled);
    CHECK(lookups == 0);
}
