#include "daemon/config/value.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

struct DurationCase {
    std::string text;
    std::chrono::milliseconds value;
    const char* shown;
};

TEST_CASE("durations are read and shown") {
    const DurationCase cases[] = {
        {"90s", 90s, "1m30s"},
        {"5m", 5min, "5m"},
        {"1h30m", 90min, "1h30m"},
        {"250ms", 250ms, "250ms"},
        {"90d", days{90}, "90d"},
        {"0s", 0ms, "0s"},
        {"1d2h3m4s5ms", days{1} + 2h + 3min + 4s + 5ms, "1d2h3m4s5ms"},
        {"007m", 7min, "7m"},
        {"1500ms", 1500ms, "1s500ms"},
        {"106751991167d", days{106751991167}, "106751991167d"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        auto value = parse_duration(c.text);
        REQUIRE(value.has_value());
        CHECK(*value == c.value);
        CHECK(format_duration(*value) == c.shown);
        CHECK(parse_duration(c.shown) == value);
    }
}

TEST_CASE("what is no duration is refused") {
    for (std::string text : {"",
                             "5",
                             "m",
                             "5 m",
                             " 5m",
                             "5m ",
                             "-5m",
                             "+5m",
                             "1.5h",
                             "5M",
                             "5min",
                             "1w",
                             "30m1h",
                             "5m5m",
                             "1ms1s",
                             "106751991168d",
                             "99999999999999999999s",
                             "5m\n",
                             "٥m",
                             "0x5m",
                             "1h30"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
    CHECK_FALSE(parse_duration(std::string_view{"5m\0", 3}).has_value());
}

struct SizeCase {
    std::string text;
    std::uint64_t value;
    const char* shown;
};

TEST_CASE("sizes are read and shown") {
    const SizeCase cases[] = {
        {"4MiB", 4u << 20, "4MiB"},
        {"64KiB", 64u << 10, "64KiB"},
        {"1GiB", 1u << 30, "1GiB"},
        {"512B", 512, "512B"},
        {"2TiB", 2ull << 40, "2TiB"},
        {"0B", 0, "0B"},
        {"1024KiB", 1 << 20, "1MiB"},
        {"1536B", 1536, "1536B"},
        {"8388607TiB", 8388607ull << 40, "8388607TiB"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        auto value = parse_size(c.text);
        REQUIRE(value.has_value());
        CHECK(*value == c.value);
        CHECK(format_size(*value) == c.shown);
        CHECK(parse_size(c.shown) == value);
    }
}

TEST_CASE("what is no size is refused") {
    for (std::string text : {"", "4", "MiB", "4 MiB", "4MB", "4M", "4mib", "-4MiB", "4.5MiB", "1MiB1KiB",
                             "8388608TiB", "99999999999999999999B", "4MiB "}) {
        CAPTURE(text);
        CHECK_FALSE(parse_size(text).has_value());
    }
}

TEST_CASE("percentages are read and shown") {
    CHECK(parse_percent("10%") == 10.0);
    CHECK(parse_percent("0%") == 0.0);
    CHECK(parse_percent("2.5%") == 2.5);
    CHECK(parse_percent("250%") == 250.0);
    CHECK(format_percent(10) == "10%");
    CHECK(format_percent(2.5) == "2.5%");
    for (std::string text :
         {"", "%", "10", "-1%", "+1%", " 1%", "1 %", "1e1%", ".5%", "inf%", "nan%", "10%%", "x%"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_percent(text).has_value());
    }
}

TEST_CASE("strings are quoted as TOML") {
    CHECK(quote("") == "\"\"");
    CHECK(quote("a \"b\" \\ c") == "\"a \\\"b\\\" \\\\ c\"");
    CHECK(quote("a\nb\x1b\x7f") == "\"a\\u000Ab\\u001B\\u007F\"");
    CHECK(quote("é") == "\"é\"");
}

TEST_CASE("keys are bare where TOML lets them") {
    CHECK(spelled_key("page_size-2") == "page_size-2");
    CHECK(spelled_key("") == "\"\"");
    CHECK(spelled_key("a.b") == "\"a.b\"");
    CHECK(spelled_key("é") == "\"é\"");
    CHECK(spelled_key("a\nb") == "\"a\\u000Ab\"");
}

} // namespace
} // namespace versori::config
