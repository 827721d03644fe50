#pragma once

#include "daemon/model/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace versori::config {

// The parts of platform.url.
struct Url {
    std::string scheme; // "http" or "https"
    std::string host;   // lower case; an IPv6 address stands without its brackets
    std::uint16_t port = 0;
    std::string
        path; // the prefix of every request, percent-encoded, without a slash at its end; may be empty

    bool tls() const { return scheme == "https"; }
    bool operator==(const Url&) const = default;
};

// The URL as text; the port only where it is not the scheme's own.
std::string to_string(const Url& url);

// Whether the host is this machine by name or by address (localhost, 127.0.0.0/8, ::1).
bool is_loopback(const Url& url);

// Why a URL will not do: "expected …, got …", never repeating what may be a password.
struct BadUrl {
    std::string message;
};

// http or https, without user information, query and fragment.
boost::system::result<Url, BadUrl> parse_url(std::string_view text);

// The error of a value for platform.proxy (http://[user:password@]host:port), empty when it is one.
std::string proxy_error(std::string_view text);

// The proxy's URL without user name and password, for people to read.
std::string without_password(std::string_view proxy);

} // namespace versori::config
