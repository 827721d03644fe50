#include "daemon/sync/probe.hpp"

#include <doctest/doctest.h>

namespace versori::sync {
namespace {

TEST_CASE("probe: each kind of failure names its step and says what to do") {
    struct Case {
        errc code;
        const char* passed;
        const char* failed;
        const char* problem;
        bool everybody;
    };
    const char* reach =
        "what happened; check platform.url (https://platform.versori.com/api/connect/v1), and "
        "whether this machine needs a proxy (platform.proxy) to reach it";
    const Case cases[] = {
        {errc::no_token, "", "token", "what happened", false},
        {errc::resolve, "", "DNS", reach, true},
        {errc::connect, "DNS ", "TCP", reach, true},
        {errc::proxy, "", "proxy", "what happened; check platform.proxy, or HTTPS_PROXY in the environment",
         true},
        {errc::tls, "DNS TCP ", "TLS",
         "what happened; check platform.url, and platform.ca_file where the certificate is of an authority "
         "of "
         "your own",
         true},
        {errc::timeout, "", "connection", reach, true},
        {errc::denied, "DNS TCP TLS ", "token",
         "what happened; put a token that may read this organisation into /t", false},
        {errc::not_found, "DNS TCP TLS ", "page",
         "what happened; check the organisation's id and platform.url", false},
        {errc::bad_status, "DNS TCP TLS ", "page",
         "what happened; try again in a while; if it stays so, ask the platform's operators, or check that "
         "platform.url (https://platform.versori.com/api/connect/v1) is the API's address",
         false},
        {errc::too_large, "DNS TCP TLS ", "page",
         "what happened; lower platform.page_size, or raise platform.max_page_bytes", false},
        {errc::bad_page, "DNS TCP TLS ", "page",
         "what happened; check that platform.url (https://platform.versori.com/api/connect/v1) is the API's "
         "address",
         false},
    };
    config::Settings settings;
    config::Organisation organisation;
    organisation.token = config::TokenFile{"/t"};
    for (const Case& one : cases) {
        CAPTURE(one.failed);
        Probe probe = explain_failure(settings, organisation, {one.code, "what happened"});
        std::string passed;
        for (const std::string& step : probe.passed)
            passed += step + " ";
        CHECK_EQ(passed, one.passed);
        CHECK_EQ(probe.failed, one.failed);
        CHECK_EQ(probe.problem, one.problem);
        CHECK_EQ(probe.everybody, one.everybody);
    }
}

TEST_CASE("probe: without TLS nothing is said of it") {
    config::Settings settings;
    settings.platform.url.scheme = "http";
    Probe probe = explain_failure(settings, {}, {errc::bad_status, "the platform answered 500"});
    CHECK(probe.passed == std::vector<std::string>{"DNS", "TCP"});
}

} // namespace
} // namespace versori::sync
