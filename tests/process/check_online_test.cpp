#include "tests/process/secure.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace std::chrono_literals;
using api::certificates::Identity;
using api::certificates::make;
using api::certificates::TemporaryFile;
using platform::Answer;
using platform::Fault;
using platform::Wire;
using process::Network;
using process::Outcome;
using process::root;
using process::Secure;

namespace {

// What is said of the only organisation, without its name.
std::string line(Network& network) {
    Outcome outcome = network.site.mirror({"check", "--online"});
    CHECK_EQ(outcome.status, 1);
    CHECK_EQ(outcome.err, "");
    CHECK((outcome.out + outcome.err).find("wrongpw") == std::string::npos);
    CHECK((outcome.out + outcome.err).find("site-token") == std::string::npos);
    std::string said = outcome.out.substr(outcome.out.rfind('\n', outcome.out.size() - 2) + 1);
    std::string name = network.site.world.organisations.front().name;
    CHECK(said.starts_with(name));
    if (auto at = said.find(network.site.directory()); at != std::string::npos)
        said.replace(at, network.site.directory().size(), "DIRECTORY");
    return network.plain(said.substr(name.size()));
}

Fault says(unsigned status, std::string body) {
    return Fault::with({status, {}, std::move(body), "text/html"});
}

Fault drip() {
    return {{}, [](Answer& answer) {
                answer.wire = Wire::drip;
                answer.pause = 50ms;
            }};
}

Fault bomb() {
    return {{}, [](Answer& answer) {
                answer.wire = Wire::bomb;
                answer.inflated = 50 << 20;
            }};
}

} // namespace

TEST_CASE("check --online says of each fault which step it is, what happened and what to do") {
    enum class Step { token, page, connection };
    struct Case {
        const char* name;
        Fault fault;
        Step step;
        const char* text;
        const char* advice;
        const char* keys = "";
    };
    const char* impatient = "request_timeout = \"300ms\"\n";
    const char* small = "page_size = 1\nmax_page_bytes = \"256KiB\"\n";
    const char* new_token = "put a token that may read this organisation into DIRECTORY/token";
    const char* api = "check that platform.url (http://127.0.0.1:PORT/api/connect/v1) is the API's address";
    const char* later = "try again in a while; if it stays so, ask the platform's operators, or check that "
                        "platform.url (http://127.0.0.1:PORT/api/connect/v1) is the API's address";
    const char* reach = "check platform.url (http://127.0.0.1:PORT/api/connect/v1), and whether this machine "
                        "needs a proxy (platform.proxy) to reach it";
    const char* lower = "lower platform.page_size, or raise platform.max_page_bytes";
    const char* cut = "the connection was closed in the middle of the answer";
    const char* silent = "127.0.0.1:PORT did not answer within the time limit";
    const char* large = "the answer is larger than max_page_bytes (262144 bytes)";
    const Case cases[] = {
        {"401", says(401, R"({"code":"unauthorized","message":"expired"})"), Step::token,
         "the platform answered 401 (unauthorized: expired): the token is not valid", new_token},
        {"403", says(403, ""), Step::token,
         "the platform answered 403: the token may not read this organisation", new_token},
        {"404", says(404, ""), Step::page,
         "the platform answered 404: no such organisation for this token, or platform.url is not the API's",
         "check the organisation's id and platform.url"},
        {"429", says(429, ""), Step::page, "the platform answered 429: too many requests", later},
        {"500", says(500, R"({"code":"internal","message":"sorry"})"), Step::page,
         "the platform answered 500 (internal: sorry)", later},
        {"502, from a gateway", says(502, "<html>Bad Gateway</html>"), Step::page,
         "the platform answered 502", later},
        {"redirect", Fault::with({302, {{"Location", "https://login.example/sso"}}, "", "text/html"}),
         Step::page,
         "the platform answered 302 and points to https://login.example/sso, which is not followed; "
         "platform.url must be the API's own address",
         later},
        {"garbage", Fault::on_wire(Wire::garbage), Step::page, "the answer is not HTTP", api},
        {"header flood", Fault::on_wire(Wire::header_flood), Step::page,
         "the answer has more than 64 KiB of headers", api},
        {"closed without an answer", Fault::on_wire(Wire::close), Step::connection, cut, reach},
        {"reset", Fault::on_wire(Wire::reset), Step::connection,
         "the connection to 127.0.0.1:PORT was lost: Connection reset by peer", reach},
        {"cut body", Fault::on_wire(Wire::cut), Step::connection, cut, reach},
        {"close in the middle of a chunk", Fault::on_wire(Wire::cut_chunk), Step::connection, cut, reach},
        {"length too long", Fault::on_wire(Wire::long_length), Step::connection, cut, reach},
        {"length too short, in gzip", Fault::on_wire(Wire::short_length), Step::connection, cut, reach},
        {"silence", Fault::on_wire(Wire::silent), Step::connection, silent, reach, impatient},
        {"one byte at a time", drip(), Step::connection, silent, reach, impatient},
        {"decompression bomb", bomb(), Step::page, large, lower, small},
        {"body without end", Fault::on_wire(Wire::body_without_end), Step::page, large, lower, small},
    };
    const char* steps[] = {"  ✓ DNS  ✓ TCP  ✗ token: ", "  ✓ DNS  ✓ TCP  ✗ page: ", "  ✗ connection: "};
    Network network;
    for (const Case& one : cases) {
        CAPTURE(one.name);
        network.configure(one.keys);
        network.fail(one.fault);
        CHECK_EQ(line(network), std::string(steps[int(one.step)]) + "GET PATH: " + one.text +
                                    " (1 attempt in T); " + one.advice);
        network.heal();
    }
    network.fail(says(200, "<html>maintenance</html>"));
    std::string no_json = line(network);
    CHECK_MESSAGE(no_json.starts_with(std::string(steps[1]) + "not JSON"), no_json);
    CHECK_MESSAGE(no_json.ends_with(std::string("; ") + api), no_json);
}

