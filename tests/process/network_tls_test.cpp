#include "tests/process/secure.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace versori;
using api::certificates::Identity;
using api::certificates::make;
using api::certificates::TemporaryFile;
using process::Network;
using process::root;
using process::Secure;
using process::Synced;
using process::Tunnel;

namespace {

constexpr const char* settled = "SELECT count(*) FROM walks WHERE outcome = 'settled'";

std::string named(const TemporaryFile& roots) {
    return "ca_file = \"" + roots.path() + "\"\n";
}

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
    Secure good(network.site.platform, make({.name = "p", .hosts = here, .issuer = &root()}));
    network.configure(named(roots), "", good.server.url());
    CHECK_EQ(network.sync().line, "settled, 20 connectors, +20 ~0 -0, T");
    CHECK_EQ(network.difference(), "");
    CHECK_EQ(good.server.connections(), 1);
    for (const Case& one : cases) {
        CAPTURE(one.name);
        auto before = network.rows();
        network.edit();
        network.asked_sizes();
        Secure bad(network.site.platform, one.identity);
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

TEST_CASE("the service tries a bad certificate once, and again after a minute") {
    TemporaryFile roots(root().certificate_pem());
    Network network;
    Secure bad(network.site.platform,
               make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root(), .ends_in_days = -1}));
    network.configure(named(roots), "", bad.server.url());
    auto daemon = network.site.start({"run"});
    REQUIRE(daemon->says("expired on "));
    CHECK(daemon->says("; next walk in "));
    CHECK_EQ(network.site.one("SELECT round((julianday(next_attempt_at) - julianday(finished_at)) * 1440) "
                              "FROM organisations JOIN walks USING (organisation_id)"),
             "1.0");
    CHECK_EQ(bad.server.connections(), 1);
}

TEST_CASE("a connection serves page after page and walk after walk, else the TLS session is resumed") {
    TemporaryFile roots(root().certificate_pem());
    Network network;
    Identity identity = make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root()});
    auto walk_twice = [&](const platform::Server& server) {
        network.configure(named(roots), "", server.url());
        std::string before = network.site.read("mirror.db").empty() ? "0" : network.site.one(settled);
        auto daemon = network.site.start({"run"});
        REQUIRE(daemon->says("settled"));
        for (int more : {1, 2}) {
            std::string all = std::to_string(std::stoi(before) + more);
            REQUIRE(process::eventually([&] { return network.site.one(settled) == all; }));
            daemon->signal(SIGUSR1);
        }
    };
    Secure patient(network.site.platform, identity);
    walk_twice(patient.server);
    CHECK_EQ(patient.server.connections(), 1);
    Secure impatient(network.site.platform, identity, 1);
    walk_twice(impatient.server);
    CHECK(impatient.server.connections() >= 6);
    CHECK_EQ(impatient.server.resumptions(), impatient.server.connections() - 1);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("the system's roots are trusted where there is no ca_file") {
    TemporaryFile roots(root().certificate_pem());
    Network network;
    Secure secure(network.site.platform, make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root()}));
    network.configure("", "", secure.server.url());
    CHECK_EQ(network.sync().status, 1);
    CHECK_EQ(network.sync({{"SSL_CERT_FILE", roots.path()}}).status, 0);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("a server that takes the connection and does not shake hands costs the time limit") {
    Network network;
    network.sync();
    auto before = network.rows();
    network.edit();
    boost::asio::io_context context;
    using boost::asio::ip::tcp;
    tcp::acceptor mute(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    network.configure("connect_timeout = \"300ms\"\nretry_limit = 1\n", "",
                      "https://127.0.0.1:" + std::to_string(mute.local_endpoint().port()) + "/v1");
    CHECK_EQ(network.sync().line,
             "incomplete: GET /v1/o/" + network.organisation +
                 "/connectors: 127.0.0.1:PORT did not answer within the time limit (2 attempts in T), "
                 "0 connectors, nothing changed, T");
    CHECK_EQ(process::difference(network.rows(), before), "");
    network.configure();
    CHECK_EQ(network.sync().status, 0);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("a self-signed certificate is trusted where ca_file names it, and nowhere else") {
    Network network;
    Identity own = make({.name = "p", .hosts = "IP:127.0.0.1"});
    TemporaryFile file(own.certificate_pem());
    Secure secure(network.site.platform, own);
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
    Secure secure(network.site.platform,
                  make({.name = "p", .hosts = "DNS:platform.invalid", .issuer = &root()}));
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
    Secure secure(network.site.platform, make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root()}));
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
        if (url == secure.server.url()) // without TLS a 401 is taken for the platform's
            CHECK_EQ(refused.line,
                     "incomplete: GET PATH: the proxy 127.0.0.1:PORT does not accept the credentials given "
                     "for it (it answered 401) (1 attempt in T), 0 connectors, nothing changed, T");
        CHECK(refused.line.find("answered 401") != std::string::npos);
        CHECK(refused.line.find("wrongpw") == std::string::npos);
        CHECK_EQ(process::difference(network.rows(), before), "");
    }
}
