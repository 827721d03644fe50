#include "tests/api/loopback.hpp"
#include "tests/process/network.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

using namespace versori;
using platform::Fault;
using process::Network;
using process::Synced;

namespace {

// Somebody else's server: whatever reaches it was sent astray.
struct Elsewhere {
    platform::World world;
    platform::Platform platform{world};
    platform::Server server{platform};
};

// Runs a program on a machine whose name server knows platform.test by two addresses, 127.0.0.2 the first.
std::vector<std::string> two_addresses(const Network& network) {
    network.site.write("hosts", "127.0.0.1 localhost\n127.0.0.1 platform.test\n127.0.0.2 platform.test\n");
    network.site.write("gai.conf", "precedence ::ffff:127.0.0.2/128 100\n");
    return {"/usr/bin/unshare",
            "-rm",
            "/bin/sh",
            "-c",
            "mount --bind '" + network.site.path("hosts") + "' /etc/hosts && mount --bind '" +
                network.site.path("gai.conf") + "' /etc/gai.conf && exec \"$@\"",
            "sh"};
}

bool namespaces() {
    return std::system("unshare -rm mount --bind /etc/hosts /etc/hosts 2>/dev/null") == 0;
}

} // namespace

TEST_CASE("a redirect is not followed, and the token goes nowhere else") {
    Elsewhere elsewhere;
    Network network;
    network.sync();
    auto before = network.rows();
    network.edit();
    for (unsigned status : {301U, 302U, 303U, 307U, 308U}) {
        CAPTURE(status);
        network.fail(Fault::with({status,
                                  {{"Location", elsewhere.server.origin() + "/login?token=site-token"}},
                                  "",
                                  "text/html"}));
        Synced synced = network.sync();
        CHECK_EQ(synced.status, 1);
        CHECK_EQ(synced.line,
                 "incomplete: GET PATH: the platform answered " + std::to_string(status) +
                     " and points to http://127.0.0.1:PORT/login, which is not followed; "
                     "platform.url must be the API's own address (1 attempt in T), 0 connectors, "
                     "nothing changed, T");
        CHECK_EQ(process::difference(network.rows(), before), "");
        network.heal();
    }
    CHECK_EQ(elsewhere.server.connections(), 0);
    CHECK_EQ(network.sync().status, 0);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("every request says who asks") {
    boost::asio::io_context context;
    std::string head;
    api::loopback::Server server(context, [&](api::loopback::Peer& peer) -> boost::asio::awaitable<void> {
        head = co_await peer.request();
        co_await peer.write(api::loopback::ok(R"({"totalCount":0,"connectors":[]})"));
    });
    std::thread thread([&] { context.run(); });
    Network network(0);
    std::string version = network.site.bare({"--version"}).out; // versori-mirror VERSION
    version.replace(version.find(' '), 1, "/");
    version.replace(version.find('\n'), 1, "\r\n");
    network.configure("", "", "http://127.0.0.1:" + std::to_string(server.port()) + "/v1");
    CHECK_EQ(network.sync().status, 0);
    context.stop();
    thread.join();
    CHECK_MESSAGE(head.find("\r\nUser-Agent: " + version) != std::string::npos, head);
}

TEST_CASE("a next of another origin ends the walk there; its page is applied") {
    Elsewhere elsewhere;
    Network network;
    network.sync();
    network.edit();
    auto next = [&](platform::NextForm form) {
        network.site.server.with([&](platform::Platform& platform) {
            platform.behaviour.next = form;
            platform.behaviour.foreign_origin = elsewhere.server.origin();
        });
    };
    next(platform::NextForm::foreign);
    Synced synced = network.sync();
    CHECK_EQ(synced.status, 1);
    CHECK_EQ(synced.line, "incomplete: page 1: the page's next points to http://127.0.0.1:PORT, not to "
                          "http://127.0.0.1:PORT, so it was not followed, 7 connectors of 21, +1 ~1 -0, T");
    CHECK_EQ(elsewhere.server.connections(), 0);
    CHECK_EQ(network.site.one("SELECT count(*) FROM connectors"), "21");
    next(platform::NextForm::opaque);
    CHECK_EQ(network.sync().line, "settled, 21 connectors, nothing changed, T");
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("the first address is dead, the walk goes on with the next") {
    if (!namespaces()) {
        MESSAGE("no namespaces may be made here");
        return;
    }
    Network network;
    std::string port = std::to_string(network.site.server.port());
    std::string url = "http://platform.test:" + port + "/api/connect/v1";
    network.configure("retry_limit = 0\nconnect_timeout = \"1s\"\n", "", url);
    SUBCASE("it refuses") {
        CHECK_EQ(network.sync({}, two_addresses(network)).line, "settled, 20 connectors, +20 ~0 -0, T");
    }
    SUBCASE("it is silent") {
        boost::asio::io_context context;
        api::loopback::FullListener silent(context, "127.0.0.2", network.site.server.port());
        auto began = std::chrono::steady_clock::now();
        CHECK_EQ(network.sync({}, two_addresses(network)).line, "settled, 20 connectors, +20 ~0 -0, T");
        CHECK(std::chrono::steady_clock::now() - began >= std::chrono::milliseconds{500});
    }
    CHECK_EQ(network.difference(), "");
    CHECK_EQ(network.site.server.connections(), 1);
}

TEST_CASE("nobody is there, or the name is not known") {
    Network network;
    network.sync();
    auto before = network.rows();
    network.edit();
    network.configure("", "",
                      "http://127.0.0.2:" + std::to_string(network.site.server.port()) + "/api/connect/v1");
    CHECK_EQ(network.sync().line, "incomplete: GET PATH: no connection to 127.0.0.2:PORT (127.0.0.2: "
                                  "Connection refused) (3 attempts in T), 0 connectors, nothing changed, T");
    network.configure("", "", "http://platform.invalid/api/connect/v1");
    Synced unknown = network.sync();
    CHECK_MESSAGE(unknown.line.starts_with("incomplete: GET PATH: platform.invalid could not be resolved: "),
                  unknown.line);
    CHECK_EQ(process::difference(network.rows(), before), "");
    network.configure();
    CHECK_EQ(network.sync().status, 0);
    CHECK_EQ(network.difference(), "");
}
