#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <system_error>

namespace versori {

// What is expected to go wrong. Each value has one sentence (`message`); a `Failure` adds the particulars.
enum class errc {
    cancelled = 1,   // the daemon is stopping
    timeout,         // a wait reached its time limit
    resolve,         // the host name has no address
    connect,         // no address accepted a connection
    tls,             // the handshake or the certificate failed
    proxy,           // the proxy refused or failed
    connection_lost, // reset, or closed in the middle of an answer
    bad_http,        // the answer is not HTTP
    too_large,       // the answer exceeds max_page_bytes
    bad_status,      // an answered status that is neither success nor one of the three below
    denied,          // 401 or 403
    not_found,       // 404
    gone,            // 410
    foreign_origin,  // a URL of another origin, which never gets the token
    bad_page,        // not JSON, or not the documented page
    no_token,        // the token could not be read
};

const std::error_category& error_category() noexcept;
std::error_code make_error_code(errc) noexcept;

// An expected failure: its kind, and one sentence for a person that says what happened and where. Never holds
// a token or a body.
struct Failure {
    errc code;
    std::string message;
};

template <class T>
using Result = boost::system::result<T, Failure>;

} // namespace versori

template <>
struct std::is_error_code_enum<versori::errc> : std::true_type {};
