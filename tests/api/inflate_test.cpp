#include "daemon/api/inflate.hpp"

#include "tests/api/gzip.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;

namespace {

std::string mixed_text(std::size_t size) {
    std::string text;
    unsigned state = 1;
    while (text.size() < size) {
        state = state * 1664525u + 1013904223u;
        text += std::to_string(state) + ",";
    }
    text.resize(size);
    return text;
}

} // namespace

TEST_CASE("a body is inflated whatever the pieces it comes in") {
    auto text = mixed_text(200'000);
    auto packed = gzip(text);
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, packed.size()}) {
        CAPTURE(piece);
        Inflater inflater(1'000'000);
        std::string out;
        for (std::size_t at = 0; at < packed.size(); at += piece)
            REQUIRE(inflater.write(std::string_view(packed).substr(at, piece), out).has_value());
        CHECK(inflater.complete());
        CHECK(out == text);
    }
}

TEST_CASE("a body that is cut is never complete") {
    auto packed = gzip("{\"connectors\":[]}");
    for (std::size_t size = 1; size < packed.size(); ++size) {
        CAPTURE(size);
        Inflater inflater(1000);
        std::string out;
        REQUIRE(inflater.write(std::string_view(packed).substr(0, size), out).has_value());
        CHECK_FALSE(inflater.complete());
    }
}

TEST_CASE("members that follow each other are one body") {
    auto packed = gzip("one ") + gzip("") + gzip("two");
    Inflater inflater(1000);
    std::string out;
    for (char c : packed)
        REQUIRE(inflater.write({&c, 1}, out).has_value());
    CHECK(inflater.complete());
    CHECK(out == "one two");
}

TEST_CASE("a bomb ends at the limit") {
    auto bomb = gzip(std::string(5'000'000, 'x'));
    REQUIRE(bomb.size() < 100'000);
    Inflater inflater(1'000'000);
    std::string out;
    auto written = inflater.write(bomb, out);
    REQUIRE(written.has_error());
    CHECK(written.error().code == errc::too_large);
    CHECK(written.error().message == "the answer is larger than max_page_bytes (1000000 bytes)");
    CHECK(out.size() <= 1'000'000);
}

TEST_CASE("a body of exactly the limit is taken") {
    std::string text(100'000, 'x'), out;
    Inflater inflater(text.size());
    CHECK(inflater.write(gzip(text), out).has_value());
    CHECK(out == text);
    out.clear();
    Inflater smaller(text.size() - 1);
    CHECK(smaller.write(gzip(text), out).has_error());
}

TEST_CASE("what is not gzip is refused") {
    auto damaged = gzip(mixed_text(1000));
    damaged[damaged.size() - 6] ^= 1; // its checksum
    for (const auto& bytes :
         {std::string("{\"connectors\":[]}"), std::string(20, '\0'), damaged, gzip("x") + "tail"}) {
        Inflater inflater(100'000);
        std::string out;
        auto written = inflater.write(bytes, out);
        REQUIRE(written.has_error());
        CHECK(written.error().code == errc::bad_http);
    }
}
