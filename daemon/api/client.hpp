#pragma once

#include "daemon/api/clock.hpp"
#include "daemon/api/endpoint.hpp"
#include "daemon/api/requests.hpp"
#include "daemon/api/retry.hpp"
#include "daemon/api/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace versori::api {

// The platform's documented error object.
struct ErrorBody {
    std::string code;
    std::string message;
};

// Reads an error object out of a body; nothing when the body is anything else.
using ReadError = std::function<std::optional<ErrorBody>(std::string_view body)>;

// What has been spent since the last reset.
struct Counters {
    std::uint64_t requests = 0; // sent, retries included
    std::uint64_t retries = 0;  // of those, the ones that repeat another
    std::uint64_t bytes_received = 0;
};

// The client is about to pause before it tries again.
struct Pause {
    milliseconds delay;
    int retry;          // the retry that follows, from 1
    bool asked;         // the server asked for it by Retry-After
    std::string reason; // a sentence
};

// Reads one organisation's connectors: page by page, patiently, or one by one. One request at a time.
//
// Page size: halved while the platform answers 400 or 413, or the page is larger than max_page_bytes, and
// kept there if that helps; halved for the next page when a page was above half of max_page_bytes. It never
// grows again.
//
// Failures are sentences with method, path, status, the platform's own code and message, attempts and time
// taken.
class Client {
public:
    struct Options {
        Endpoint endpoint;
        std::string organisation_id;
        Filters filters = {};
        int page_size = 100;
        Limits limits = {};
        std::size_t max_page_bytes = 64 * 1024 * 1024;
    };

    // Transport and clock must outlive the client. `random` gives numbers in [0, 1).
    Client(Transport&, Clock&, Options, std::function<double()> random, ReadError read_error = {});

    // The whole header value of the requests to come: scheme word, space, token.
    void authorize(model::Secret authorization);

    // No request and no pause goes on beyond it (walk_deadline, by the clock's `now`). None to begin with.
    void set_deadline(std::optional<std::chrono::steady_clock::time_point>);

    // Called before each pause.
    void on_pause(std::function<void(const Pause&)>);

    // One page, an empty cursor for the first; always a 200. Other failures than the transport's: denied
    // (401, 403), not_found (404), gone (410), bad_status (any other), timeout (also for the deadline).
    boost::asio::awaitable<Result<Response>> page(std::string cursor);

    // Get Connector's answer, whatever its status. Never retried. Fails only as the transport does.
    boost::asio::awaitable<Result<Response>> connector(std::string id);

    // The cursor in a page's `next`; see requests.hpp.
    Result<std::string> cursor_of(std::string_view next) const;

    const Counters& counters() const { return counters_; }
    void reset_counters() { counters_ = {}; }

    // The size that the next page is asked with.
    int page_size() const { return page_size_; }

    // Until when the platform asked not to be called, where that was beyond the deadline and the page failed
    // for it. Cleared by the next page that succeeds.
    std::optional<model::Time> not_before() const { return not_before_; }

private:
    struct Attempts;

    boost::asio::awaitable<Result<Response>> get(std::string cursor);
    boost::asio::awaitable<Result<Response>> send(Attempts&);
    Decision judge(const Result<Response>&, const Attempts&) const;
    Failure explain(const Result<Response>&, const Decision&, const Attempts&) const;
    std::string platform_says(const Response&) const;
    std::optional<milliseconds> left() const;
    void accept(const Response&, int size);

    Transport& transport_;
    Clock& clock_;
    Options options_;
    std::function<double()> random_;
    ReadError read_error_;
    std::function<void(const Pause&)> on_pause_;
    model::Secret authorization_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    Counters counters_;
    int page_size_;
    std::optional<model::Time> not_before_;
};

} // namespace versori::api
