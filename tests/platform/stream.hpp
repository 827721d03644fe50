#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string_view>

namespace versori::platform {

// One accepted connection, plain or TLS. Nothing throws: a failure is an empty read or a false.
class Stream {
public:
    virtual ~Stream() = default;

    virtual boost::asio::awaitable<bool> start() = 0;
    virtual boost::asio::awaitable<std::string_view>
    read() = 0; // empty at the end; valid until the next read
    virtual boost::asio::awaitable<bool> write(std::string_view) = 0;
    virtual boost::asio::awaitable<void> finish() = 0; // closes in good order
    virtual void reset() = 0;                          // closes with a TCP reset
    virtual bool resumed() = 0;                        // started with a TLS session of before
};

std::unique_ptr<Stream> plain_stream(boost::asio::ip::tcp::socket);
std::unique_ptr<Stream> tls_stream(boost::asio::ip::tcp::socket, boost::asio::ssl::context&);

} // namespace versori::platform
