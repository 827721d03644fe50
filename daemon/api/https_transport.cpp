#include "daemon/api/https_transport.hpp"

#include "daemon/api/answer.hpp"
#include "daemon/api/connection.hpp"
#include "daemon/api/tls.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <vector>

namespace versori::api {
namespace asio = boost::asio;
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ConnectionPtr = std::unique_ptr<Connection>;

constexpr std::size_t idle_limit = 8;
constexpr std::size_t read_size = 64 * 1024;

bool printable(std::string_view header) {
    return std::all_of(header.begin(), header.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

model::Secret request_text(const Request& request, const Endpoint& endpoint,
                           const std::optional<Proxy>& proxy) {
    bool absolute = proxy && !endpoint.tls;
    std::string text = "GET " + (absolute ? endpoint.origin() : "") + request.target + " HTTP/1.1\r\n";
    text += "Host: " + endpoint.authority() + "\r\nUser-Agent: " + user_agent() + "\r\n";
    text += "Accept: application/json\r\nAccept-Encoding: gzip\r\n";
    if (absolute && !proxy->authorization.empty())
        text += "Proxy-Authorization: " + proxy->authorization + "\r\n";
    auto authorization = request.authorization.value();
    if (authorization.empty())
        return model::Secret({text, "\r\n"});
    return model::Secret({text, "Authorization: ", authorization, "\r\n\r\n"});
}

Failure refused_by(const std::string& proxy, const std::string& to, unsigned status) {
    std::string answered = " (it answered " + std::to_string(status) + ")";
    if (status == 407 || status == 401)
        return {errc::proxy, proxy + " does not accept the credentials given for it" + answered};
    if (status == 502 || status == 503 || status == 504)
        return {errc::connect, proxy + " could not reach " + to + answered};
    return {errc::proxy, proxy + " refused a connection to " + to + answered};
}

Failure no_tunnel(const std::string& proxy, const Failure& why) {
    if (why.code == errc::bad_http)
        return {errc::proxy, proxy + " does not answer like an HTTP proxy"};
    if (why.code == errc::connection_lost)
        return {why.code, proxy + " closed the connection and opened no tunnel"};
    return why;
}

} // namespace

struct HttpsTransport::Impl {
    asio::any_io_executor executor;
    Options options;
    std::shared_ptr<Tls> tls;                  // made with the first connection
    std::vector<ConnectionPtr> idle;           // the one used last at the end
    std::optional<asio::ip::address> answered; // the address that served last, tried first
    std::optional<asio::ip::address> broken;   // the one that took a connection and was mute, tried last

    asio::awaitable<Result<Response>> send(Request request);
    asio::awaitable<Result<ConnectionPtr>> open(Deadline deadline);
    asio::awaitable<std::optional<Failure>> tunnel(Connection& connection, Deadline deadline);
    asio::awaitable<std::optional<Failure>> ask(Connection& connection, std::string_view text,
                                                Deadline deadline, Answer& answer);
    std::string peer() const;
    asio::awaitable<Result<Response>> exchange(ConnectionPtr& connection, std::string_view text,
                                               Deadline deadline, bool& begun);
    ConnectionPtr take_idle();
    void keep(ConnectionPtr connection);
    void order(Addresses& addresses) const;
};

ConnectionPtr HttpsTransport::Impl::take_idle() {
    while (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        if (connection->quiet())
            return connection;
    }
    return nullptr;
}

void HttpsTransport::Impl::keep(ConnectionPtr connection) {
    idle.push_back(std::move(connection));
    if (idle.size() > idle_limit)
        idle.erase(idle.begin());
}

void HttpsTransport::Impl::order(Addresses& addresses) const {
    std::stable_sort(addresses.begin(), addresses.end(), [this](const auto& a, const auto& b) {
        auto rank = [this](const auto& address) {
            return address == broken ? 2 : address == answered ? 0 : 1;
        };
        return rank(a) < rank(b);
    });
}

asio::awaitable<Result<ConnectionPtr>> HttpsTransport::Impl::open(Deadline deadline) {
    const auto& to = options.endpoint;
    if (to.tls && !tls) {
        auto made = Tls::make(to.host, options.ca_file);
        if (!made)
            co_return made.error();
        tls = *made;
    }
    const auto& first = options.proxy ? options.proxy->at : to;
    auto addresses = co_await resolve(options.lookup, first.host, deadline);
    if (!addresses)
        co_return addresses.error();
    order(*addresses);
    auto connection = std::make_unique<Connection>(executor);
    auto port = static_cast<std::uint16_t>(std::stoul(first.port));
    auto where = peer();
    auto failed = co_await connection->connect(*addresses, port, where, deadline);
    if (!failed && to.tls && options.proxy)
        failed = co_await tunnel(*connection, deadline);
    if (!failed && to.tls)
        failed = co_await connection->handshake(tls, deadline);
    if (failed)
        co_return *failed;
    co_return std::move(connection);
}

std::string HttpsTransport::Impl::peer() const {
    if (options.proxy)
        return "the proxy " + options.proxy->at.authority(true);
    return options.endpoint.authority(true);
}

asio::awaitable<std::optional<Failure>> HttpsTransport::Impl::tunnel(Connection& connection,
                                                                     Deadline deadline) {
    Answer answer(0, Answer::To::connect);
    auto text = connect_request(options.endpoint, *options.proxy, user_agent());
    auto failed = co_await ask(connection, text, deadline, answer);
    if (failed)
        co_return no_tunnel(peer(), *failed);
    auto to = options.endpoint.authority(true);
    unsigned status = std::move(answer).response().status;
    if (status / 100 != 2)
        co_return refused_by(peer(), to, status);
    connection.rename(to + " through " + peer());
    co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>>
HttpsTransport::Impl::ask(Connection& connection, std::string_view text, Deadline deadline, Answer& answer) {
    auto failed = co_await connection.write(text, deadline);
    if (failed)
        co_return failed;
    auto buffer = std::make_unique_for_overwrite<char[]>(read_size);
    while (!answer.done()) {
        auto count = co_await connection.read(buffer.get(), read_size, deadline);
        if (!count)
            co_return count.error();
        auto taken = *count ? answer.take({buffer.get(), *count}) : answer.closed();
        if (!taken)
            co_return taken.error();
    }
    co_return std::nullopt;
}

asio::awaitable<Result<Response>> HttpsTransport::Impl::exchange(ConnectionPtr& connection,
                                                                 std::string_view text, Deadline deadline,
                                                                 bool& begun) {
    Answer answer(options.max_page_bytes);
    auto failed = co_await ask(*connection, text, deadline, answer);
    begun = answer.begun();
    if (failed)
        co_return *failed;
    answered = connection->address();
    if (broken == answered)
        broken.reset();
    if (answer.keep_alive())
        keep(std::move(connection));
    auto response = std::move(answer).response();
    if (options.proxy && response.status == 407)
        co_return refused_by(peer(), options.endpoint.authority(true), response.status);
    co_return response;
}

asio::awaitable<Result<Response>> HttpsTransport::Impl::send(Request request) {
    auto start = steady_clock::now();
    auto end = request.time_limit ? start + *request.time_limit : Deadline::max();
    auto until = [end](milliseconds limit) { return std::min(steady_clock::now() + limit, end); };
    auto text = request_text(request, options.endpoint, options.proxy);

    bool begun = false;
    if (auto connection = take_idle()) {
        auto response = co_await exchange(connection, text.value(), until(options.request_timeout), begun);
        if (response || begun || response.error().code != errc::connection_lost)
            co_return response;
    }
    auto opened = co_await open(until(options.connect_timeout));
    if (!opened)
        co_return opened.error();
    auto address = (*opened)->address();
    auto response = co_await exchange(*opened, text.value(), until(options.request_timeout), begun);
    if (!response && !begun && response.error().code != errc::cancelled)
        broken = address;
    co_return response;
}

HttpsTransport::HttpsTransport(asio::any_io_executor executor, Options options)
    : impl_(std::make_unique<Impl>()) {
    impl_->executor = std::move(executor);
    impl_->options = std::move(options);
}

HttpsTransport::~HttpsTransport() = default;

asio::awaitable<Result<Response>> HttpsTransport::send(Request request) {
    if (!printable(request.authorization.value()) || !printable(request.target))
        co_return Failure{errc::no_token, "the token or the target holds a control character"};
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        co_return Failure{errc::cancelled,
                          "stopped before " + impl_->options.endpoint.authority(true) + " was asked"};
    bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    auto response = co_await impl_->send(std::move(request));
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return response;
}

std::string user_agent() {
    return "versori-mirror/" VERSORI_MIRROR_VERSION;
}

} // namespace versori::api
