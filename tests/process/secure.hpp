#pragma once

#include "tests/api/proxies.hpp"
#include "tests/process/network.hpp"

#include <thread>

namespace versori::process {

using api::certificates::Identity;
using api::certificates::TemporaryFile;

// The platform of a site, over TLS as somebody.
class Secure {
public:
    // Closes a connection after so many requests; 0: never.
    Secure(platform::Platform& platform, const Identity& identity, std::size_t patience = 0)
        : certificate_(identity.certificate_pem()), key_(identity.key_pem()),
          server(platform, {.tls = platform::TlsFiles{certificate_.path(), key_.path()},
                            .requests_per_connection = patience}) {}

private:
    TemporaryFile certificate_, key_;

public:
    platform::Server server;
};

// An authority that nobody knows but who names it.
inline const Identity& root() {
    static const Identity identity = api::certificates::make({.name = "Test Root", .authority = true});
    return identity;
}

// A proxy that opens a tunnel to one port whatever host is asked for, with a thread of its own.
class Tunnel {
public:
    explicit Tunnel(unsigned short to)
        : proxy_(context_, api::loopback::tunnel_to(to, head_)), thread_([this] { context_.run(); }) {}
    ~Tunnel() { end(); }

    // The head of the last request for a tunnel; none is opened any more.
    std::string end() {
        context_.stop();
        if (thread_.joinable())
            thread_.join();
        return head_;
    }

    std::string url() const { return "http://me:s3cret@127.0.0.1:" + std::to_string(proxy_.port()); }

private:
    std::string head_;
    boost::asio::io_context context_;
    api::loopback::Server proxy_;
    std::thread thread_;
};

} // namespace versori::process
