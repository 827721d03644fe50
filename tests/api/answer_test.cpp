#include "daemon/api/answer.hpp"

#include "tests/api/gzip.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;

namespace {

struct Read {
    std::optional<errc> failure = {};
    bool done = false;
    bool keep_alive = false;
    Response response = {};
};

// Feeds the bytes in pieces and then, where the answer is not whole, closes.
Read read(std::string_view bytes, std::size_t piece, std::size_t max_bytes = 1000) {
    Answer answer(max_bytes);
    for (std::size_t at = 0; at < bytes.size() && !answer.done(); at += piece)
        if (auto taken = answer.take(bytes.substr(at, piece)); !taken)
            return {.failure = taken.error().code};
    if (auto closed = answer.closed(); !closed)
        return {.failure = closed.error().code};
    bool keep = answer.keep_alive();
    return {.done = true, .keep_alive = keep, .response = std::move(answer).response()};
}

std::string chunked(const std::string& body) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    return size + body + "\r\n";
}

const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";

} // namespace

TEST_CASE("answers that are whole") {
    const auto packed = gzip("hello");
    const auto packed_length = "Content-Length: " + std::to_string(packed.size()) + "\r\n\r\n";
    struct Row {
        std::string name;
        std::string bytes;
        unsigned status;
        const char* body;
        bool keep_alive;
    };
    const Row rows[] = {
        {"length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true},
        {"no body", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", true},
        {"204", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true},
        {"no reason", "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\n{}", 200, "{}", true},
        {"chunks", chunked_head + "\r\n" + chunked("hel") + chunked("lo") + "0\r\n\r\n", 200, "hello", true},
        {"chunk extensions", chunked_head + "\r\n5;a=b\r\nhello\r\n0\r\n\r\n", 200, "hello", true},
        {"trailers", chunked_head + "\r\n" + chunked("hello") + "0\r\nX-Sum: 1\r\n\r\n", 200, "hello", true},
        {"no chunks", chunked_head + "\r\n0\r\n\r\n", 200, "", true},
        {"close asked for", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", 200,
         "hello", false},
        {"until the end", "HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello", false},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", false},
        {"HTTP/1.0 until the end", "HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello", false},
        {"HTTP/1.0 keep-alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
         200, "hello", true},
        {"100 Continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
         200, "hello", true},
        {"two interim answers",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
         "OK\r\nContent-Length: "
         "5\r\n\r\nhello",
         200, "hello", true},
        {"gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + packed_length + packed, 200, "hello",
         true},
        {"x-gzip in chunks",
         chunked_head + "Content-Encoding: X-GZIP\r\n\r\n" + chunked(packed) + "0\r\n\r\n", 200, "hello",
         true},
        {"gzip until the end", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed, 200, "hello",
         false},
        {"gzip of nothing", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", 200, "",
         true},
        {"identity", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello", 200,
         "hello", true},
    };
    for (const auto& row : rows) {
        for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{13}, row.bytes.size()}) {
            CAPTURE(row.name);
            CAPTURE(piece);
            auto got = read(row.bytes, piece);
            REQUIRE(got.done);
            CHECK(got.response.status == row.status);
            CHECK(got.response.body == row.body);
            CHECK(got.keep_alive == row.keep_alive);
            CHECK(got.response.bytes_received == row.bytes.size());
        }
    }
}

TEST_CASE("an answer that is cut is a lost connection, wherever it is cut") {
    const auto packed = gzip("hello");
    const std::string whole[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        chunked_head + "\r\n" + chunked("hel") + chunked("lo") + "0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        chunked_head + "Content-Encoding: gzip\r\n\r\n" + chunked(packed) + "0\r\n\r\n",
    };
    for (const auto& bytes : whole) {
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CAPTURE(bytes);
            CAPTURE(size);
            CHECK(read(std::string_view(bytes).substr(0, size), 1000).failure == errc::connection_lost);
            CHECK(read(std::string_view(bytes).substr(0, size), 1).failure == errc::connection_lost);
        }
    }
}

