#include "tests/api/proxies.hpp"
#include "tests/process/network.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace versori;
using api::certificates::Identity;
using api::certificates::make;
using api::certificates::TemporaryFile;
using process::Network;
using process::Synced;

namespace {

// The platform of a Network, over TLS as somebody.
class Secure {
public:
    Secure(Network& network, const Identity& identity)
        : certificate_(identity.certificate_pem()), key_(identity.key_pem()),
          server(network.site.platform, {.tls = platform::TlsFiles{certificate_.path(), key_.path()}}) {}

private:
    TemporaryFile certificate_, key_;

public:
    platform::Server server;
};

std::string named(const TemporaryFile& roots) {
    return "ca_file = \"" + roots.path() + "\"\n";
}

const Identity& root() {
    static const Identity identity = make({.name = "Test Root", .authority = true});
    return identity;
}

// A proxy that opens a tunnel to one port whatever host is asked for, with a thread of its own.
class Tunnel {
public:
    explicit Tunnel(unsigned short to)
        : proxy_(context_, api::loopback::tunnel_to(to, head_)), thread_([this] { context_.run(); }) {}
    ~Tunnel() { end(); }

    // The head of the last request for a tunnel; none is opened any more.
    std::string end() {
        context_.stop();
        if (thread_.joinable())
            thread_.join();
        return head_;
    }

    std::string url() const { return "http://me:s3cret@127.0.0.1:" + std::to_string(proxy_.port()); }

private:
    std::string head_;
    boost::asio::io_context context_;
    api::loopback::Server proxy_;
    std::thread thread_;
};

} // namespace

TEST_CASE("a certificate that is not good is told in one line, not tried again, and the rows stay") {
    Identity stranger = make({.name = "Other Root", .authority = true});
    struct Case {
        const char* name;
        Identity identity;
        const char* text;
    };
    const char* here = "IP:127.0.0.1";
    const Case cases[] = {
        {"expired", make({.name = "p", .hosts = here, .issuer = &root(), .ends_in_days = -1}),
         "the certificate of 127.0.0.1 expired on DATE"},
        {"not yet valid",
         make({.name = "p", .hosts = here, .issuer = &root(), .begins_in_days = 1, .ends_in_days = 9}),
         "the certificate of 127.0.0.1 is not valid before DATE (check this machine's clock)"},
        {"self-signed", make({.name = "p", .hosts = here}),
         "the certificate of 127.0.0.1 is self-signed; platform.ca_file can name it as trusted"},
        {"unknown issuer", make({.name = "p", .hosts = here, .issuer = &stranger}),
         "the certificate of 127.0.0.1 comes from an unknown issuer (Other Root); platform.ca_file can name "
         "a trusted one"},
        {"wrong host", make({.name = "p", .hosts = "DNS:elsewhere.example", .issuer = &root()}),
         "the certificate of 127.0.0.1 is for another host (elsewhere.example)"},
    };
    TemporaryFile roots(root().certificate_pem());
    Network network;
    Secure good(network, make({.name = "p", .hosts = here, .issuer = &root()}));
    network.configure(named(roots), "", good.server.url());
    CHECK_EQ(network.sync().line, "settled, 20 connectors, +20 ~0 -0, T");
    CHECK_EQ(network.difference(), "");
    CHECK_EQ(good.server.connections(), 1);
    for (const Case& one : cases) {
        CAPTURE(one.name);
        auto before = network.rows();
        network.edit();
        network.asked_sizes();
        Secure bad(network, one.identity);
        network.configure(named(roots), "", bad.server.url());
        Synced synced = network.sync();
        CHECK_EQ(synced.status, 1);
        CHECK_EQ(synced.line, std::string("incomplete: GET PATH: ") + one.text +
                                  " (1 attempt in T), 0 connectors, nothing changed, T");
        CHECK_EQ(bad.server.connections(), 1);
        CHECK_EQ(network.asked_sizes(), "");
        CHECK_EQ(process::difference(network.rows(), before), "");
        network.configure(named(roots), "", good.server.url());
        CHECK_EQ(network.sync().status, 0);
        CHECK_EQ(network.difference(), "");
    }
}

