#include "daemon/api/https_transport.hpp"

#include "tests/api/loopback.hpp"

#include <doctest/doctest.h>

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

} // namespace

TEST_CASE("a request and its answer") {
    asio::io_context context;
    std::string head;
    Server server(context, [&](Peer& peer) -> asio::awaitable<void> {
        head = co_await peer.request();
        co_await peer.write(ok("{}", "Retry-After: 7\r\nDate: today\r\nLocation: /x\r\n"));
    });
    HttpsTransport transport(context.get_executor(), options(server.port()));
    auto response = run(context, transport.send({"/v1/o/1/connectors?first=2", "Bearer s3cret"}));
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    CHECK(response->body == "{}");
    CHECK(response->retry_after == "7");
    CHECK(response->date == "today");
    CHECK(response->location == "/x");
    CHECK(response->bytes_received > 20);
    CHECK(
        head ==
        "GET /v1/o/1/connectors?first=2 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nUser-Agent: " + user_agent() +
            "\r\nAccept: application/json\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer s3cret\r\n\r\n");
}

TEST_CASE("a connection is kept for the next request") {
    asio::io_context context;
    Server server(context, always(ok("{}")));
    HttpsTransport transport(context.get_executor(), options(server.port()));
    for (int i = 0; i < 3; ++i)
        CHECK(run(context, transport.send({"/"})).has_value());
    CHECK(server.connections() == 1);
}
