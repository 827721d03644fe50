#include "tests/process/network.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <csignal>

using namespace versori;
using namespace std::chrono_literals;
using platform::Answer;
using platform::Fault;
using platform::Wire;
using process::Network;
using process::Synced;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Fault drip(std::size_t piece, std::chrono::milliseconds pause) {
    return {{}, [=](Answer& answer) {
                answer.wire = Wire::drip;
                answer.piece = piece;
                answer.pause = pause;
            }};
}

Fault bomb(std::size_t size) {
    return {{}, [=](Answer& answer) {
                answer.wire = Wire::bomb;
                answer.inflated = size;
            }};
}

Fault says(unsigned status, std::string body, std::string type = "text/html") {
    return Fault::with({status, {}, std::move(body), std::move(type)});
}

// The edit's rows, as the line of a walk tells them.
constexpr const char* edited = " connectors, +1 ~1 -0, T";
constexpr const char* one_second = "1";

// Kilobytes that the largest of the programs so far had at once.
long most_memory() {
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    return used.ru_maxrss;
}

} // namespace

TEST_CASE("what is unusual and right is read like any other answer") {
    struct Case {
        const char* name;
        Fault fault;
    };
    const Case cases[] = {
        {"chunks", Fault::on_wire(Wire::chunked)},
        {"100 Continue", Fault::on_wire(Wire::continue_first)},
        {"HTTP/1.0 without keep-alive", Fault::on_wire(Wire::http_10)},
        {"a slow drip that ends", drip(2000, 1ms)},
    };
    Network network;
    network.sync();
    int rows = 20;
    for (const Case& one : cases) {
        CAPTURE(one.name);
        network.edit();
        network.fail(one.fault);
        Synced synced = network.sync();
        CHECK_EQ(synced.line, "settled, " + std::to_string(++rows) + edited);
        CHECK_EQ(synced.walk, rows > 21 ? "settled|4|0" : "settled|3|0");
        CHECK_EQ(network.difference(), "");
        network.heal();
    }
}

TEST_CASE("what passes is waited out, on the first page and on a later one, and the rows are exact") {
    struct Case {
        const char* name;
        Fault fault;
        const char* keys = "";
        int unseen = 0; // replaced connections, which are no retries
    };
    const char* impatient = "request_timeout = \"500ms\"\n";
    const Case cases[] = {
        {"408", Fault::status(408)},
        {"425", Fault::status(425)},
        {"429", Fault::status(429)},
        {"500", Fault::status(500)},
        {"502", says(502, "<html>Bad Gateway</html>")},
        {"503", Fault::status(503)},
        {"504", says(504, "")},
        {"closed without an answer", Fault::on_wire(Wire::close), "", 1},
        {"reset", Fault::on_wire(Wire::reset), "", 1},
        {"cut body", Fault::on_wire(Wire::cut)},
        {"length too long", Fault::on_wire(Wire::long_length)},
        {"length too short, in gzip", Fault::on_wire(Wire::short_length)},
        {"close in the middle of a chunk", Fault::on_wire(Wire::cut_chunk)},
        {"silence", Fault::on_wire(Wire::silent), impatient},
        {"one byte at a time", drip(1, 50ms), impatient},
    };
    Network network;
    network.sync();
    int rows = 20;
    for (const Case& one : cases) {
        CAPTURE(one.name);
        network.configure(one.keys);
        network.edit();
        network.fail(one.fault, 2);
        network.fail_later_pages(one.fault, 1);
        Synced synced = network.sync();
        ++rows;
        CHECK_EQ(synced.status, 0);
        CHECK_EQ(synced.line, "settled, " + std::to_string(rows) + edited);
        CHECK_EQ(synced.walk, "settled|" + std::to_string((rows + 6) / 7 + 3 - one.unseen) + "|" +
                                  std::to_string(3 - one.unseen));
        CHECK_EQ(network.difference(), "");
    }
}

