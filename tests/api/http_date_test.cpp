#include "daemon/api/http_date.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;

TEST_CASE("HTTP dates are read in all three forms") {
    struct Row {
        std::string name;
        std::string text;
        const char* time; // empty: refused
    };
    const Row rows[] = {
        {"IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000000Z"},
        {"RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000000Z"},
        {"RFC 850, this century", "Wednesday, 01-Jan-25 00:00:00 GMT", "2025-01-01T00:00:00.000000Z"},
        {"RFC 850, 50 years ahead", "Wednesday, 01-Jan-76 00:00:00 GMT", "2076-01-01T00:00:00.000000Z"},
        {"RFC 850, 51 years ahead is past", "Friday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00.000000Z"},
        {"asctime", "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000000Z"},
        {"asctime, two digits", "Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37.000000Z"},
        {"leap day", "Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00.000000Z"},
        {"leap second", "Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00.000000Z"},
        {"wrong day name is no matter", "Mon, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000000Z"},
        {"no leap day", "Wed, 29 Feb 2023 00:00:00 GMT", ""},
        {"other zone", "Sun, 06 Nov 1994 08:49:37 CET", ""},
        {"offset", "Sun, 06 Nov 1994 08:49:37 +0000", ""},
        {"hour 24", "Sun, 06 Nov 1994 24:00:00 GMT", ""},
        {"more behind it", "Sun, 06 Nov 1994 08:49:37 GMT, x", ""},
        {"cut", "Sun, 06 Nov 1994 08:49", ""},
        {"RFC 3339", "1994-11-06T08:49:37Z", ""},
        {"nothing", "", ""},
    };
    auto now = *model::parse_time("2026-07-01T12:00:00Z");
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto time = parse_http_date(row.text, now);
        CHECK((time ? model::format_time(*time) : "") == row.time);
    }
}
