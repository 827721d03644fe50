#pragma once

#include "daemon/model/error.hpp"
#include "daemon/model/secret.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace versori::api {

// A GET of the configured origin.
struct Request {
    std::string target = {};          // path and query, percent-encoded, beginning with '/'
    model::Secret authorization = {}; // the whole header value
    // For all of it, where that is less than the transport's own limits.
    std::optional<std::chrono::milliseconds> time_limit = {};
};

// What came back, whatever its status. `body` is decompressed and at most max_page_bytes long.
struct Response {
    unsigned status = 0;
    std::string retry_after = {}; // the header as it came, empty when missing
    std::string location = {};    // likewise
    std::string date = {};        // likewise
    std::string body = {};
    std::uint64_t bytes_received = 0; // from the network, before decompression
};

// The one seam between the mirror and the network: tests put a fake here.
class Transport {
public:
    virtual ~Transport() = default;

    // Sends one request and waits for the whole answer. No retry, no judgement of the status. A failure is
    // one of cancelled, timeout, resolve, connect, tls, proxy, connection_lost, bad_http, too_large, no_token
    // (it cannot be written into a header).
    virtual boost::asio::awaitable<Result<Response>> send(Request request) = 0;
};

} // namespace versori::api
