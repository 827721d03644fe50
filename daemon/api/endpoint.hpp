#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace versori::api {

// Where the platform is: `platform.url` in its parts.
struct Endpoint {
    bool tls = true;
    std::string host; // lower case, without the brackets of an IPv6 address
    std::string port; // always a number, also where the URL left it out
    std::string path; // the prefix of every target: percent-encoded, without a '/' at the end, often empty

    // `host` or `host:port` as it stands in a Host header; `with_port` writes the scheme's own port too.
    std::string authority(bool with_port = false) const;

    // `https://host` or `https://host:port`, for messages.
    std::string origin() const;

    bool same_origin(const Endpoint&) const;
};

// An absolute http or https URL with a host. A user, a query and a fragment are left out of what it returns.
// Nothing when it is no such URL.
std::optional<Endpoint> parse_endpoint(std::string_view url);

} // namespace versori::api
