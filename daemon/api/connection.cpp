#include "daemon/api/connection.hpp"

#include "daemon/api/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <tuple>

namespace versori::api {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto result = asio::as_tuple(asio::use_awaitable);

asio::awaitable<bool> cancelled() {
    auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

Failure stopped(const std::string& where) {
    return {errc::cancelled, "stopped while waiting for " + where};
}

// A stream that ended without TLS's farewell, in OpenSSL's words or Asio's.
bool cut_short(error_code ec) {
    return ec == asio::error::eof || ec == asio::ssl::error::stream_truncated ||
           (ec.category() == asio::error::get_ssl_category() &&
            ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_UNEXPECTED_EOF_WHILE_READING);
}

// A peer that is gone without a word (a NAT that forgot, a host that fell) is noticed while the connection is
// idle.
void probe_when_idle(tcp::socket& socket) {
    int on = 1, idle_seconds = 30, interval_seconds = 10, probes = 3;
    int fd = socket.native_handle();
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
    ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Deadline share(Deadline whole, std::size_t parts) {
    auto now = std::chrono::steady_clock::now();
    return now + std::max(whole - now, Deadline::duration::zero()) / std::max<std::size_t>(parts, 1);
}

} // namespace

struct Connection::Impl {
    explicit Impl(asio::any_io_executor executor) : tcp_stream(executor) {}

    beast::tcp_stream tcp_stream;
    std::shared_ptr<Tls> tls;
    std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_stream; // once there was a handshake
    std::string where;
    asio::ip::address address;

    // What ended an operation, unless that was the coroutine's cancellation.
    Failure failure_of(error_code ec);
};

Failure Connection::Impl::failure_of(error_code ec) {
    if (ec == beast::error::timeout)
        return {errc::timeout, where + " did not answer within the time limit"};
    if (cut_short(ec))
        return {errc::connection_lost, where + " closed the connection"};
    if (ec.category() == asio::error::get_ssl_category() && tls_stream)
        return {errc::tls, tls->explain(tls_stream->native_handle(), static_cast<unsigned long>(ec.value()))};
    return {errc::connection_lost, "the connection to " + where + " was lost: " + ec.message()};
}

Connection::Connection(asio::any_io_executor executor) : impl_(std::make_unique<Impl>(executor)) {}

Connection::~Connection() = default;

asio::awaitable<std::optional<Failure>> Connection::connect(const Addresses& addresses, std::uint16_t port,
                                                            std::string where, Deadline deadline) {
    auto& stream = impl_->tcp_stream;
    impl_->where = where;
    std::string attempts;
    bool all_silent = true;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (co_await cancelled())
            co_return stopped(where);
        stream.expires_at(share(deadline, addresses.size() - i));
        tcp::endpoint to(addresses[i], port);
        auto [ec] = co_await stream.async_connect(to, result);
        if (!ec) {
            impl_->address = addresses[i];
            probe_when_idle(stream.socket());
            co_return std::nullopt;
        }
        bool silent = ec == beast::error::timeout;
        all_silent = all_silent && silent;
        attempts += (i ? "; " : "") + addresses[i].to_string() + ": " + (silent ? "no answer" : ec.message());
        error_code ignored;
        stream.socket().close(ignored);
    }
    if (co_await cancelled())
        co_return stopped(where);
    co_return Failure{all_silent ? errc::timeout : errc::connect,
                      "no connection to " + where + " (" + attempts + ")"};
}

void Connection::rename(std::string where) {
    impl_->where = std::move(where);
}

asio::awaitable<std::optional<Failure>> Connection::handshake(std::shared_ptr<Tls> tls, Deadline deadline) {
    if (co_await cancelled())
        co_return stopped(impl_->where);
    impl_->tls = std::move(tls);
    auto& stream = impl_->tls_stream.emplace(impl_->tcp_stream, impl_->tls->context());
    impl_->tls->prepare(stream.native_handle());
    impl_->tcp_stream.expires_at(deadline);
    auto [ec] = co_await stream.async_handshake(asio::ssl::stream_base::client, result);
    if (!ec)
        co_return std::nullopt;
    if (co_await cancelled())
        co_return stopped(impl_->where);
    co_return impl_->failure_of(ec);
}

asio::awaitable<std::optional<Failure>> Connection::write(std::string_view bytes, Deadline deadline) {
    if (co_await cancelled())
        co_return stopped(impl_->where);
    impl_->tcp_stream.expires_at(deadline);
    auto buffer = asio::buffer(bytes.data(), bytes.size());
    error_code ec;
    if (impl_->tls_stream) {
        std::tie(ec, std::ignore) = co_await asio::async_write(*impl_->tls_stream, buffer, result);
    } else {
        std::tie(ec, std::ignore) = co_await asio::async_write(impl_->tcp_stream, buffer, result);
    }
    if (!ec)
        co_return std::nullopt;
    if (co_await cancelled())
        co_return stopped(impl_->where);
    co_return impl_->failure_of(ec);
}

asio::awaitable<Result<std::size_t>> Connection::read(char* to, std::size_t size, Deadline deadline) {
    if (co_await cancelled())
        co_return stopped(impl_->where);
    impl_->tcp_stream.expires_at(deadline);
    auto buffer = asio::buffer(to, size);
    error_code ec;
    std::size_t count = 0;
    if (impl_->tls_stream) {
        std::tie(ec, count) = co_await impl_->tls_stream->async_read_some(buffer, result);
    } else {
        std::tie(ec, count) = co_await impl_->tcp_stream.async_read_some(buffer, result);
    }
    if (!ec)
        co_return count;
    if (co_await cancelled())
        co_return stopped(impl_->where);
    if (ec == asio::error::eof)
        co_return std::size_t{0};
    co_return impl_->failure_of(ec);
}

bool Connection::quiet() const {
    char byte;
    auto seen = ::recv(impl_->tcp_stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

const asio::ip::address& Connection::address() const {
    return impl_->address;
}

} // namespace versori::api
