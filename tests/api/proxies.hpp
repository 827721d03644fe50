#pragma once

#include "tests/api/certificates.hpp"
#include "tests/api/loopback.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <csignal>

namespace versori::api::loopback {

inline asio::awaitable<void> pump(tcp::socket& from, tcp::socket& to) {
    std::vector<char> piece(16 * 1024);
    for (;;) {
        auto space = asio::buffer(piece);
        auto [ec, size] = co_await from.async_read_some(space, result);
        if (ec)
            break;
        auto data = asio::buffer(piece, size);
        co_await asio::async_write(to, data, result);
    }
    boost::system::error_code ignored;
    to.shutdown(tcp::socket::shutdown_both, ignored);
}

// Opens a tunnel to `port` on this machine, whatever host was asked for.
inline Script tunnel_to(unsigned short port, std::string& head) {
    return [port, &head](Peer& peer) -> asio::awaitable<void> {
        head = co_await peer.request();
        auto executor = peer.socket.get_executor();
        tcp::socket to(executor);
        tcp::endpoint at(asio::ip::address_v4::loopback(), port);
        co_await to.async_connect(at, result);
        co_await peer.write("HTTP/1.1 200 Connection established\r\n\r\n");
        using namespace asio::experimental::awaitable_operators;
        co_await (pump(to, peer.socket) || pump(peer.socket, to));
    };
}

// Debian's tinyproxy, as long as the object lives; not running where it is not installed.
class Tinyproxy {
public:
    explicit Tinyproxy(unsigned short port)
        : configuration_("Port " + std::to_string(port) +
                         "\nListen 127.0.0.1\nBasicAuth me s3cret\nTimeout 20\n") {
        std::string path = configuration_.path();
        std::string name = "tinyproxy", in_front = "-d", file = "-c";
        char* arguments[] = {name.data(), in_front.data(), file.data(), path.data(), nullptr};
        posix_spawn_file_actions_t quiet;
        posix_spawn_file_actions_init(&quiet);
        posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
        posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", 1, 0);
        if (::posix_spawnp(&process_, name.c_str(), &quiet, nullptr, arguments, environ) != 0)
            process_ = 0;
        posix_spawn_file_actions_destroy(&quiet);
    }

    ~Tinyproxy() {
        if (!process_)
            return;
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }

    bool installed() const { return process_ != 0; }

private:
    certificates::TemporaryFile configuration_;
    pid_t process_ = 0;
};

inline unsigned short free_port() {
    asio::io_context context;
    return tcp::acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)).local_endpoint().port();
}

// Whether something comes to listen there within five seconds.
inline bool accepts(unsigned short port) {
    asio::io_context context;
    tcp::socket socket(context);
    auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    boost::system::error_code ec;
    do {
        socket.close(ec);
        socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port), ec);
    } while (ec && std::chrono::steady_clock::now() < limit);
    return !ec;
}

} // namespace versori::api::loopback
