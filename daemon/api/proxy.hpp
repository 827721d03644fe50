#pragma once

#include "daemon/api/endpoint.hpp"
#include "daemon/model/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace versori::api {

// An HTTP proxy.
struct Proxy {
    Endpoint at;
    std::string authorization = {}; // the value of Proxy-Authorization, empty when it wants none; secret
};

// Reads an environment variable; null when it is not set (std::getenv).
using Environment = std::function<const char*(const char* name)>;

// The proxy to the endpoint, if any.
//   - `configured` (platform.proxy) is used whatever the environment says;
//   - otherwise, for an https endpoint, HTTPS_PROXY or https_proxy (the lower-case one first, as curl does),
//   unless
//     NO_PROXY or no_proxy names the endpoint, or the endpoint is this machine (localhost, a loopback
//     address).
// A proxy is `http://[user:password@]host[:port]`, scheme optional, port 80 by default. Fails with proxy for
// any other, without showing it, since it may hold a password.
Result<std::optional<Proxy>> choose_proxy(const Endpoint&, const std::string& configured, const Environment&);

// Whether NO_PROXY's `list` names the endpoint. Entries are separated by commas or blanks: `*`; a host, which
// also stands for those below it (a leading dot or `*.` changes nothing); an address; a network (10.0.0.0/8,
// fd00::/8); each with `:port` if it is meant for one port only.
bool no_proxy(std::string_view list, const Endpoint&);

// The head of the request that asks a proxy for a tunnel.
std::string connect_request(const Endpoint& to, const Proxy&, const std::string& user_agent);

} // namespace versori::api
