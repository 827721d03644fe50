#include "daemon/api/requests.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;

TEST_CASE("the target of a page") {
    struct Row {
        std::string name;
        const char* prefix;
        const char* organisation;
        const char* cursor;
        Filters filters;
        const char* target;
    };
    const Row rows[] = {
        {"first page", "/api/connect/v1", "01HF", "", {}, "/api/connect/v1/o/01HF/connectors?first=20"},
        {"cursor", "", "01HF", "abc", {}, "/o/01HF/connectors?first=20&after=abc"},
        {"base64 cursor", "", "01HF", "/a+b=", {}, "/o/01HF/connectors?first=20&after=%2Fa%2Bb%3D"},
        {"cursor of a JSON object",
         "",
         "o",
         "{\"a\":1}",
         {},
         "/o/o/connectors?first=20&after=%7B%22a%22%3A1%7D"},
        {"organisation of any text",
         "",
         "a/b?c#d é",
         "",
         {},
         "/o/a%2Fb%3Fc%23d%20%C3%A9/connectors?first=20"},
        {"organisation that is a step up", "", "..", "", {}, "/o/%2E%2E/connectors?first=20"},
        {"tags",
         "",
         "o",
         "",
         {.tags = {"env:prod", "team"}, .categories = {}, .protocol = "", .name = ""},
         "/o/o/connectors?first=20&tags=env%3Aprod%2Cteam"},
        {"categories",
         "",
         "o",
         "",
         {.tags = {}, .categories = {"Development & IT", "AI/LLMs"}, .protocol = "", .name = ""},
         "/o/o/connectors?first=20&categories=Development%20%26%20IT&categories=AI%2FLLMs"},
        {"protocol and name",
         "",
         "o",
         "c",
         {.tags = {}, .categories = {}, .protocol = "http", .name = "shop & co"},
         "/o/o/connectors?first=20&after=c&protocol=http&name=shop%20%26%20co"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(page_target(row.prefix, row.organisation, 20, row.cursor, row.filters) == row.target);
    }
}

TEST_CASE("the target of a connector") {
    CHECK(connector_target("/v1", "01HF", "01HG") == "/v1/o/01HF/connectors/01HG");
    CHECK(connector_target("", "o", "a/b c") == "/o/o/connectors/a%2Fb%20c");
    CHECK(connector_target("", "o", ".") == "/o/o/connectors/%2E");
    CHECK(connector_target("", "o", "..") == "/o/o/connectors/%2E%2E");
}

TEST_CASE("next is a cursor or a URL that carries one") {
    struct Row {
        std::string name;
        const char* next;
        const char* cursor; // empty: refused with `error`
        errc error = errc::bad_page;
    };
    const Row rows[] = {
        {"opaque", "eyJpZCI6MX0", "eyJpZCI6MX0"},
        {"a number", "40", "40"},
        {"base64", "ab+/cd==", "ab+/cd=="},
        {"base64 that begins with a slash", "/9j/4AAQ==", "/9j/4AAQ=="},
        {"base64 that begins with two", "//8AAP8=", "//8AAP8="},
        {"percent signs stay", "a%2Fb", "a%2Fb"},
        {"JSON", "{\"after\":\"x\"}", "{\"after\":\"x\"}"},
        {"looks like a query, is none", "first=20&after=x", "first=20&after=x"},
        {"a question mark alone", "what?", "what?"},
        {"colon", "2024-01-01T00:00:00Z|01HF", "2024-01-01T00:00:00Z|01HF"},
        {"not UTF-8", "\xff\xfe?after=x", "\xff\xfe?after=x"},

        {"absolute", "https://p.example/v1/o/1/connectors?first=2&after=abc", "abc"},
        {"absolute, own port", "https://p.example:443/v1?after=abc", "abc"},
        {"absolute, upper case", "HTTPS://P.Example/v1?after=abc", "abc"},
        {"absolute, other path", "https://p.example/inner/o/1?after=abc", "abc"},
        {"absolute, fragment", "https://p.example/?after=abc#def", "abc"},
        {"absolute, user", "https://me:pw@p.example/?after=abc", "abc"},
        {"path", "/v1/o/1/connectors?first=2&after=abc", "abc"},
        {"path, after first", "/v1/o/1/connectors?after=abc&first=2", "abc"},
        {"query alone", "?after=abc", "abc"},
        {"no slash in front", "connectors?first=2&after=abc", "abc"},
        {"network path", "//p.example/v1?after=abc", "abc"},
        {"percent-encoded", "/v1?after=%2Fa%2Bb%3D%3D", "/a+b=="},
        {"equals signs left alone", "/v1?after=YWI==", "YWI=="},
        {"plus is a space", "/v1?after=a+b", "a b"},

        {"other host", "https://evil.example/v1?after=abc", "", errc::foreign_origin},
        {"other host behind a user", "https://p.example@evil.example/?after=abc", "", errc::foreign_origin},
        {"other host behind what looks like ours", "https://me@p.example:443x@evil.example/?after=abc", ""},
        {"other port", "https://p.example:8443/v1?after=abc", "", errc::foreign_origin},
        {"other scheme", "http://p.example/v1?after=abc", "", errc::foreign_origin},
        {"network path to another host", "//evil.example/v1?after=abc", "", errc::foreign_origin},
        {"foreign and without after", "https://evil.example/", "", errc::foreign_origin},
        {"no after", "https://p.example/v1?first=2", ""},
        {"empty after", "/v1?after=&first=2", ""},
        {"after without a value", "/v1?after", ""},
        {"empty query before a fragment", "https://p.example/v1?#after=abc", ""},
        {"relative, empty query before a fragment", "v1?#after=abc", "v1?#after=abc"},
        {"path with a query, no after", "/v1?page=2", ""},
        {"not a URL after all", "https://p.example/a b?after=x", ""},
        {"no host", "https://", ""},
    };
    auto endpoint = *parse_endpoint("https://p.example/v1");
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto cursor = next_cursor(row.next, endpoint);
        if (*row.cursor) {
            REQUIRE(cursor.has_value());
            CHECK(*cursor == row.cursor);
        } else {
            REQUIRE(cursor.has_error());
            CHECK(cursor.error().code == row.error);
        }
    }
}

TEST_CASE("a foreign next is told by origin, without its query") {
    auto endpoint = *parse_endpoint("http://localhost:8082");
    auto cursor = next_cursor("https://me:pw@evil.example:99/x?after=abc", endpoint);
    CHECK(cursor.error().message ==
          "the page's next points to https://evil.example:99, not to http://localhost:8082, "
          "so it was not followed");
}
