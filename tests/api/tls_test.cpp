#include "daemon/api/tls.hpp"

#include "daemon/api/https_transport.hpp"
#include "tests/api/certificates.hpp"
#include "tests/api/loopback.hpp"
#include "tests/api/tls_server.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;
using namespace versori::api::loopback;
using namespace versori::api::certificates;
using namespace std::chrono_literals;

namespace {

HttpsTransport::Options options(const std::string& host, unsigned short port, const std::string& ca_file) {
    HttpsTransport::Options options;
    options.endpoint = *parse_endpoint("https://" + host + ":" + std::to_string(port));
    options.connect_timeout = 5s;
    options.request_timeout = 5s;
    options.ca_file = ca_file;
    options.lookup = [](const std::string&) { return Addresses{asio::ip::address_v4::loopback()}; };
    return options;
}

Identity authority() {
    return make({.name = "Test Root", .authority = true});
}

} // namespace

TEST_CASE("a page over TLS") {
    auto root = authority();
    TemporaryFile roots(root.certificate_pem());
    auto leaf = make({.name = "platform", .hosts = "DNS:platform.example", .issuer = &root});
    asio::io_context context;
    TlsServer server(context, leaf);
    HttpsTransport transport(context.get_executor(),
                             options("platform.example", server.server.port(), roots.path()));
    for (int i = 0; i < 3; ++i) {
        auto response = run(context, transport.send({"/"}));
        REQUIRE(response.has_value());
        CHECK(response->body == "secret page");
    }
    CHECK(server.asked_for == "platform.example");
    CHECK(server.server.connections() == 1);
}

TEST_CASE("an address in place of a name") {
    auto root = authority();
    TemporaryFile roots(root.certificate_pem());
    auto leaf = make({.name = "platform", .hosts = "IP:127.0.0.1", .issuer = &root});
    asio::io_context context;
    TlsServer server(context, leaf);
    HttpsTransport transport(context.get_executor(),
                             options("127.0.0.1", server.server.port(), roots.path()));
    CHECK(run(context, transport.send({"/"})).has_value());
    CHECK(server.asked_for == "");
}

TEST_CASE("the session is resumed on a new connection") {
    auto root = authority();
    TemporaryFile roots(root.certificate_pem());
    auto leaf = make({.name = "platform", .hosts = "DNS:platform.example", .issuer = &root});
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        asio::io_context context;
        TlsServer server(context, leaf, true);
        SSL_CTX_set_max_proto_version(server.context.native_handle(), version);
        HttpsTransport transport(context.get_executor(),
                                 options("platform.example", server.server.port(), roots.path()));
        for (int i = 0; i < 3; ++i) {
            auto response = run(context, transport.send({"/"}));
            CHECK_MESSAGE(response.has_value(), (response ? "" : response.error().message));
        }
        CHECK(server.server.connections() == 3);
        CHECK(server.resumed == 2);
    }
}

TEST_CASE("what is wrong with a certificate is said in one sentence") {
    auto root = authority(), stranger = make({.name = "Stranger", .authority = true});
    TemporaryFile roots(root.certificate_pem());
    struct Row {
        std::string name;
        Wish wish;
        const char* says;
    };
    const std::string host = "DNS:platform.example";
    const Row rows[] = {
        {"expired",
         {.name = "p", .hosts = host, .issuer = &root, .ends_in_days = -3},
         "the certificate of platform.example expired on 20"},
        {"not yet valid",
         {.name = "p", .hosts = host, .issuer = &root, .begins_in_days = 3},
         "the certificate of platform.example is not valid before 20"},
        {"unknown issuer",
         {.name = "p", .hosts = host, .issuer = &stranger},
         "the certificate of platform.example comes from an unknown issuer (Stranger); platform.ca_file can "
         "name a "
         "trusted one"},
        {"self-signed",
         {.name = "p", .hosts = host},
         "the certificate of platform.example is self-signed; platform.ca_file can name it as trusted"},
        {"wrong host",
         {.name = "p", .hosts = "DNS:other.example,DNS:*.other.example", .issuer = &root},
         "the certificate of platform.example is for another host (other.example, *.other.example)"},
        {"only a common name, another",
         {.name = "old.example", .issuer = &root},
         "the certificate of platform.example is for another host (old.example)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        asio::io_context context;
        TlsServer server(context, make(row.wish));
        HttpsTransport transport(context.get_executor(),
                                 options("platform.example", server.server.port(), roots.path()));
        auto response = run(context, transport.send({"/"}));
        REQUIRE(response.has_error());
        CHECK(response.error().code == errc::tls);
        CHECK(response.error().message.substr(0, std::string(row.says).size()) == row.says);
    }
}

TEST_CASE("a server of TLS 1.1 is refused") {
    auto root = authority();
    TemporaryFile roots(root.certificate_pem());
    auto leaf = make({.name = "p", .hosts = "DNS:platform.example", .issuer = &root});
    asio::io_context context;
    TlsServer server(context, leaf);
    SSL_CTX_set_security_level(server.context.native_handle(), 0);
    SSL_CTX_set_min_proto_version(server.context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server.context.native_handle(), TLS1_1_VERSION);
    HttpsTransport transport(context.get_executor(),
                             options("platform.example", server.server.port(), roots.path()));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::tls);
    CHECK(response.error().message == "platform.example offers nothing newer than TLS 1.1");
}

TEST_CASE("a server that does not speak TLS") {
    asio::io_context context;
    Server server(context, [](Peer& peer) -> asio::awaitable<void> {
        co_await peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        co_await swallow(peer);
    });
    HttpsTransport transport(context.get_executor(), options("platform.example", server.port(), ""));
    auto response = run(context, transport.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::tls);
    CHECK(response.error().message == "platform.example does not speak TLS on this port");
}

TEST_CASE("a handshake that goes nowhere costs the connect limit, one that is cut is a lost connection") {
    asio::io_context context;
    Server silent(context, swallow);
    auto slow = options("platform.example", silent.port(), "");
    slow.connect_timeout = 50ms;
    HttpsTransport waiting(context.get_executor(), slow);
    auto response = run(context, waiting.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::timeout);

    Server closing(context, close_at_first_bytes);
    HttpsTransport cut(context.get_executor(), options("platform.example", closing.port(), ""));
    response = run(context, cut.send({"/"}));
    REQUIRE(response.has_error());
    CHECK(response.error().code == errc::connection_lost);
}

TEST_CASE("a ca_file that cannot be read") {
    auto made = Tls::make("platform.example", "/nonexistent/roots.pem");
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::tls);
    CHECK(made.error().message.starts_with("platform.ca_file /nonexistent/roots.pem could not be read: "));
    TemporaryFile empty("no certificate here\n");
    CHECK(Tls::make("platform.example", empty.path()).has_error());
}
