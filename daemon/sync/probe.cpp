#include "daemon/sync/probe.hpp"

#include "daemon/config/token.hpp"
#include "daemon/decode/page.hpp"
#include "daemon/sync/walker.hpp"

namespace versori::sync {
namespace {

std::string source_of(const config::TokenSource& token) {
    if (auto file = std::get_if<config::TokenFile>(&token))
        return file->path;
    if (auto variable = std::get_if<config::TokenEnv>(&token))
        return "the environment variable " + variable->name;
    return "the systemd credential " + std::get<config::TokenCredential>(token).name;
}

std::string reach_advice(const config::Settings& settings) {
    return "check platform.url (" + config::to_string(settings.platform.url) +
           "), and whether this machine needs a proxy (platform.proxy) to reach it";
}

struct Step {
    const char* failed;
    int passed; // of DNS, TCP, TLS, token
    std::string advice;
    bool everybody;
};

Step step_of(const config::Settings& settings, const config::Organisation& organisation, errc code) {
    switch (code) {
    case errc::no_token:
        return {"token", 0, "", false};
    case errc::resolve:
        return {"DNS", 0, reach_advice(settings), true};
    case errc::connect:
        return {"TCP", 1, reach_advice(settings), true};
    case errc::proxy:
        return {"proxy", 0, "check platform.proxy, or HTTPS_PROXY in the environment", true};
    case errc::tls:
        return {
            "TLS", 2,
            "check platform.url, and platform.ca_file where the certificate is of an authority of your own",
            true};
    case errc::timeout:
    case errc::connection_lost:
        return {"connection", 0, reach_advice(settings), true};
    case errc::denied:
        return {"token", 3,
                "put a token that may read this organisation into " + source_of(organisation.token), false};
    case errc::bad_status:
        return {"page", 3,
                "try again in a while; if it stays so, ask the platform's operators, or check that "
                "platform.url (" +
                    config::to_string(settings.platform.url) + ") is the API's address",
                false};
    case errc::too_large:
        return {"page", 3, "lower platform.page_size, or raise platform.max_page_bytes", false};
    case errc::not_found:
        return {"page", 3, "check the organisation's id and platform.url", false};
    default:
        return {"page", 3,
                "check that platform.url (" + config::to_string(settings.platform.url) +
                    ") is the API's address",
                false};
    }
}

std::vector<std::string> first_steps(const config::Settings& settings, int count) {
    static constexpr const char* steps[] = {"DNS", "TCP", "TLS", "token", "page"};
    constexpr int tls = 2;
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i)
        if (i != tls || settings.platform.url.tls())
            out.emplace_back(steps[i]);
    return out;
}

Probe judge(const config::Settings& settings, const config::Organisation& organisation,
            const Result<api::Response>& response) {
    if (!response)
        return explain_failure(settings, organisation, response.error());
    auto page = decode::PageSplitter().split(response->body);
    if (!page)
        return explain_failure(settings, organisation, page.error());
    Probe out;
    out.passed = first_steps(settings, 5);
    out.connectors = page->elements.size();
    out.total_count = page->total_count;
    return out;
}

} // namespace

Probe explain_failure(const config::Settings& settings, const config::Organisation& organisation,
                      const Failure& failure) {
    Step step = step_of(settings, organisation, failure.code);
    Probe out;
    out.failed = step.failed;
    out.problem = failure.message + (step.advice.empty() ? "" : "; " + step.advice);
    out.everybody = step.everybody;
    out.passed = first_steps(settings, step.passed);
    return out;
}

boost::asio::awaitable<Probe> probe(const config::Settings& settings,
                                    const config::Organisation& organisation, api::Transport& transport,
                                    api::Clock& clock) {
    auto began = clock.now();
    auto token = config::read_token(organisation.token);
    if (!token)
        co_return explain_failure(settings, organisation, token.error());
    auto options = client_options(settings, organisation);
    options.limits.retry_limit = 0;
    api::Client client(
        transport, clock, std::move(options), [] { return 0.0; }, read_error);
    client.authorize(model::Secret({settings.platform.authorization, " ", token->value()}));
    auto response = co_await client.page({});
    Probe out = judge(settings, organisation, response);
    out.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - began);
    co_return out;
}

} // namespace versori::sync
