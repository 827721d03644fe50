#pragma once

#include "tests/platform/platform.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace versori::platform {

// PEM files. A chain in `certificate` is sent as it stands.
struct TlsFiles {
    std::string certificate;
    std::string key;
};

struct ServerOptions {
    std::uint16_t port = 0; // 0: any free one
    std::optional<std::uint16_t> control_port = {};
    std::optional<TlsFiles> tls = {};
    bool gzip = true; // compresses when the client accepts it
    std::chrono::milliseconds latency{0};
    std::size_t requests_per_connection = 0; // closes after so many; 0: never
};

// A platform on loopback, served by a thread of its own until the object goes. Throws std::system_error when
// a port is taken. The control endpoint (see control.hpp) speaks plain HTTP even beside TLS.
class Server {
public:
    explicit Server(Platform&, ServerOptions = {});
    ~Server();

    std::uint16_t port() const;
    std::uint16_t control_port() const; // REQUIRES: options.control_port
    std::string origin() const;         // http://127.0.0.1:PORT
    std::string url() const;            // with the base path: what goes into platform.url
    std::string control_url() const;

    // How many connections clients have made to the platform so far.
    std::uint64_t connections() const;

    // How many of them went on with a TLS session of before.
    std::uint64_t resumptions() const;

    // Calls `body(platform)` while no request is being answered: the only way to touch the platform or its
    // world from another thread.
    template <class Body>
    auto with(Body body) {
        std::lock_guard lock(mutex_);
        return body(platform_);
    }

private:
    struct Impl;

    Platform& platform_;
    std::mutex mutex_;
    std::unique_ptr<Impl> impl_;
};

} // namespace versori::platform
