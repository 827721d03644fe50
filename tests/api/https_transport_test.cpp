#include "daemon/api/https_transport.hpp"

#include "tests/api/loopback.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace versori;
using namespace versori::api;
using namespace versori::api::loopback;
using namespace std::chrono_literals;

namespace {

HttpsTransport::Options options(unsigned short port) {
    HttpsTransport::Options options;
    options.endpoint = *parse_endpoint("http://127.0.0.1:" + std::to_string(port));
    options.connect_timeout = 5s;
    options.request_timeout = 5s;
    return options;
}

HttpsTransport::Options options_for_addresses(unsigned short port, std::vector<std::string> addresses) {
    auto made = options(port);
    made.endpoint.host = "platform.example";
    made.lookup = [addresses](const std::string&) {
        Addresses found;
        for (const auto& text : addresses)
            found.push_back(asio::ip::make_address(text));
        return found;
    };
    return made;
}

} // namespace

TEST_CASE("a request and its answer") {
    asio::io_context context;
    std::string head;
    Server server(context, [&](Peer& peer) -> asio::awaitable<void> {
        head = co_await peer.request();
        co_await peer.write(ok("{}", "Retry-After: 7\r\nDate: today\r\nLocation: /x\r\n"));
    });
    HttpsTransport transport(context.get_executor(), options(server.port()));
    auto response =
        run(context, transport.send({"/v1/o/1/connectors?first=2", model::Secret("Bearer s3cret")}));
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    CHECK(response->body == "{}");
    CHECK(response->retry_after == "7");
    CHECK(response->date == "today");
    CHECK(response->location == "/x");
    CHECK(response->bytes_received == ok("{}", "Retry-After: 7\r\nDate: today\r\nLocation: /x\r\n").size());
    CHECK(
        head ==
        "GET /v1/o/1/connectors?first=2 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nUser-Agent: " + user_agent() +
            "\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer s3cret\r\n\r\n");
}

