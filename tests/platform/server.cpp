#include "tests/platform/server.hpp"

#include "tests/platform/control.hpp"
#include "tests/platform/http.hpp"
#include "tests/platform/stream.hpp"
#include "tests/platform/wire.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include <atomic>
#include <thread>

namespace versori::platform {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t largest_head = 64 * 1024;

tcp::acceptor listen(asio::io_context& context, std::uint16_t port) {
    try {
        return {context, tcp::endpoint(asio::ip::address_v4::loopback(), port)};
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error("port " + std::to_string(port) + " on 127.0.0.1 cannot be opened (" +
                                 failure.code().message() + "); port 0 takes a free one");
    }
}

void load(asio::ssl::context& context, const TlsFiles& files) {
    try {
        context.use_certificate_chain_file(files.certificate);
        context.use_private_key_file(files.key, asio::ssl::context::pem);
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error("the certificate " + files.certificate + " with the key " + files.key +
                                 " cannot be used (" + failure.code().message() + ")");
    }
}

Answer not_http() {
    Answer answer = error_answer(400, "bad_request", "this is not an HTTP/1.1 request");
    answer.headers.emplace_back("Connection", "close");
    return answer;
}

} // namespace

struct Server::Impl {
    Impl(Server& owner, ServerOptions options)
        : server(owner), options(std::move(options)), acceptor(listen(context, this->options.port)) {
        if (this->options.control_port)
            control_acceptor.emplace(listen(context, *this->options.control_port));
        if (this->options.tls)
            load(tls, *this->options.tls);
    }

    using Handler = Answer (*)(Platform&, const Ask&);

    // Reads up to and with the empty line; what follows it stays in `buffer`.
    static asio::awaitable<std::optional<std::string>> read_head(Stream& stream, std::string& buffer) {
        for (;;) {
            auto end = buffer.find("\r\n\r\n");
            if (end != buffer.npos) {
                std::string head = buffer.substr(0, end + 4);
                buffer.erase(0, end + 4);
                co_return head;
            }
            std::string_view more;
            if (buffer.size() < largest_head)
                more = co_await stream.read();
            if (more.empty())
                co_return std::nullopt;
            buffer += more;
        }
    }

    static asio::awaitable<bool> skip_body(Stream& stream, std::string& buffer, std::size_t size) {
        while (buffer.size() < size) {
            std::string_view more = co_await stream.read();
            if (more.empty())
                co_return false;
            buffer += more;
        }
        buffer.erase(0, size);
        co_return true;
    }

    asio::awaitable<bool> exchange(Stream& stream, const RequestHead& head, Handler handler, bool last) {
        Ask ask{head.method, head.target, head.header("authorization"), head.header("host"),
                options.tls.has_value()};
        Answer answer = server.with([&](Platform& platform) { return answered(platform, ask, handler); });
        if (handler == answer_platform)
            answer.delay += options.latency;
        Sending how{options.gzip && accepts_gzip(head), head.keep_alive && !last};
        co_return co_await send(stream, std::move(answer), how);
    }

    asio::awaitable<void> serve(std::unique_ptr<Stream> stream, Handler handler) {
        std::string buffer;
        bool open = co_await stream->start();
        resumptions += stream->resumed();
        for (std::size_t served = 1; open; ++served) {
            std::optional<std::string> text = co_await read_head(*stream, buffer);
            if (!text)
                break;
            std::optional<RequestHead> head = parse_head(*text);
            if (!head) {
                co_await send(*stream, not_http(), {});
                break;
            }
            open = co_await skip_body(*stream, buffer, head->body_size);
            bool last = served == options.requests_per_connection;
            if (open)
                open = co_await exchange(*stream, *head, handler, last);
        }
        co_await stream->finish();
    }

    // A world that a test left in pieces shows as a 500 and does not end the server.
    static Answer answered(Platform& platform, const Ask& ask, Handler handler) {
        try {
            return handler(platform, ask);
        } catch (const std::exception& broken) {
            return error_answer(500, "internal", broken.what());
        }
    }

    static Answer answer_platform(Platform& platform, const Ask& ask) { return platform.answer(ask); }

    asio::awaitable<void> accept_platform() {
        for (;;) {
            tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
            ++connections;
            auto stream = options.tls ? tls_stream(std::move(socket), tls) : plain_stream(std::move(socket));
            asio::co_spawn(context, serve(std::move(stream), answer_platform), asio::detached);
        }
    }

    asio::awaitable<void> accept_control() {
        for (;;) {
            tcp::socket socket = co_await control_acceptor->async_accept(asio::use_awaitable);
            asio::co_spawn(context, serve(plain_stream(std::move(socket)), control), asio::detached);
        }
    }

    void start() {
        port = acceptor.local_endpoint().port();
        if (control_acceptor)
            control_port = control_acceptor->local_endpoint().port();
        asio::co_spawn(context, accept_platform(), asio::detached);
        if (control_acceptor)
            asio::co_spawn(context, accept_control(), asio::detached);
        thread = std::thread([this] { context.run(); });
    }

    Server& server;
    ServerOptions options;
    asio::ssl::context tls{asio::ssl::context::tls_server};
    asio::io_context context{1};
    tcp::acceptor acceptor;
    std::optional<tcp::acceptor> control_acceptor;
    std::uint16_t port = 0;
    std::uint16_t control_port = 0;
    std::atomic<std::uint64_t> connections = 0, resumptions = 0;
    std::thread thread;
};

Server::Server(Platform& platform, ServerOptions options)
    : platform_(platform), impl_(std::make_unique<Impl>(*this, std::move(options))) {
    impl_->start();
}

Server::~Server() {
    impl_->context.stop();
    impl_->thread.join();
}

std::uint16_t Server::port() const {
    return impl_->port;
}

std::uint16_t Server::control_port() const {
    return impl_->control_port;
}

std::string Server::origin() const {
    return (impl_->options.tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}

std::string Server::url() const {
    return origin() + platform_.base_path;
}

std::string Server::control_url() const {
    return "http://127.0.0.1:" + std::to_string(control_port());
}

std::uint64_t Server::connections() const {
    return impl_->connections;
}

std::uint64_t Server::resumptions() const {
    return impl_->resumptions;
}

} // namespace versori::platform
