#include "daemon/config/url.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

struct Good {
    std::string text;
    Url url;
    const char* shown;
};

TEST_CASE("a platform URL is taken apart") {
    const Good cases[] = {
        {"https://platform.versori.com/api/connect/v1",
         {"https", "platform.versori.com", 443, "/api/connect/v1"},
         "https://platform.versori.com/api/connect/v1"},
        {"http://localhost:8082", {"http", "localhost", 8082, ""}, "http://localhost:8082"},
        {"http://localhost:8082/", {"http", "localhost", 8082, ""}, "http://localhost:8082"},
        {"https://h/a//", {"https", "h", 443, "/a"}, "https://h/a"},
        {"HTTPS://Platform.Example:443/V1",
         {"https", "platform.example", 443, "/V1"},
         "https://platform.example/V1"},
        {"http://h:443", {"http", "h", 443, ""}, "http://h:443"},
        {"https://h:80/x", {"https", "h", 80, "/x"}, "https://h:80/x"},
        {"http://[::1]:8082/v1", {"http", "::1", 8082, "/v1"}, "http://[::1]:8082/v1"},
        {"http://127.0.0.1", {"http", "127.0.0.1", 80, ""}, "http://127.0.0.1"},
        {"https://h/a/../b/./c%20d", {"https", "h", 443, "/b/c%20d"}, "https://h/b/c%20d"},
        {"https://h:/x", {"https", "h", 443, "/x"}, "https://h/x"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        auto url = parse_url(c.text);
        REQUIRE(url.has_value());
        CHECK(url->scheme == c.url.scheme);
        CHECK(url->host == c.url.host);
        CHECK(url->port == c.url.port);
        CHECK(url->path == c.url.path);
        CHECK(to_string(*url) == c.shown);
        CHECK(url->tls() == (c.url.scheme == "https"));
    }
}

struct Bad {
    std::string text;
    const char* got;
};

TEST_CASE("what is no platform URL is refused with its reason") {
    const Bad cases[] = {
        {"", "\"\""},
        {"platform.versori.com", "\"platform.versori.com\""},
        {"//platform.versori.com", "\"//platform.versori.com\""},
        {"ftp://h/x", "the scheme \"ftp\""},
        {"localhost:8082", "the scheme \"localhost\""},
        {"https://user@h/", "one with a user name or password"},
        {"https://user:hunter2@h/", "one with a user name or password"},
        {"https://user:hun ter2@h/", "something else"},
        {"https:///x", "one without a usable host"},
        {"https:x", "one without a usable host"},
        {"https://a%20b/", "one without a usable host"},
        {"https://h:0/", "one with a port outside 1 to 65535"},
        {"https://h:65536/", "one with a port outside 1 to 65535"},
        {"https://h/x?y=1", "one with a query"},
        {"https://h/x?", "one with a query"},
        {"https://h/x#y", "one with a fragment"},
        {"https://h/a b", "\"https://h/a b\""},
        {"https://h/\x01", "something else"},
        {"https://hé/", "something else"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        auto url = parse_url(c.text);
        REQUIRE(url.has_error());
        CHECK(url.error().message ==
              std::string{"expected a URL such as \"https://platform.versori.com/api/connect/v1\", got "} +
                  c.got);
    }
}

TEST_CASE("a loopback host is known by name and by address") {
    for (std::string text :
         {"http://localhost", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]", "http://a.localhost"})
        CHECK(is_loopback(*parse_url(text)));
    for (std::string text :
         {"http://h", "http://10.0.0.1", "http://[::2]", "http://localhost.example", "http://0.0.0.0"})
        CHECK_FALSE(is_loopback(*parse_url(text)));
}

TEST_CASE("a proxy is http with a host, and shown without its password") {
    for (std::string text :
         {"http://proxy:3128", "http://user:pa%40ss@proxy:3128/", "http://[::1]:3128", "http://proxy"}) {
        CAPTURE(text);
        CHECK(proxy_error(text) == "");
    }
    const std::string expected = "expected a URL such as \"http://proxy.example:3128\", got ";
    CHECK(proxy_error("proxy") == expected + "\"proxy\"");
    CHECK(proxy_error("https://proxy:3128") == expected + "the scheme \"https\"");
    CHECK(proxy_error("http://u:hunter2@proxy/x") == expected + "one with a path");
    CHECK(proxy_error("http://u:hun ter2@proxy") == expected + "something else");
    CHECK(proxy_error("http://:3128") == expected + "one without a usable host");
    CHECK(without_password("http://user:hunter2@proxy:3128") == "http://proxy:3128");
    CHECK(without_password("http://proxy:3128") == "http://proxy:3128");
    CHECK(without_password("") == "");
}

} // namespace
} // namespace versori::config
