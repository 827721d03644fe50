#include "daemon/api/retry.hpp"

#include "daemon/api/http_date.hpp"

#include <algorithm>

namespace versori::api {
namespace {

using namespace std::chrono_literals;
using Action = Decision::Action;

constexpr milliseconds longest_wait = 24h * 365;

std::string_view trimmed(std::string_view text) {
    auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

std::optional<milliseconds> seconds_of(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos)
        return {};
    std::chrono::seconds total{0};
    for (char c : digits) {
        total = total * 10 + std::chrono::seconds{c - '0'};
        if (total > longest_wait)
            return longest_wait;
    }
    return total;
}

enum class Kind { good, passing, size, refused, absent, final };

Kind kind_of(errc failure) {
    switch (failure) {
    case errc::timeout:
    case errc::resolve:
    case errc::connect:
    case errc::connection_lost:
        return Kind::passing;
    case errc::too_large:
        return Kind::size;
    default:
        return Kind::final;
    }
}

Kind kind_of(unsigned status) {
    switch (status) {
    case 200:
        return Kind::good;
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return Kind::passing;
    case 400:
    case 413:
        return Kind::size;
    case 401:
    case 403:
        return Kind::refused;
    case 404:
        return Kind::absent;
    default:
        return Kind::final;
    }
}

errc code_of(const Outcome& outcome, Kind kind) {
    if (outcome.failure)
        return *outcome.failure;
    if (kind == Kind::refused)
        return errc::denied;
    if (outcome.status == 410)
        return errc::gone;
    return kind == Kind::absent ? errc::not_found : errc::bad_status;
}

milliseconds backoff(const Standing& standing, const Limits& limits) {
    double longest = double(limits.base_delay.count());
    double bound = double(limits.max_delay.count());
    for (int i = 0; i < standing.retries && longest < bound; ++i)
        longest *= 2;
    return milliseconds(static_cast<milliseconds::rep>(std::min(longest, bound) * standing.random));
}

Decision again(Decision decision, const Standing& standing, const Limits& limits) {
    if (standing.retries >= limits.retry_limit)
        return decision;
    auto delay = std::max(backoff(standing, limits), decision.asked.value_or(0ms));
    if (delay >= standing.left)
        return decision;
    decision.action = Action::retry;
    decision.delay = delay;
    return decision;
}

} // namespace

std::optional<milliseconds> retry_after(std::string_view header, std::string_view date, model::Time now) {
    auto text = trimmed(header);
    if (auto seconds = seconds_of(text))
        return seconds;
    auto until = parse_http_date(text, now);
    if (!until)
        return {};
    auto from = parse_http_date(trimmed(date), now).value_or(now);
    auto wait = std::chrono::ceil<milliseconds>(*until - from);
    return std::clamp<milliseconds>(wait, 0ms, longest_wait);
}

Decision decide(const Outcome& outcome, const Standing& standing, const Limits& limits) {
    Kind kind = outcome.failure ? kind_of(*outcome.failure) : kind_of(outcome.status);
    if (kind == Kind::good)
        return {.action = Action::accept};
    Decision decision{.action = Action::give_up, .code = code_of(outcome, kind)};
    if (kind == Kind::size && standing.page_size > 1)
        decision.action = Action::smaller;
    if (kind != Kind::passing)
        return decision;
    if (!outcome.failure)
        decision.asked = retry_after(outcome.retry_after, outcome.date, standing.now);
    return again(decision, standing, limits);
}

std::chrono::minutes ladder(int consecutive_failures) {
    if (consecutive_failures <= 0)
        return 0min;
    if (consecutive_failures == 1)
        return 1min;
    return consecutive_failures == 2 ? 5min : 30min;
}

} // namespace versori::api
