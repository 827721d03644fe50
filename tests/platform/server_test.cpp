#include "tests/platform/server.hpp"

#include "daemon/api/https_transport.hpp"
#include "tests/api/certificates.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace versori::platform {
namespace {

using namespace std::chrono_literals;

struct Fixture {
    explicit Fixture(ServerOptions options = {})
        : world(World::seeded({.organisations = 1, .connectors = 9})), platform(world),
          org(world.organisations[0].id), server(platform, std::move(options)) {}

    std::string path(const std::string& query = "") const {
        return "/api/connect/v1/o/" + org + "/connectors" + query;
    }

    World world;
    Platform platform;
    std::string org;
    Server server;
};

// What a client gets that asks in these words: all bytes until the connection ends, and whether it ended by a
// reset.
struct Raw {
    std::string bytes;
    bool reset = false;
};

Raw raw(std::uint16_t port, const std::string& request) {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
    Raw answer;
    char piece[4096];
    ssize_t size = 0;
    while ((size = ::recv(fd, piece, sizeof piece, 0)) > 0 && answer.bytes.size() < 1'000'000)
        answer.bytes.append(piece, size);
    answer.reset = size < 0 && errno == ECONNRESET;
    ::close(fd);
    return answer;
}

std::string request(const std::string& target, const std::string& headers = "Connection: close\r\n") {
    return "GET " + target + " HTTP/1.1\r\nHost: here:1\r\n" + headers + "\r\n";
}

std::string body(const Raw& answer) {
    auto at = answer.bytes.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.bytes.substr(at + 4);
}

Result<api::Response> send(Server& server, const std::string& target, std::string ca_file = {},
                           std::chrono::milliseconds time = 20s, const char* host = "127.0.0.1") {
    boost::asio::io_context context;
    api::HttpsTransport::Options options;
    std::string origin = server.origin();
    options.endpoint = *api::parse_endpoint(origin.replace(origin.find("127.0.0.1"), 9, host));
    options.request_timeout = time;
    options.ca_file = std::move(ca_file);
    options.max_page_bytes = 1 << 20;
    api::HttpsTransport transport(context.get_executor(), options);
    auto answer = boost::asio::co_spawn(context, transport.send({target, model::Secret("Bearer x")}),
                                        boost::asio::use_future);
    context.run();
    return answer.get();
}

TEST_CASE("a page over HTTP is the page without") {
    Fixture on;
    Raw answer = raw(on.server.port(), request(on.path("?first=2")));
    CHECK(answer.bytes.starts_with("HTTP/1.1 200 OK\r\n"));
    Ask ask;
    ask.target = on.path("?first=2");
    CHECK(body(answer) == on.server.with([&](Platform& platform) { return platform.answer(ask).body; }));
}

TEST_CASE("an absolute next goes to the host that was asked") {
    Fixture on;
    on.platform.behaviour.next = NextForm::absolute;
    Raw answer = raw(on.server.port(), request(on.path("?first=2")));
    CHECK(answer.bytes.find("\"next\":\"http://here:1" + on.path("?first=2&after=")) != std::string::npos);
}

TEST_CASE("connections are kept, several requests wait in one, and the last is said") {
    Fixture on({.requests_per_connection = 3});
    std::string one = request(on.path(), "");
    Raw answer = raw(on.server.port(), one + one + one + one);
    std::size_t answers = 0;
    for (auto at = answer.bytes.find("HTTP/1.1 200"); at != answer.bytes.npos;
         at = answer.bytes.find("HTTP/1.1 200", at + 1))
        ++answers;
    CHECK(answers == 3);
    CHECK(answer.bytes.find("Connection: close\r\n") != std::string::npos);
    CHECK(on.server.connections() == 1);
}

TEST_CASE("what is no request is answered with 400") {
    Fixture on;
    CHECK(raw(on.server.port(), "hello\r\n\r\n").bytes.starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_CASE("a world that a test left in pieces is a 500") {
    Fixture on;
    on.world.organisations[0].credentials.clear();
    Raw answer = raw(on.server.port(), request(on.path()));
    CHECK(answer.bytes.starts_with("HTTP/1.1 500"));
    CHECK(body(answer).find("there is no credential") != std::string::npos);
}

TEST_CASE("wire faults that still are the right answer") {
    for (Wire wire : {Wire::normal, Wire::chunked, Wire::drip, Wire::continue_first, Wire::http_10}) {
        Fixture on({.gzip = false});
        Fault fault = Fault::on_wire(wire);
        fault.edit = [wire](Answer& answer) {
            answer.wire = wire;
            answer.pause = 1ms;
            answer.piece = answer.body.size() / 5 + 1;
        };
        on.platform.fail_next(fault);
        auto answer = send(on.server, on.path());
        CAPTURE(static_cast<int>(wire));
        REQUIRE(answer.has_value());
        CHECK(answer->body == send(on.server, on.path())->body);
    }
}

TEST_CASE("wire faults that a client must notice") {
    struct Case {
        Wire wire;
        errc code;
    };
    for (Case expected : {Case{Wire::close, errc::connection_lost},
                          {Wire::reset, errc::connection_lost},
                          {Wire::cut, errc::connection_lost},
                          {Wire::long_length, errc::connection_lost},
                          {Wire::cut_chunk, errc::connection_lost},
                          {Wire::silent, errc::timeout},
                          {Wire::header_flood, errc::bad_http},
                          {Wire::garbage, errc::bad_http},
                          {Wire::bomb, errc::too_large},
                          {Wire::body_without_end, errc::too_large}}) {
        Fixture on({.gzip = false});
        Fault fault = Fault::on_wire(expected.wire);
        fault.edit = [expected](Answer& answer) {
            answer.wire = expected.wire;
            answer.inflated = 50 << 20;
        };
        on.platform.fail_when([](const Ask&) { return true; }, fault);
        auto answer = send(on.server, on.path(), {}, expected.wire == Wire::silent ? 300ms : 20s);
        CAPTURE(static_cast<int>(expected.wire));
        REQUIRE(!answer.has_value());
        CHECK(answer.error().code == expected.code);
    }
}

TEST_CASE("a length that is too short cuts the body and leaves the rest on the connection") {
    Fixture on;
    on.platform.fail_next(Fault::on_wire(Wire::short_length));
    Raw answer = raw(on.server.port(), request(on.path(), "") + request(on.path()));
    std::size_t size = body(raw(on.server.port(), request(on.path()))).size();
    CHECK(answer.bytes.find("Content-Length: " + std::to_string(size / 2) + "\r\n") != std::string::npos);
    CHECK(answer.bytes.find("}HTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("a reset is a reset") {
    Fixture on;
    on.platform.fail_next(Fault::on_wire(Wire::reset));
    CHECK(raw(on.server.port(), request(on.path())).reset);
}

TEST_CASE("gzip, when it is asked for") {
    Fixture on;
    CHECK(raw(on.server.port(), request(on.path())).bytes.find("Content-Encoding") == std::string::npos);
    Raw packed =
        raw(on.server.port(), request(on.path(), "Connection: close\r\nAccept-Encoding: br, gzip\r\n"));
    CHECK(packed.bytes.find("Content-Encoding: gzip\r\n") != std::string::npos);
    auto answer = send(on.server, on.path());
    REQUIRE(answer.has_value());
    CHECK(answer->bytes_received < answer->body.size() / 2);
    CHECK(answer->body == body(raw(on.server.port(), request(on.path()))));
}

TEST_CASE("TLS") {
    using namespace api::certificates;
    Identity authority = make({.name = "authority", .authority = true});
    Identity identity = make({.name = "here", .hosts = "DNS:localhost", .issuer = &authority});
    TemporaryFile roots(authority.certificate_pem()), certificate(identity.certificate_pem()),
        key(identity.key_pem());
    Fixture on({.tls = TlsFiles{certificate.path(), key.path()}});
    on.platform.behaviour.next = NextForm::absolute;
    auto answer = send(on.server, on.path("?first=1"), roots.path(), 20s, "localhost");
    REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
    CHECK(answer->body.find("\"next\":\"https://localhost:") != std::string::npos);
    CHECK(send(on.server, on.path(), {}, 20s, "localhost").error().code == errc::tls);
    CHECK(send(on.server, on.path(), roots.path()).error().code == errc::tls);
}

TEST_CASE("a port that is taken, and a certificate that is none, are said in a sentence") {
    Fixture on;
    std::string taken = std::to_string(on.server.port());
    CHECK_THROWS_WITH(
        Fixture({.port = on.server.port()}),
        ("port " + taken + " on 127.0.0.1 cannot be opened (Address already in use); port 0 takes a free one")
            .c_str());
    CHECK_THROWS_WITH(
        Fixture({.tls = TlsFiles{"/nowhere", "/no key"}}),
        "the certificate /nowhere with the key /no key cannot be used (No such file or directory)");
}

TEST_CASE("the control endpoint has a port of its own, and edits show at once") {
    Fixture on({.control_port = 0});
    std::string id = on.world.organisations[0].connectors[0].id;
    std::string target = "/organisations/acme/connectors/" + id + "/rename?name=Shop%20%C3%A4";
    Raw done = raw(on.server.control_port(),
                   "POST " + target + " HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nxx");
    CHECK(done.bytes.starts_with("HTTP/1.1 200"));
    CHECK(body(raw(on.server.port(), request(on.path("/" + id)))).find("\"name\":\"Shop ä\"") !=
          std::string::npos);
    CHECK(body(raw(on.server.control_port(), request("/"))).find("POST /mutate") != std::string::npos);
}

} // namespace
} // namespace versori::platform
