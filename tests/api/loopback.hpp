#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace versori::api::loopback {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto result = asio::as_tuple(asio::use_awaitable);

// One connection as a server's script sees it.
struct Peer {
    tcp::socket socket;
    std::string unread = {};
    std::vector<char> sink = std::vector<char>(4096);

    // Head of the next request; empty when the client has closed.
    asio::awaitable<std::string> request() {
        auto [ec, size] =
            co_await asio::async_read_until(socket, asio::dynamic_buffer(unread), "\r\n\r\n", result);
        if (ec)
            co_return "";
        std::string head = unread.substr(0, size);
        unread.erase(0, size);
        co_return head;
    }

    asio::awaitable<void> write(std::string bytes) {
        auto buffer = asio::buffer(bytes);
        co_await asio::async_write(socket, buffer, result);
    }

    // Waits for some bytes; false when the client has closed.
    asio::awaitable<bool> some() {
        auto buffer = asio::buffer(sink);
        auto [ec, size] = co_await socket.async_read_some(buffer, result);
        co_return !ec;
    }

    void reset() {
        socket.set_option(asio::socket_base::linger(true, 0));
        socket.close();
    }
};

using Script = std::function<asio::awaitable<void>(Peer&)>;

// A server on 127.0.0.1 (or another loopback address) that plays the script with every connection and closes
// it then.
class Server {
public:
    Server(asio::io_context& context, Script script, const char* address = "127.0.0.1",
           unsigned short port = 0)
        : state_(std::make_shared<State>(context, std::move(script), address, port)) {
        asio::co_spawn(context, accept(state_), asio::detached);
    }

    unsigned short port() const { return state_->acceptor.local_endpoint().port(); }
    int connections() const { return state_->connections; }

private:
    struct State {
        State(asio::io_context& context, Script s, const char* address, unsigned short port)
            : acceptor(context, tcp::endpoint(asio::ip::make_address(address), port)), script(std::move(s)) {}
        tcp::acceptor acceptor;
        Script script;
        int connections = 0;
    };

    static asio::awaitable<void> accept(std::shared_ptr<State> state) {
        for (;;) {
            auto [ec, socket] = co_await state->acceptor.async_accept(result);
            if (ec)
                co_return;
            ++state->connections;
            asio::co_spawn(state->acceptor.get_executor(), play(state, std::move(socket)), asio::detached);
        }
    }

    static asio::awaitable<void> play(std::shared_ptr<State> state, tcp::socket socket) {
        Peer peer{std::move(socket)};
        co_await state->script(peer);
    }

    std::shared_ptr<State> state_;
};

// A server whose every request has the same answer, on connections that stay open.
inline Script always(std::string answer) {
    return [answer](Peer& peer) -> asio::awaitable<void> {
        for (;;) {
            std::string head = co_await peer.request();
            if (head.empty())
                co_return;
            co_await peer.write(answer);
        }
    };
}

// Reads and says nothing until the client closes.
inline asio::awaitable<void> swallow(Peer& peer) {
    bool open = true;
    while (open)
        open = co_await peer.some();
}

inline asio::awaitable<void> close_at_first_bytes(Peer& peer) {
    co_await peer.some();
}

inline std::string ok(const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

// A listener that takes no more connections: those to come hear nothing.
class FullListener {
public:
    FullListener(asio::io_context& context, const char* address, unsigned short port) : acceptor_(context) {
        tcp::endpoint at(asio::ip::make_address(address), port);
        acceptor_.open(at.protocol());
        acceptor_.bind(at);
        acceptor_.listen(0);
        for (int i = 0; i < 8; ++i) {
            tcp::socket& socket = waiting_.emplace_back(context, at.protocol());
            socket.native_non_blocking(true);
            auto to = acceptor_.local_endpoint();
            ::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size()));
        }
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }

private:
    tcp::acceptor acceptor_;
    std::vector<tcp::socket> waiting_;
};

// Runs the context until the coroutine is done, and returns what it returned.
template <class T>
T run(asio::io_context& context, asio::awaitable<T> work) {
    context.restart();
    std::optional<T> outcome;
    std::exception_ptr error;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, T value) {
        error = thrown;
        outcome.emplace(std::move(value));
    });
    auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!outcome && std::chrono::steady_clock::now() < limit)
        context.run_one_for(std::chrono::seconds(1));
    if (error)
        std::rethrow_exception(error);
    if (!outcome)
        throw std::runtime_error("the coroutine did not end");
    return std::move(*outcome);
}

} // namespace versori::api::loopback
