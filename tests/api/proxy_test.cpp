#include "daemon/api/proxy.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace versori;
using namespace versori::api;

namespace {

using Variables = std::map<std::string, std::string>;

Environment environment(const Variables& variables) {
    return [&variables](const char* name) -> const char* {
        auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    };
}

} // namespace

TEST_CASE("which proxy is used") {
    struct Row {
        std::string name;
        std::string endpoint;
        const char* configured;
        Variables variables;
        const char* proxy; // its origin; empty: none
    };
    const char* https = "https://platform.example/v1";
    const Row rows[] = {
        {"none", https, "", {}, ""},
        {"configured", https, "http://proxy:3128", {}, "http://proxy:3128"},
        {"configured without a scheme", https, "proxy:3128", {}, "http://proxy:3128"},
        {"configured for http", "http://platform.example", "http://proxy", {}, "http://proxy"},
        {"configured wins", https, "http://mine:1", {{"HTTPS_PROXY", "http://other:2"}}, "http://mine:1"},
        {"configured wins over NO_PROXY", https, "http://mine:1", {{"NO_PROXY", "*"}}, "http://mine:1"},
        {"HTTPS_PROXY", https, "", {{"HTTPS_PROXY", "http://proxy:3128/"}}, "http://proxy:3128"},
        {"https_proxy", https, "", {{"https_proxy", "proxy:3128"}}, "http://proxy:3128"},
        {"both", https, "", {{"https_proxy", "http://a:1"}, {"HTTPS_PROXY", "http://b:2"}}, "http://a:1"},
        {"empty counts as not set",
         https,
         "",
         {{"https_proxy", ""}, {"HTTPS_PROXY", "http://b:2"}},
         "http://b:2"},
        {"not for http", "http://platform.example", "", {{"HTTPS_PROXY", "http://proxy:3128"}}, ""},
        {"NO_PROXY", https, "", {{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", "platform.example"}}, ""},
        {"no_proxy", https, "", {{"HTTPS_PROXY", "http://p:1"}, {"no_proxy", ".example"}}, ""},
        {"NO_PROXY of others",
         https,
         "",
         {{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", "versori.com"}},
         "http://p:1"},
        {"localhost", "https://localhost:8082", "", {{"HTTPS_PROXY", "http://p:1"}}, ""},
        {"loopback", "https://127.0.0.9:8082", "", {{"HTTPS_PROXY", "http://p:1"}}, ""},
        {"IPv6 loopback", "https://[::1]:8082", "", {{"HTTPS_PROXY", "http://p:1"}}, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto proxy = choose_proxy(*parse_endpoint(row.endpoint), row.configured, environment(row.variables));
        REQUIRE(proxy.has_value());
        CHECK((*proxy ? (*proxy)->at.origin() : "") == row.proxy);
    }
}

TEST_CASE("a proxy that cannot be used is an error that does not show it") {
    auto endpoint = *parse_endpoint("https://platform.example");
    Variables none, bad{{"HTTPS_PROXY", "socks5://me:s3cret@proxy"}};
    for (std::string text : {"https://me:s3cret@proxy", "socks5://me:s3cret@proxy", "http://me:s3cret@",
                             "http://me:s3cret@proxy/path", "http://me:s3 cret@proxy"}) {
        CAPTURE(text);
        auto proxy = choose_proxy(endpoint, text, environment(none));
        REQUIRE(proxy.has_error());
        CHECK(proxy.error().code == errc::proxy);
        CHECK(proxy.error().message ==
              "platform.proxy is not a proxy's address of the form http://[user:password@]host:port");
    }
    auto proxy = choose_proxy(endpoint, "", environment(bad));
    REQUIRE(proxy.has_error());
    CHECK(proxy.error().message.starts_with("HTTPS_PROXY is not"));
}

TEST_CASE("credentials of a proxy") {
    auto endpoint = *parse_endpoint("https://platform.example");
    Variables none;
    auto proxy = choose_proxy(endpoint, "http://Aladdin:open%20sesame@proxy:3128", environment(none));
    REQUIRE(proxy.has_value());
    CHECK((*proxy)->authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK((*choose_proxy(endpoint, "http://proxy:3128", environment(none)))->authorization == "");
}

TEST_CASE("NO_PROXY names an endpoint") {
    struct Row {
        std::string list;
        std::string endpoint;
        bool named;
    };
    const Row rows[] = {
        {"", "https://a.example", false},
        {"*", "https://a.example", true},
        {"a.example", "https://a.example", true},
        {"A.Example", "https://a.example", true},
        {"example", "https://a.example", true},
        {".example", "https://a.example", true},
        {"*.example", "https://a.example", true},
        {"*.a.example", "https://a.example", true},
        {"ample", "https://a.example", false},
        {"b.a.example", "https://a.example", false},
        {"x, y ,a.example", "https://a.example", true},
        {"x\ta.example", "https://a.example", true},
        {",,", "https://a.example", false},
        {".", "https://a.example", false},
        {"a.example:443", "https://a.example", true},
        {"a.example:8443", "https://a.example", false},
        {"a.example:8443", "https://a.example:8443", true},
        {"10.1.2.3", "https://10.1.2.3", true},
        {"10.1.2.3:443", "https://10.1.2.3", true},
        {"10.1.2.4", "https://10.1.2.3", false},
        {"2.3", "https://10.1.2.3", false},
        {"10.0.0.0/8", "https://10.1.2.3", true},
        {"10.1.2.3/32", "https://10.1.2.3", true},
        {"192.168.0.0/16", "https://10.1.2.3", false},
        {"10.0.0.0/99", "https://10.1.2.3", false},
        {"10.0.0.0/8", "https://a.example", false},
        {"fd00::/8", "https://[fd12::1]", true},
        {"fd00::/8", "https://[fe80::1]", false},
        {"fd12::1", "https://[fd12::1]", true},
        {"[fd12::1]", "https://[fd12::1]", true},
        {"[fd12::1]:443", "https://[fd12::1]", true},
        {"[fd12::1]:80", "https://[fd12::1]", false},
        {"10.0.0.0/8", "https://[fd12::1]", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.list);
        CAPTURE(row.endpoint);
        CHECK(no_proxy(row.list, *parse_endpoint(row.endpoint)) == row.named);
    }
}

TEST_CASE("the request for a tunnel") {
    Proxy proxy{*parse_endpoint("http://proxy:3128"), "Basic abc"};
    CHECK(connect_request(*parse_endpoint("https://platform.example/v1"), proxy, "agent/1") ==
          "CONNECT platform.example:443 HTTP/1.1\r\nHost: platform.example:443\r\nUser-Agent: agent/1\r\n"
          "Proxy-Authorization: Basic abc\r\n\r\n");
    proxy.authorization.clear();
    CHECK(connect_request(*parse_endpoint("https://[fd12::1]:8443"), proxy, "agent/1") ==
          "CONNECT [fd12::1]:8443 HTTP/1.1\r\nHost: [fd12::1]:8443\r\nUser-Agent: agent/1\r\n\r\n");
}