TEST_CASE("a redirect is an answer") {
    asio::io_context context;
    Server server(
        context,
        always(
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n"));
    HttpsTransport transport(context.get_executor(), options(server.port()));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_value());
    CHECK(response->status == 307);
    CHECK(response->location == "http://127.0.0.2/");
    CHECK(server.connections() == 1);
}

TEST_CASE("a token that would break out of its header is not sent") {
    asio::io_context context;
    Server server(context, always(ok("{}")));
    HttpsTransport transport(context.get_executor(), options(server.port()));
    auto response = run(context, transport.send({"/", model::Secret("Bearer abc\r\nX-Evil: 1")}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::no_token);
    CHECK(response.error().message.find("abc") == std::string::npos);
    CHECK(server.connections() == 0);
}

TEST_CASE("a connection is kept for the next request") {
    asio::io_context context;
    Server server(context, always(ok("{}")));
    HttpsTransport transport(context.get_executor(), options(server.port()));
    for (int i = 0; i < 3; ++i)
        CHECK(run(context, transport.send({"/"})).has_value());
    CHECK(server.connections() == 1);
}

TEST_CASE("a connection is not kept where the server does not want it") {
    const std::string answers[] = {
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{} and more",
    };
    for (const auto& answer : answers) {
        CAPTURE(answer);
        asio::io_context context;
        Server server(context, [&](Peer& peer) -> asio::awaitable<void> {
            co_await peer.request();
            co_await peer.write(answer);
        });
        HttpsTransport transport(context.get_executor(), options(server.port()));
        for (int i = 0; i < 3; ++i)
            CHECK(run(context, transport.send({"/"}))->body == "{}");
        CHECK(server.connections() == 3);
    }
}

TEST_CASE("a kept connection that has ended is replaced unseen") {
    struct Row {
        std::string name;
        bool at_once; // closed with the answer, or only when the next request comes
        bool reset;
    };
    const Row rows[] = {
        {"closed while idle", true, false},
        {"reset while idle", true, true},
        {"closed at the next request", false, false},
        {"reset at the next request", false, true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        asio::io_context context;
        Server server(context, [&](Peer& peer) -> asio::awaitable<void> {
            co_await peer.request();
            co_await peer.write(ok("{}"));
            if (!row.at_once)
                co_await peer.request();
            if (row.reset)
                peer.reset();
        });
        HttpsTransport transport(context.get_executor(), options(server.port()));
        for (int i = 0; i < 3; ++i)
            CHECK(run(context, transport.send({"/"})).has_value());
        CHECK(server.connections() == 3);
    }
}

TEST_CASE("a connection that ends is not replaced where that would hide something") {
    asio::io_context context;
    Server closing(context, close_at_first_bytes);
    HttpsTransport fresh(context.get_executor(), options(closing.port()));
    auto response = run(context, fresh.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connection_lost);
    CHECK(closing.connections() == 1);

    Server begins(context, [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.request();
        co_await peer.write(ok("{}"));
        co_await peer.request();
        co_await peer.write("HTTP/1.1 2");
    });
    HttpsTransport begun(context.get_executor(), options(begins.port()));
    CHECK(run(context, begun.send({"/"})).has_value());
    response = run(context, begun.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connection_lost);
    CHECK(begins.connections() == 1);
}

TEST_CASE("requests at the same time have connections of their own") {
    asio::io_context context;
    asio::steady_timer both(context, asio::steady_timer::time_point::max());
    int waiting = 0;
    Server server(context, [&](Peer& peer) -> asio::awaitable<void> {
        co_await peer.request();
        if (++waiting == 2)
            both.cancel();
        if (waiting < 2)
            co_await both.async_wait(result);
        co_await peer.write(ok("{}"));
        co_await peer.request();
    });
    HttpsTransport transport(context.get_executor(), options(server.port()));
    int answered = 0;
    auto count = [&](std::exception_ptr, Result<Response> response) { answered += response.has_value(); };
    asio::co_spawn(context, transport.send({"/"}), count);
    CHECK(run(context, transport.send({"/"})).has_value());
    while (answered == 0)
        context.run_one();
    CHECK(server.connections() == 2);
}

TEST_CASE("the next address is tried when one refuses") {
    asio::io_context context;
    Server server(context, always(ok("{}")));
    HttpsTransport transport(context.get_executor(),
                             options_for_addresses(server.port(), {"127.0.0.2", "127.0.0.3", "127.0.0.1"}));
    CHECK(run(context, transport.send({"/"})).has_value());
}

TEST_CASE("the next address is tried when one is silent") {
    asio::io_context context;
    Server server(context, always(ok("{}")));
    FullListener dead(context, "127.0.0.2", server.port());
    auto some = options_for_addresses(server.port(), {"127.0.0.2", "127.0.0.1"});
    some.connect_timeout = 200ms;
    HttpsTransport transport(context.get_executor(), some);
    CHECK(run(context, transport.send({"/"})).has_value());
}

TEST_CASE("the address that served last comes first, the one that served nothing last") {
    asio::io_context context;
    Server good(context, [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.request();
        co_await peer.write("HTTP/1.0 200 OK\r\n\r\n{}");
    });
    Server bad(context, close_at_first_bytes, "127.0.0.2", good.port());
    HttpsTransport transport(context.get_executor(),
                             options_for_addresses(good.port(), {"127.0.0.2", "127.0.0.1"}));
    CHECK(run(context, transport.send({"/"})).error().code == errc::connection_lost);
    for (int i = 0; i < 3; ++i)
        CHECK(run(context, transport.send({"/"})).has_value());
    CHECK(bad.connections() == 1);
}

TEST_CASE("no address takes a connection") {
    asio::io_context context;
    Server gone(context, always(""), "127.0.0.9");
    auto port = std::to_string(gone.port());
    HttpsTransport transport(context.get_executor(),
                             options_for_addresses(gone.port(), {"127.0.0.2", "127.0.0.3"}));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connect);
    CHECK(response.error().message == "no connection to platform.example:" + port +
                                          " (127.0.0.2: Connection refused; 127.0.0.3: Connection refused)");
}

TEST_CASE("no address says anything") {
    asio::io_context context;
    FullListener dead(context, "127.0.0.1", 0);
    auto some = options_for_addresses(dead.port(), {"127.0.0.1"});
    some.connect_timeout = 50ms;
    HttpsTransport transport(context.get_executor(), some);
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::timeout);
    CHECK(response.error().message ==
          "no connection to platform.example:" + std::to_string(dead.port()) + " (127.0.0.1: no answer)");
}
