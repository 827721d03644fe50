#pragma once

#include "daemon/model/error.hpp"

#include <openssl/types.h>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace versori::api {

// TLS to one host: TLS 1.2 or newer, the certificate verified against the roots and against the host's name
// or address, the last session offered again to every new connection.
class Tls {
public:
    // `ca_file` replaces the system's roots; empty means those. Fails with tls when it cannot be read.
    static Result<std::shared_ptr<Tls>> make(std::string host, const std::string& ca_file);

    ~Tls();

    boost::asio::ssl::context& context();

    // Sets name, verification and session on a connection that has not yet shaken hands.
    void prepare(SSL*);

    // The sentence for a handshake that failed with OpenSSL's `error` (ERR_get_error): which certificate has
    // which problem, or what else the two sides did not agree on.
    std::string explain(SSL*, unsigned long error) const;

private:
    struct Impl;
    explicit Tls(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

} // namespace versori::api
