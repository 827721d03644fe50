#include "daemon/api/sentences.hpp"

#include <doctest/doctest.h>

using namespace versori::api;
using namespace std::chrono_literals;

TEST_CASE("what a status says") {
    struct Row {
        unsigned status;
        std::string words;
        std::string location;
        std::string sentence;
    };
    const Row rows[] = {
        {503, "", "", "the platform answered 503"},
        {503, "unavailable: try later", "", "the platform answered 503 (unavailable: try later)"},
        {401, "", "", "the platform answered 401: the token is not valid"},
        {403, "no", "", "the platform answered 403 (no): the token may not read this organisation"},
        {404, "", "",
         "the platform answered 404: no such organisation for this token, or platform.url is not the API's"},
        {429, "", "", "the platform answered 429: too many requests"},
        {307, "", "https://other.example:8443/login?next=secret#x",
         "the platform answered 307 and points to https://other.example:8443/login, which is not followed; "
         "platform.url must be the API's own address"},
        {301, "", "https://me:pw@other.example/",
         "the platform answered 301 and points to https://other.example/, which is not followed; "
         "platform.url must be the API's own address"},
        {302, "", "/login?token=x",
         "the platform answered 302 and points to /login, which is not followed; platform.url must be the "
         "API's own "
         "address"},
        {302, "", "not a url\n",
         "the platform answered 302 and points to somewhere unreadable, which is not followed; platform.url "
         "must be "
         "the API's own address"},
        {302, "", "", "the platform answered 302"},
        {304, "", "/x", "the platform answered 304"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        Response response{.status = row.status, .location = row.location};
        CHECK(status_sentence(response, row.words) == row.sentence);
    }
}

TEST_CASE("the platform's words are made fit for a log") {
    CHECK(quoted("plain", "Bearer 0123456789") == "plain");
    CHECK(quoted("two\nlines\t\x1b[31m", "") == "two lines  [31m");
    CHECK(quoted("bad token 0123456789, 0123456789!", "Bearer 0123456789") == "bad token [token], [token]!");
    CHECK(quoted("short ones stay: ab", "Bearer ab") == "short ones stay: ab");
    CHECK(quoted("a bare one 0123456789", "0123456789") == "a bare one [token]");
    CHECK(quoted(std::string(400, 'x'), "") == std::string(300, 'x') + "…");
    CHECK(quoted(std::string(299, 'x') + "é" + std::string(50, 'x'), "") == std::string(299, 'x') + "…");
    CHECK(quoted(std::string(295, 'x') + "0123456789", "Bearer 0123456789") ==
          std::string(295, 'x') + "[toke…");
}

TEST_CASE("a request and its effort") {
    CHECK(request_name("/v1/o/1/connectors?first=2&after=x") == "GET /v1/o/1/connectors");
    CHECK(request_name("/v1/o/1/connectors/2") == "GET /v1/o/1/connectors/2");
    CHECK(effort(1, 150ms) == " (1 attempt in 0.1 s)");
    CHECK(effort(7, 31'240ms) == " (7 attempts in 31.2 s)");
}
