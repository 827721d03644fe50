#pragma once

#include "daemon/api/resolver.hpp"
#include "daemon/model/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace versori::api {

class Tls;

using Deadline = std::chrono::steady_clock::time_point;

// A byte stream to a server. Every wait ends at its deadline (errc::timeout) or when the awaiting coroutine
// is cancelled (errc::cancelled); both leave the connection unusable, as does any other failure. REQUIRES:
// the awaiting coroutine has throw_if_cancelled(false).
class Connection {
public:
    explicit Connection(boost::asio::any_io_executor);
    ~Connection();

    // Tries the addresses in turn; a silent one costs its share of the time that is left. Fails with connect,
    // or timeout when none so much as refused. `where` names the server in messages.
    boost::asio::awaitable<std::optional<Failure>> connect(const Addresses&, std::uint16_t port,
                                                           std::string where, Deadline);

    // Whom messages name from here on, where a tunnel now leads to someone else.
    void rename(std::string where);

    // All that is written and read from here on is encrypted. Fails with tls for a certificate or a protocol
    // that is not accepted, with connection_lost when the server went away.
    boost::asio::awaitable<std::optional<Failure>> handshake(std::shared_ptr<Tls>, Deadline);

    // Fails with connection_lost.
    boost::asio::awaitable<std::optional<Failure>> write(std::string_view bytes, Deadline);

    // At least one byte, or 0 when the server has closed. Fails with connection_lost.
    boost::asio::awaitable<Result<std::size_t>> read(char* to, std::size_t size, Deadline);

    // An idle connection on which something has arrived, its end most likely, is of no use.
    bool quiet() const;

    // The one that `connect` reached.
    const boost::asio::ip::address& address() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace versori::api
