#include "daemon/api/endpoint.hpp"

#include <doctest/doctest.h>

using namespace versori::api;

TEST_CASE("an endpoint is read from a URL") {
    struct Row {
        std::string name;
        std::string url;
        const char* origin; // empty: refused
        const char* port;
        const char* path;
    };
    const Row rows[] = {
        {"production", "https://platform.versori.com/api/connect/v1", "https://platform.versori.com", "443",
         "/api/connect/v1"},
        {"slash at the end", "https://platform.versori.com/api/", "https://platform.versori.com", "443",
         "/api"},
        {"no path", "http://localhost:8082", "http://localhost:8082", "8082", ""},
        {"root path", "http://localhost:8082/", "http://localhost:8082", "8082", ""},
        {"port of the scheme", "http://host:80/x", "http://host", "80", "/x"},
        {"port with zeros", "http://host:0080/x", "http://host", "80", "/x"},
        {"empty port", "https://host:/x", "https://host", "443", "/x"},
        {"upper case", "HTTPS://Platform.Versori.COM", "https://platform.versori.com", "443", ""},
        {"IPv6", "http://[::1]:8082/v1", "http://[::1]:8082", "8082", "/v1"},
        {"user is left out", "https://me:secret@host/x", "https://host", "443", "/x"},
        {"encoded path stays encoded", "https://host/a%20b", "https://host", "443", "/a%20b"},
        {"other scheme", "ftp://host/x", "", "", ""},
        {"no scheme", "platform.versori.com/api", "", "", ""},
        {"no host", "https:///api", "", "", ""},
        {"port zero", "https://host:0/", "", "", ""},
        {"port too large", "https://host:70000/", "", "", ""},
        {"space", "https://ho st/", "", "", ""},
        {"nothing", "", "", "", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto at = parse_endpoint(row.url);
        CHECK((at ? at->origin() : "") == row.origin);
        if (!at)
            continue;
        CHECK(at->port == row.port);
        CHECK(at->path == row.path);
    }
}

TEST_CASE("an endpoint writes its authority") {
    auto usual = parse_endpoint("https://host/x");
    CHECK(usual->authority() == "host");
    CHECK(usual->authority(true) == "host:443");
    auto ipv6 = parse_endpoint("http://[::1]:8082");
    CHECK(ipv6->host == "::1");
    CHECK(ipv6->authority() == "[::1]:8082");
}
