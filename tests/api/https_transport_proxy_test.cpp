#include "daemon/api/https_transport.hpp"

#include "tests/api/certificates.hpp"
#include "tests/api/proxies.hpp"
#include "tests/api/tls_server.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;
using namespace versori::api::loopback;
using namespace versori::api::certificates;
using namespace std::chrono_literals;

namespace {

const char* const credentials = "Basic bWU6czNjcmV0"; // me:s3cret

Proxy proxy_at(unsigned short port) {
    return {*parse_endpoint("http://127.0.0.1:" + std::to_string(port)), ""};
}

HttpsTransport::Options options(const std::string& url, Proxy proxy) {
    HttpsTransport::Options options;
    options.endpoint = *parse_endpoint(url);
    options.connect_timeout = 5s;
    options.request_timeout = 5s;
    options.proxy = std::move(proxy);
    return options;
}

} // namespace

TEST_CASE("http goes to the proxy with the whole URL") {
    asio::io_context context;
    std::string head;
    Server server(context, [&](Peer& peer) -> asio::awaitable<void> {
        head = co_await peer.request();
        co_await peer.write(ok("{}"));
    });
    auto proxy = proxy_at(server.port());
    proxy.authorization = credentials;
    HttpsTransport transport(context.get_executor(), options("http://platform.example:8082", proxy));
    CHECK(run(context, transport.send({"/v1/o/1/connectors?first=2", model::Secret("Bearer t0ken")}))
              .has_value());
    CHECK(head.starts_with("GET http://platform.example:8082/v1/o/1/connectors?first=2 HTTP/1.1\r\n"
                           "Host: platform.example:8082\r\n"));
    CHECK(head.find("\r\nProxy-Authorization: Basic bWU6czNjcmV0\r\n") != head.npos);
    CHECK(head.find("\r\nAuthorization: Bearer t0ken\r\n") != head.npos);
}

TEST_CASE("https goes through a tunnel, and the proxy never sees the token") {
    auto root = make({.name = "Test Root", .authority = true});
    TemporaryFile roots(root.certificate_pem());
    auto leaf = make({.name = "p", .hosts = "DNS:platform.example", .issuer = &root});
    asio::io_context context;
    TlsServer platform(context, leaf);
    std::string head;
    Server server(context, tunnel_to(platform.server.port(), head));
    auto proxy = proxy_at(server.port());
    proxy.authorization = credentials;
    auto some = options("https://platform.example/v1", proxy);
    some.ca_file = roots.path();
    HttpsTransport transport(context.get_executor(), some);
    for (int i = 0; i < 2; ++i)
        CHECK(run(context, transport.send({"/", model::Secret("Bearer t0ken")}))->body == "secret page");
    CHECK(head == "CONNECT platform.example:443 HTTP/1.1\r\nHost: platform.example:443\r\nUser-Agent: " +
                      user_agent() + "\r\nProxy-Authorization: Basic bWU6czNjcmV0\r\n\r\n");
    CHECK(server.connections() == 1);
}

TEST_CASE("what a proxy may do instead of opening a tunnel") {
    struct Row {
        std::string name;
        Script script;
        errc failure;
        std::string message;
    };
    auto refuses = [](const std::string& status) {
        return always("HTTP/1.1 " + status + "\r\nContent-Length: 6\r\n\r\n<html>");
    };
    const Row rows[] = {
        {"wants credentials", refuses("407 Proxy Authentication Required"), errc::proxy,
         "PROXY does not accept the credentials given for it (it answered 407)"},
        {"wants others, as tinyproxy does", refuses("401 Unauthorized"), errc::proxy,
         "PROXY does not accept the credentials given for it (it answered 401)"},
        {"filters", refuses("403 Filtered"), errc::proxy,
         "PROXY refused a connection to platform.example:443 (it answered 403)"},
        {"cannot reach", refuses("502 Bad Gateway"), errc::connect,
         "PROXY could not reach platform.example:443 (it answered 502)"},
        {"is no proxy", always("SSH-2.0-OpenSSH\r\n"), errc::proxy,
         "PROXY does not answer like an HTTP proxy"},
        {"closes", close_at_first_bytes, errc::connection_lost,
         "PROXY closed the connection and opened no tunnel"},
        {"says nothing", swallow, errc::timeout, "PROXY did not answer within the time limit"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        asio::io_context context;
        Server server(context, row.script);
        auto some = options("https://platform.example", proxy_at(server.port()));
        if (row.failure == errc::timeout)
            some.connect_timeout = 50ms;
        HttpsTransport transport(context.get_executor(), some);
        auto response = run(context, transport.send({"/", model::Secret("Bearer t0ken")}));
        REQUIRE(response.has_error());
        CHECK(error_category().message(int(response.error().code)) ==
              error_category().message(int(row.failure)));
        auto message = row.message;
        message.replace(0, 5, "the proxy 127.0.0.1:" + std::to_string(server.port()));
        CHECK(response.error().message == message);
    }
}

TEST_CASE("a proxy that wants credentials for http is not the platform refusing") {
    asio::io_context context;
    Server server(context, always("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
    HttpsTransport transport(context.get_executor(),
                             options("http://platform.example", proxy_at(server.port())));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::proxy);
}

TEST_CASE("a proxy that is not there") {
    asio::io_context context;
    HttpsTransport transport(context.get_executor(),
                             options("https://platform.example", proxy_at(free_port())));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connect);
    CHECK(response.error().message.starts_with("no connection to the proxy 127.0.0.1:"));
}

TEST_CASE("a real proxy: tinyproxy") {
    auto port = free_port();
    Tinyproxy running(port);
    if (!running.installed()) {
        MESSAGE("tinyproxy is not installed");
        return;
    }
    REQUIRE(accepts(port));
    auto root = make({.name = "Test Root", .authority = true});
    TemporaryFile roots(root.certificate_pem());
    auto leaf = make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root});
    asio::io_context context;
    TlsServer secure(context, leaf);
    Server plain(context, always(ok("{}")));
    auto https = "https://127.0.0.1:" + std::to_string(secure.server.port());
    auto http = "http://127.0.0.1:" + std::to_string(plain.port());
    for (const auto& url : {https, http}) {
        CAPTURE(url);
        auto proxy = proxy_at(port);
        proxy.authorization = credentials;
        auto some = options(url, proxy);
        some.ca_file = roots.path();
        HttpsTransport transport(context.get_executor(), some);
        for (int i = 0; i < 2; ++i) {
            auto response = run(context, transport.send({"/"}));
            CHECK_MESSAGE(response.has_value(), (response ? "" : response.error().message));
        }

        some.proxy->authorization.clear();
        HttpsTransport refused(context.get_executor(), some);
        auto response = run(context, refused.send({"/"}));
        REQUIRE(response.has_error());
        CHECK(response.error().code == errc::proxy);
    }
}
