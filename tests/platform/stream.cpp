#include "tests/platform/stream.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <array>

namespace versori::platform {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

template <class Socket>
class StreamOf : public Stream {
public:
    template <class... Args>
    explicit StreamOf(Args&&... args) : socket_(std::forward<Args>(args)...) {
        boost::system::error_code ignored;
        tcp_socket().set_option(tcp::no_delay(true), ignored);
    }

    asio::awaitable<bool> start() override {
        if constexpr (is_tls) {
            auto [error] = co_await socket_.async_handshake(asio::ssl::stream_base::server, quietly);
            co_return !error;
        }
        co_return true;
    }

    bool resumed() override {
        if constexpr (is_tls)
            return SSL_session_reused(socket_.native_handle()) == 1;
        return false;
    }

    asio::awaitable<std::string_view> read() override {
        auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer_), quietly);
        co_return error ? std::string_view() : std::string_view(buffer_.data(), size);
    }

    asio::awaitable<bool> write(std::string_view bytes) override {
        auto [error, size] =
            co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()), quietly);
        co_return !error;
    }

    asio::awaitable<void> finish() override {
        if constexpr (is_tls)
            co_await socket_.async_shutdown(quietly);
        boost::system::error_code ignored;
        tcp_socket().shutdown(tcp::socket::shutdown_send, ignored);
        tcp_socket().close(ignored);
    }

    void reset() override {
        boost::system::error_code ignored;
        tcp_socket().set_option(asio::socket_base::linger(true, 0), ignored);
        tcp_socket().close(ignored);
    }

private:
    static constexpr bool is_tls = !std::is_same_v<Socket, tcp::socket>;

    tcp::socket& tcp_socket() {
        if constexpr (is_tls)
            return socket_.next_layer();
        else
            return socket_;
    }

    Socket socket_;
    std::array<char, 16384> buffer_;
};

} // namespace

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
    return std::make_unique<StreamOf<tcp::socket>>(std::move(socket));
}

std::unique_ptr<Stream> tls_stream(tcp::socket socket, asio::ssl::context& context) {
    return std::make_unique<StreamOf<asio::ssl::stream<tcp::socket>>>(std::move(socket), context);
}

} // namespace versori::platform