TEST_CASE("check --online passes where an answer is unusual and right") {
    Network network;
    for (Wire wire : {Wire::chunked, Wire::continue_first, Wire::http_10}) {
        network.fail(Fault::on_wire(wire));
        Outcome outcome = network.site.mirror({"check", "--online"});
        CHECK_EQ(outcome.status, 0);
        CHECK_MESSAGE(outcome.out.find("  ✓ DNS  ✓ TCP  ✓ token  ✓ page: 7 of 20 connectors in ") !=
                          std::string::npos,
                      outcome.out);
        network.heal();
    }
}

TEST_CASE("check --online says what is wrong with the certificate, the way there and the proxy") {
    Identity stranger = make({.name = "Other Root", .authority = true});
    const char* here = "IP:127.0.0.1";
    struct Case {
        const char* name;
        Identity identity;
        const char* text;
    };
    const Case cases[] = {
        {"expired", make({.name = "p", .hosts = here, .issuer = &root(), .ends_in_days = -1}),
         "the certificate of 127.0.0.1 expired on DATE"},
        {"self-signed", make({.name = "p", .hosts = here}),
         "the certificate of 127.0.0.1 is self-signed; platform.ca_file can name it as trusted"},
        {"unknown issuer", make({.name = "p", .hosts = here, .issuer = &stranger}),
         "the certificate of 127.0.0.1 comes from an unknown issuer (Other Root); platform.ca_file can name "
         "a trusted one"},
        {"wrong host", make({.name = "p", .hosts = "DNS:elsewhere.example", .issuer = &root()}),
         "the certificate of 127.0.0.1 is for another host (elsewhere.example)"},
    };
    TemporaryFile roots(root().certificate_pem());
    std::string trust = "ca_file = \"" + roots.path() + "\"\n";
    Network network;
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Secure secure(network.site.platform, one.identity);
        network.configure(trust, "", secure.server.url());
        CHECK_EQ(line(network), std::string("  ✓ DNS  ✓ TCP  ✗ TLS: GET PATH: ") + one.text +
                                    " (1 attempt in T); check platform.url, and platform.ca_file where the "
                                    "certificate is of an authority of your own");
    }

    const char* reach = " (1 attempt in T); check platform.url (http://127.0.0.1:PORT/api/connect/v1), and "
                        "whether this machine needs a proxy (platform.proxy) to reach it";
    std::string dead = "127.0.0.1:" + std::to_string(api::loopback::free_port());
    network.configure("", "", "http://" + dead + "/api/connect/v1");
    CHECK_EQ(line(network), std::string("  ✓ DNS  ✗ TCP: GET PATH: no connection to 127.0.0.1:PORT "
                                        "(127.0.0.1: Connection refused)") +
                                reach);
    boost::asio::io_context context;
    api::loopback::FullListener mute(context, "127.0.0.1", 0);
    network.configure("connect_timeout = \"300ms\"\n", "",
                      "http://127.0.0.1:" + std::to_string(mute.port()) + "/api/connect/v1");
    CHECK_EQ(line(network), std::string("  ✗ connection: GET PATH: no connection to 127.0.0.1:PORT "
                                        "(127.0.0.1: no answer)") +
                                reach);
    auto port = api::loopback::free_port();
    api::loopback::Tinyproxy tinyproxy(port);
    if (tinyproxy.installed() && api::loopback::accepts(port)) {
        network.configure("proxy = \"http://me:wrongpw@127.0.0.1:" + std::to_string(port) + "\"\n", "",
                          "https://platform.invalid/api/connect/v1");
        CHECK_EQ(line(network), "  ✗ proxy: GET PATH: the proxy 127.0.0.1:PORT does not accept the "
                                "credentials given for it (it answered 401) (1 attempt in T); check "
                                "platform.proxy, or HTTPS_PROXY in the environment");
    }
}
