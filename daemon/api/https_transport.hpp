#pragma once

#include "daemon/api/endpoint.hpp"
#include "daemon/api/proxy.hpp"
#include "daemon/api/resolver.hpp"
#include "daemon/api/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace versori::api {

// The transport over the network. Connections are kept and used again, by any number of requests at once,
// each on its own. Redirects are answers like any other. Must outlive its requests; one thread.
class HttpsTransport final : public Transport {
public:
    struct Options {
        Endpoint endpoint;
        std::chrono::milliseconds connect_timeout{
            10'000}; // until a request can be sent, name and handshake included
        std::chrono::milliseconds request_timeout{30'000}; // from there to the answer's last byte
        std::size_t max_page_bytes = 64 * 1024 * 1024;
        std::string ca_file = {}; // instead of the system's roots
        std::optional<Proxy> proxy = {};
        Lookup lookup = system_lookup;
    };

    HttpsTransport(boost::asio::any_io_executor, Options);
    ~HttpsTransport() override;

    // A kept connection that ends before the first byte of an answer, as a server that has lost patience ends
    // it, is replaced by a new one, once and unseen.
    boost::asio::awaitable<Result<Response>> send(Request) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// `versori-mirror/VERSION`.
std::string user_agent();

} // namespace versori::api
