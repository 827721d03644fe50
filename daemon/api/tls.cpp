#include "daemon/api/tls.hpp"

#include "daemon/api/certificate.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <new>

namespace versori::api {
namespace ssl = boost::asio::ssl;
namespace {

using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

// Slots of our own: Asio has taken OpenSSL's usual one.
int problem_slot() {
    static const int slot =
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, [](void*, void* problem, auto...) {
            delete static_cast<CertificateProblem*>(problem);
        });
    return slot;
}

int session_slot() {
    static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return slot;
}

int note_problem(int accepted, X509_STORE_CTX* context) {
    if (accepted)
        return accepted;
    auto* connection = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
    auto* noted = SSL_get_ex_data(static_cast<SSL*>(connection), problem_slot());
    if (noted)
        *static_cast<CertificateProblem*>(noted) = problem_of(context);
    return 0;
}

// What is kept is no connection's own: OpenSSL spoils that when the connection ends without a farewell.
int note_session(SSL* connection, SSL_SESSION* session) {
    auto* last = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), session_slot());
    static_cast<Session*>(last)->reset(SSL_SESSION_dup(session));
    return 0;
}

Failure unreadable(const std::string& ca_file) {
    auto error = ERR_get_error();
    auto* reason = ERR_reason_error_string(error);
    return {errc::tls,
            "platform.ca_file " + ca_file + " could not be read: " + (reason ? reason : "no reason given")};
}

} // namespace

struct Tls::Impl {
    std::string host;
    bool numeric; // the host is an address
    ssl::context context{ssl::context::tls_client};
    Session session{nullptr, &SSL_SESSION_free};
};

Tls::Tls(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Tls::~Tls() = default;

ssl::context& Tls::context() {
    return impl_->context;
}

Result<std::shared_ptr<Tls>> Tls::make(std::string host, const std::string& ca_file) {
    boost::system::error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    auto impl = std::make_unique<Impl>();
    impl->host = std::move(host);
    impl->numeric = !no_address;
    auto* context = impl->context.native_handle();
    ERR_clear_error();
    bool roots = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                 : SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
    if (!roots)
        return unreadable(ca_file.empty() ? "(the system's roots)" : ca_file);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_problem);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_ex_data(context, session_slot(), &impl->session);
    SSL_CTX_sess_set_new_cb(context, note_session);
    return std::shared_ptr<Tls>(new Tls(std::move(impl)));
}

void Tls::prepare(SSL* connection) {
    const auto& host = impl_->host;
    bool set = SSL_set_ex_data(connection, problem_slot(), new CertificateProblem) == 1;
    if (impl_->numeric) {
        set = set && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1;
    } else {
        SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        set = set && SSL_set1_host(connection, host.c_str()) == 1 &&
              SSL_set_tlsext_host_name(connection, host.c_str()) == 1;
    }
    if (!set)
        throw std::bad_alloc();
    if (!impl_->session)
        return;
    Session offered(SSL_SESSION_dup(impl_->session.get()), &SSL_SESSION_free);
    SSL_set_session(connection, offered.get());
}

std::string Tls::explain(SSL* connection, unsigned long error) const {
    auto* problem = static_cast<CertificateProblem*>(SSL_get_ex_data(connection, problem_slot()));
    if (problem && problem->code != X509_V_OK)
        return certificate_sentence(*problem, impl_->host);
    switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
        return impl_->host + " does not speak TLS on this port";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return impl_->host + " offers nothing newer than TLS 1.1";
    default:
        break;
    }
    auto* reason = ERR_reason_error_string(error);
    return "the TLS handshake with " + impl_->host + " failed: " + (reason ? reason : "no reason given");
}

} // namespace versori::api
