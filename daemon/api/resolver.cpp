#include "daemon/api/resolver.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

namespace versori::api {
namespace asio = boost::asio;
namespace {

using asio::ip::address;

Failure unresolved(const std::string& host, const std::string& why) {
    return {errc::resolve, host + " could not be resolved: " + why};
}

address address_of(const sockaddr* from) {
    if (from->sa_family == AF_INET6) {
        auto* six = reinterpret_cast<const sockaddr_in6*>(from);
        asio::ip::address_v6::bytes_type bytes;
        std::copy_n(six->sin6_addr.s6_addr, bytes.size(), bytes.begin());
        return asio::ip::address_v6(bytes, six->sin6_scope_id);
    }
    auto* four = reinterpret_cast<const sockaddr_in*>(from);
    return asio::ip::address_v4(ntohl(four->sin_addr.s_addr));
}

// What the waiting coroutine and the thread share. The thread writes `found`, then closes its end of the
// pipe.
struct Shared {
    std::optional<Result<Addresses>> found;
    std::atomic<bool> ready = false;
};

void look_up(const Lookup& lookup, const std::string& host, Shared& shared, int pipe) {
    try {
        shared.found = lookup(host);
    } catch (const std::exception& e) {
        shared.found = unresolved(host, e.what());
    }
    shared.ready = true;
    ::close(pipe);
}

// Begins the lookup; reading what is returned meets its end when it is over. -1 when the system is out
// of descriptors or threads.
int begin(Lookup lookup, std::string host, std::shared_ptr<Shared> shared) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    try {
        std::thread([lookup = std::move(lookup), host = std::move(host), shared, pipe = ends[1]] {
            look_up(lookup, host, *shared, pipe);
        }).detach();
    } catch (const std::system_error&) {
        ::close(ends[0]);
        ::close(ends[1]);
        return -1;
    }
    return ends[0];
}

} // namespace

Result<Addresses> system_lookup(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list))
        return unresolved(host, gai_strerror(error));
    std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
    Addresses found;
    for (auto* at = list; at; at = at->ai_next)
        if (at->ai_family == AF_INET || at->ai_family == AF_INET6)
            found.push_back(address_of(at->ai_addr));
    if (found.empty())
        return unresolved(host, "it has no address");
    return found;
}

asio::awaitable<Result<Addresses>> resolve(Lookup lookup, std::string host,
                                           std::chrono::steady_clock::time_point deadline) {
    boost::system::error_code ec;
    auto literal = asio::ip::make_address(host, ec);
    if (!ec)
        co_return Addresses{literal};

    auto shared = std::make_shared<Shared>();
    int pipe = begin(std::move(lookup), host, shared);
    if (pipe < 0)
        co_return unresolved(host, "the system is out of threads or files");

    auto executor = co_await asio::this_coro::executor;
    auto over = std::make_shared<asio::posix::stream_descriptor>(executor, pipe);
    asio::steady_timer timer(executor, deadline);
    timer.async_wait([over](boost::system::error_code stopped) {
        if (!stopped)
            over->cancel();
    });
    char end;
    auto buffer = asio::buffer(&end, 1);
    co_await over->async_read_some(buffer, asio::as_tuple(asio::use_awaitable));
    timer.cancel();

    if (shared->ready)
        co_return *shared->found;
    auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        co_return Failure{errc::cancelled, "stopped while resolving " + host};
    co_return Failure{errc::timeout, host + " was not resolved within the time limit"};
}

} // namespace versori::api