TEST_CASE("a self-signed certificate is trusted where ca_file names it, and nowhere else") {
    Network network;
    Identity own = make({.name = "p", .hosts = "IP:127.0.0.1"});
    TemporaryFile file(own.certificate_pem());
    Secure secure(network, own);
    network.configure(named(file), "", secure.server.url());
    CHECK_EQ(network.sync().status, 0);
    CHECK_EQ(network.difference(), "");
    network.configure("", "", secure.server.url());
    CHECK_EQ(network.sync().status, 1);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("through HTTPS_PROXY, which never sees the token, unless NO_PROXY names the platform") {
    Network network;
    TemporaryFile roots(root().certificate_pem());
    Secure secure(network, make({.name = "p", .hosts = "DNS:platform.invalid", .issuer = &root()}));
    Tunnel tunnel(secure.server.port());
    std::string port = std::to_string(secure.server.port()), proxy = tunnel.url();
    network.configure(named(roots), "", "https://platform.invalid:" + port + "/api/connect/v1");
    CHECK_EQ(network.sync({{"HTTPS_PROXY", proxy}, {"https_proxy", ""}}).line,
             "settled, 20 connectors, +20 ~0 -0, T");
    CHECK_EQ(network.difference(), "");
    Synced direct = network.sync({{"HTTPS_PROXY", proxy}, {"NO_PROXY", "example.org, platform.invalid"}});
    CHECK_MESSAGE(direct.line.starts_with("incomplete: GET PATH: platform.invalid could not be resolved: "),
                  direct.line);
    CHECK_EQ(network.difference(), "");
    network.edit();
    CHECK_EQ(network.sync({{"HTTPS_PROXY", proxy}}).status, 0);
    CHECK_EQ(network.difference(), "");

    std::string dead = "http://me:s3cret@127.0.0.1:" + std::to_string(api::loopback::free_port());
    Synced refused = network.sync({{"HTTPS_PROXY", dead}});
    CHECK_EQ(refused.line, "incomplete: GET PATH: no connection to the proxy 127.0.0.1:PORT (127.0.0.1: "
                           "Connection refused) (3 attempts in T), 0 connectors, nothing changed, T");
    CHECK_EQ(network.difference(), "");
    std::string head = tunnel.end();
    CHECK_MESSAGE(head.starts_with("CONNECT platform.invalid:" + port + " HTTP/1.1\r\n"), head);
    CHECK(head.find("site-token") == std::string::npos);
}

TEST_CASE("through tinyproxy") {
    auto port = api::loopback::free_port();
    api::loopback::Tinyproxy tinyproxy(port);
    if (!tinyproxy.installed()) {
        MESSAGE("tinyproxy is not installed");
        return;
    }
    REQUIRE(api::loopback::accepts(port));
    Network network;
    TemporaryFile roots(root().certificate_pem());
    Secure secure(network, make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root()}));
    auto proxy = [&](const std::string& user) {
        return named(roots) + "proxy = \"http://" + user + "@127.0.0.1:" + std::to_string(port) + "\"\n";
    };
    for (const std::string& url : {secure.server.url(), network.site.server.url()}) {
        CAPTURE(url);
        network.edit();
        network.configure(proxy("me:s3cret"), "", url);
        CHECK_EQ(network.sync().status, 0);
        CHECK_EQ(network.difference(), "");
        auto before = network.rows();
        network.edit();
        network.configure(proxy("me:wrongpw"), "", url);
        Synced refused = network.sync();
        CHECK_EQ(refused.status, 1);
        CHECK_MESSAGE(refused.line.find("answered 401") != std::string::npos, refused.line);
        CHECK(refused.line.find("wrongpw") == std::string::npos);
        CHECK_EQ(process::difference(network.rows(), before), "");
    }
}
