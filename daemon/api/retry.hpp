#pragma once

#include "daemon/model/error.hpp"
#include "daemon/model/time.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace versori::api {

using std::chrono::milliseconds;

// How long the client is patient.
struct Limits {
    int retry_limit = 6;            // retries of one request, so one attempt more
    milliseconds base_delay{500};   // the longest first pause; doubles with each retry
    milliseconds max_delay{60'000}; // where doubling ends; does not bound what the server asks for
};

// What came of one attempt: a transport's failure, or an answer.
struct Outcome {
    std::optional<errc> failure = {};
    unsigned status = 0;               // of the answer
    std::string_view retry_after = {}; // its header, as it came
    std::string_view date = {};        // likewise
};

// Where the request stands.
struct Standing {
    int retries = 0;                         // retries already made
    int page_size = 0;                       // of a page; 0 for a request that has none
    milliseconds left = milliseconds::max(); // until the walk's deadline
    model::Time now = {};                    // wall clock, where the answer has no Date
    double random = 0;                       // in [0, 1)
};

struct Decision {
    enum class Action {
        accept,  // 200
        retry,   // the same again after `delay`
        smaller, // the same cursor again at once, with half the page size
        give_up  // failed for good, as `code`
    };
    Action action;
    milliseconds delay{0};
    errc code = errc::bad_status;
    std::optional<milliseconds> asked = {}; // how long the server asked to wait
};

// The retry policy. Retried: 408, 425, 429, 500, 502, 503, 504, time-outs, lost connections, names and
// addresses that do not answer; with exponential backoff and full jitter, never sooner than Retry-After, and
// not at all when the wait would end after the deadline. A smaller page: 400, 413, too_large. Given up at
// once: everything else, a refusal and a certificate above all.
Decision decide(const Outcome&, const Standing&, const Limits&);

// How long `Retry-After` asks to wait: seconds, or an HTTP date, which counts from the answer's own Date
// where it has a readable one, so that a clock that is wrong does no harm. A date that is past asks for no
// wait; at most a year. Nothing when the header is missing or unreadable.
std::optional<milliseconds> retry_after(std::string_view header, std::string_view date, model::Time now);

// The pause before an organisation is walked again that failed, or was refused, this many times in a row: 1,
// 5, then 30 minutes. None for 0.
std::chrono::minutes ladder(int consecutive_failures);

} // namespace versori::api
