#pragma once

#include "tests/api/certificates.hpp"
#include "tests/api/loopback.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <string>

namespace versori::api::loopback {

namespace ssl = asio::ssl;
using certificates::Identity;

// A server that answers every request over TLS with the same page.
struct TlsServer {
    TlsServer(asio::io_context& io, const Identity& identity, bool close_each = false)
        : context(ssl::context::tls_server),
          server(io, [this, close_each](Peer& peer) { return serve(peer, close_each); }) {
        auto pem = identity.certificate_pem();
        context.use_certificate_chain(asio::buffer(pem));
        pem = identity.key_pem();
        context.use_private_key(asio::buffer(pem), ssl::context::pem);
        static const unsigned char id[] = "test";
        SSL_CTX_set_session_id_context(context.native_handle(), id, sizeof id);
    }

    asio::awaitable<void> serve(Peer& peer, bool close_each) {
        ssl::stream<tcp::socket&> stream(peer.socket, context);
        auto [failed] = co_await stream.async_handshake(ssl::stream_base::server, result);
        if (failed)
            co_return;
        if (SSL_session_reused(stream.native_handle()))
            ++resumed;
        auto* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
        asked_for = name ? name : "";
        std::string unread, answer = ok("secret page");
        for (;;) {
            auto [ec, size] =
                co_await asio::async_read_until(stream, asio::dynamic_buffer(unread), "\r\n\r\n", result);
            if (ec)
                co_return;
            unread.erase(0, size);
            auto buffer = asio::buffer(answer);
            co_await asio::async_write(stream, buffer, result);
            if (close_each)
                co_return;
        }
    }

    ssl::context context;
    int resumed = 0;
    std::string asked_for;
    Server server;
};

} // namespace versori::api::loopback