TEST_CASE("a gzip body that ends early is a lost connection") {
    const auto packed = gzip("hello");
    auto cut = packed.substr(0, packed.size() - 3);
    std::string head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n";
    CHECK(read(head + "\r\n" + cut, 1000).failure == errc::connection_lost);
    CHECK(read(head + "Content-Length: " + std::to_string(cut.size()) + "\r\n\r\n" + cut, 1000).failure ==
          errc::connection_lost);
    CHECK(read(chunked_head + "Content-Encoding: gzip\r\n\r\n" + chunked(cut) + "0\r\n\r\n", 1000).failure ==
          errc::connection_lost);
}

TEST_CASE("a length that is too short spoils the connection, not the answer") {
    auto got = read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello", 1000);
    CHECK(got.response.body == "hel");
    CHECK_FALSE(got.keep_alive);
}

TEST_CASE("answers that are not HTTP, or more than is wanted") {
    std::string interim;
    for (int i = 0; i < 17; ++i)
        interim += "HTTP/1.1 100 Continue\r\n\r\n";
    std::string flood = "HTTP/1.1 200 OK\r\n",
                long_one = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x');
    for (int i = 0; i < 5000; ++i)
        flood += "X-Header-" + std::to_string(i) + ": value\r\n";
    std::string trailers = chunked_head + "\r\n" + chunked("x") + "0\r\n";
    for (int i = 0; i < 20'000; ++i)
        trailers += "X-Trailer-" + std::to_string(i) + ": value\r\n";
    const auto bomb = gzip(std::string(1'000'000, 'x'));

    struct Row {
        std::string name;
        std::string bytes;
        errc failure;
    };
    const Row rows[] = {
        {"words", "hello, I am no web server\r\n\r\n", errc::bad_http},
        {"HTTP/2", "HTTP/2 200 OK\r\n\r\n", errc::bad_http},
        {"TLS alert", std::string("\x15\x03\x01\x00\x02\x02\x46", 7), errc::bad_http},
        {"no status", "HTTP/1.1 OK\r\n\r\n", errc::bad_http},
        {"status 000", "HTTP/1.1 000 Zero\r\nContent-Length: 5\r\n\r\nhello", errc::bad_http},
        {"status 099", "HTTP/1.1 099 Ninety\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", errc::bad_http},
        {"space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", errc::bad_http},
        {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
         errc::bad_http},
        {"length in words", "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello", errc::bad_http},
        {"negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", errc::bad_http},
        {"bad chunk size", chunked_head + "\r\nxyz\r\nhello\r\n", errc::bad_http},
        {"chunk longer than it says", chunked_head + "\r\n3\r\nhello\r\n0\r\n\r\n", errc::bad_http},
        {"header flood", flood, errc::bad_http},
        {"endless header", long_one, errc::bad_http},
        {"endless interim answers", interim + "HTTP/1.1 200 OK\r\n\r\n", errc::bad_http},
        {"endless trailers", trailers, errc::bad_http},
        {"another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", errc::bad_http},
        {"brotli", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", errc::bad_http},
        {"gzip that is none", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
         errc::bad_http},
        {"length above the limit", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nh", errc::too_large},
        {"chunks above the limit", chunked_head + "\r\n" + chunked(std::string(1001, 'x')), errc::too_large},
        {"endless body", "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), errc::too_large},
        {"bomb",
         "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(bomb.size()) +
             "\r\n\r\n" + bomb,
         errc::too_large},
    };
    for (const auto& row : rows) {
        for (std::size_t piece : {std::size_t{977}, row.bytes.size()}) {
            CAPTURE(row.name);
            CAPTURE(piece);
            auto got = read(row.bytes, piece, 1000);
            REQUIRE(got.failure.has_value());
            CHECK(error_category().message(int(*got.failure)) == error_category().message(int(row.failure)));
        }
    }
}

TEST_CASE("an answer to CONNECT ends with its head") {
    Answer answer(0, Answer::To::connect);
    CHECK(answer.take("HTTP/1.1 200 Connection established\r\nContent-Length: 10\r\n\r\n").has_value());
    CHECK(answer.done());
    Answer refusal(0, Answer::To::connect);
    CHECK(refusal.take("HTTP/1.0 403 Filtered\r\nContent-Type: text/html\r\n\r\n<html>").has_value());
    CHECK(refusal.done());
    CHECK(std::move(refusal).response().status == 403);
}