TEST_CASE("Retry-After is waited for in both forms, and a storm passes") {
    Network network;
    network.configure("retry_limit = 6\n");
    auto took = [&] {
        auto began = std::chrono::steady_clock::now();
        Synced synced = network.sync();
        CHECK_EQ(synced.status, 0);
        CHECK_EQ(network.difference(), "");
        return std::make_pair(synced.walk, std::chrono::steady_clock::now() - began);
    };
    network.fail(Fault::status(429, {{"Retry-After", "0"}}), 6);
    CHECK_EQ(took().first, "settled|9|6");

    network.edit();
    network.fail(Fault::status(429, {{"Retry-After", one_second}}), 1);
    network.fail_later_pages(Fault::status(503, {{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                                 {"Retry-After", "Sun, 06 Nov 1994 08:49:38 GMT"}}),
                             1);
    auto [walk, time] = took();
    CHECK_EQ(walk, "settled|5|2");
    CHECK(time >= 2s);
    CHECK(time < 20s);
}

TEST_CASE("a wait beyond walk_deadline ends the walk at once, and the service keeps to it") {
    Network network;
    network.sync();
    auto before = network.rows();
    network.edit();
    network.fail(Fault::status(429, {{"Retry-After", "7200"}}));
    Synced synced = network.sync();
    CHECK_EQ(synced.line, "incomplete: GET PATH: the platform answered 429 (scripted_429: a fault of the "
                          "simulated platform): too many requests and asks to wait 7200 s, beyond "
                          "walk_deadline (1 attempt in T), 0 connectors, nothing changed, T");
    CHECK_EQ(process::difference(network.rows(), before), "");

    auto daemon = network.site.start({"run"});
    CHECK(daemon->says("beyond walk_deadline"));
    CHECK(process::eventually([&] {
        return network.site.one("SELECT julianday(next_attempt_at) - julianday('now') BETWEEN 1.9 / 24 AND "
                                "2.1 / 24 FROM organisations") == "1";
    }));
    network.heal();
    daemon->signal(SIGUSR1);
    CHECK(process::eventually([&] { return network.difference().empty(); }));
}

TEST_CASE("what does not pass leaves the rows untouched and is told in one line") {
    struct Case {
        const char* name;
        Fault fault;
        int attempts;
        const char* text;
        const char* keys = "";
        const char* sections = "";
    };
    const char* impatient = "request_timeout = \"300ms\"\nretry_limit = 1\n";
    const char* small = "max_page_bytes = \"256KiB\"\n";
    const char* cut = "the connection was closed in the middle of the answer";
    const char* silent = "127.0.0.1:PORT did not answer within the time limit";
    const char* large = "the answer is larger than max_page_bytes (262144 bytes)";
    const Case cases[] = {
        {"408", Fault::status(408), 3,
         "the platform answered 408 (scripted_408: a fault of the simulated platform)"},
        {"425", Fault::status(425), 3,
         "the platform answered 425 (scripted_425: a fault of the simulated platform)"},
        {"429", Fault::status(429), 3,
         "the platform answered 429 (scripted_429: a fault of the simulated platform): too many requests"},
        {"500", Fault::status(500), 3,
         "the platform answered 500 (scripted_500: a fault of the simulated platform)"},
        {"502, from a gateway", says(502, "<html>Bad Gateway</html>"), 3, "the platform answered 502"},
        {"503, with words that hold the token",
         says(503, R"({"code":"busy","message":"not now,\n site-token"})"), 3,
         "the platform answered 503 (busy: not now,  [token])"},
        {"504, with nothing", says(504, ""), 3, "the platform answered 504"},
        {"501 is not retried", Fault::status(501), 1,
         "the platform answered 501 (scripted_501: a fault of the simulated platform)"},
        {"closed without an answer", Fault::on_wire(Wire::close), 3, cut},
        {"reset", Fault::on_wire(Wire::reset), 3,
         "the connection to 127.0.0.1:PORT was lost: Connection reset by peer"},
        {"cut body", Fault::on_wire(Wire::cut), 3, cut},
        {"length too long", Fault::on_wire(Wire::long_length), 3, cut},
        {"length too short, in gzip", Fault::on_wire(Wire::short_length), 3, cut},
        {"close in the middle of a chunk", Fault::on_wire(Wire::cut_chunk), 3, cut},
        {"garbage", Fault::on_wire(Wire::garbage), 1, "the answer is not HTTP"},
        {"header flood", Fault::on_wire(Wire::header_flood), 1, "the answer has more than 64 KiB of headers"},
        {"silence", Fault::on_wire(Wire::silent), 2, silent, impatient},
        {"one byte at a time", drip(1, 50ms), 2, silent, impatient},
        {"silence until walk_deadline", Fault::on_wire(Wire::silent), 1, silent, "",
         "[schedule]\nwalk_deadline = \"300ms\"\n"},
        {"decompression bomb", bomb(50 << 20), 3, large, small},
        {"body without end", Fault::on_wire(Wire::body_without_end), 3, large, small},
    };
    Network network;
    network.sync();
    for (const Case& one : cases) {
        CAPTURE(one.name);
        auto before = network.rows();
        network.configure(one.keys, one.sections);
        network.edit();
        network.fail(one.fault);
        Synced synced = network.sync();
        CHECK_EQ(synced.status, 1);
        std::string attempts = std::to_string(one.attempts) + (one.attempts == 1 ? " attempt" : " attempts");
        CHECK_EQ(synced.line, std::string("incomplete: GET PATH: ") + one.text + " (" + attempts +
                                  " in T), 0 connectors, nothing changed, T");
        CHECK_EQ(synced.walk,
                 "incomplete|" + std::to_string(one.attempts) + "|" + std::to_string(one.attempts - 1));
        CHECK_EQ(process::difference(network.rows(), before), "");
        network.heal();
        network.configure();
        CHECK_EQ(network.sync().status, 0);
        CHECK_EQ(network.difference(), "");
    }
}

TEST_CASE("what inflates or goes on without end takes no memory beyond the limit") {
    Network network;
    network.configure("page_size = 1\nmax_page_bytes = \"256KiB\"\n");
    network.sync();
    long usual = most_memory();
    REQUIRE(usual > 0);
    for (const Fault& fault : {bomb(256 << 20), Fault::on_wire(Wire::body_without_end)}) {
        network.fail(fault);
        Synced synced = network.sync();
        CHECK_MESSAGE(synced.line.find("larger than max_page_bytes (262144 bytes)") != std::string::npos,
                      synced.line);
        CHECK(most_memory() < usual + 32 * 1024);
        network.heal();
    }
}

TEST_CASE("a length too short cuts the JSON where it is not compressed") {
    Network network(20, {.gzip = false});
    network.sync();
    auto before = network.rows();
    network.edit();
    network.fail(Fault::on_wire(Wire::short_length));
    Synced synced = network.sync();
    CHECK_MESSAGE(synced.line.starts_with("incomplete: page 1: not JSON"), synced.line);
    CHECK_EQ(synced.walk, "incomplete|1|0");
    CHECK_EQ(process::difference(network.rows(), before), "");
    network.heal();
    CHECK_EQ(network.sync().status, 0);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("a walk that breaks off applies the pages it has and proves no absence") {
    struct Case {
        const char* name;
        Fault fault;
        const char* text;
    };
    const Case cases[] = {
        {"503", Fault::status(503),
         "the platform answered 503 (scripted_503: a fault of the simulated platform) (3 attempts in T)"},
        {"cut body", Fault::on_wire(Wire::cut),
         "the connection was closed in the middle of the answer (3 attempts in T)"},
        {"garbage", Fault::on_wire(Wire::garbage), "the answer is not HTTP (1 attempt in T)"},
        {"401", Fault::status(401),
         "the platform answered 401 (scripted_401: a fault of the simulated platform): the token is not "
         "valid (1 attempt in T)"},
    };
    Network network;
    network.sync();
    int rows = 20;
    for (const Case& one : cases) {
        CAPTURE(one.name);
        network.configure("", "[fidelity]\nsettle_attempts = 1\n");
        network.edit();
        network.fail_later_pages(one.fault);
        Synced synced = network.sync();
        ++rows;
        CHECK_EQ(synced.status, 1);
        CHECK_EQ(synced.line, std::string("incomplete: GET PATH: ") + one.text + ", 7 connectors of " +
                                  std::to_string(rows) + ", +1 ~1 -0, T");
        CHECK_EQ(network.site.one("SELECT count(*) FROM connectors"), std::to_string(rows));
        network.heal();
        CHECK_EQ(network.sync().status, 0);
        CHECK_EQ(network.difference(), "");
    }
}
