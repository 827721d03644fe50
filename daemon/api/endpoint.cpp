#include "daemon/api/endpoint.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace versori::api {
namespace urls = boost::urls;
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : char(c); });
    return text;
}

std::string_view usual_port(bool tls) {
    return tls ? "443" : "80";
}

std::string without_slashes_at_end(std::string path) {
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    return path;
}

} // namespace

std::string Endpoint::authority(bool with_port) const {
    std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
    if (with_port || port != usual_port(tls))
        text += ":" + port;
    return text;
}

std::string Endpoint::origin() const {
    return (tls ? "https://" : "http://") + authority();
}

bool Endpoint::same_origin(const Endpoint& other) const {
    return tls == other.tls && host == other.host && port == other.port;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    auto url = urls::parse_uri(text);
    if (!url)
        return {};
    std::string scheme = lower(std::string(url->scheme()));
    if (scheme != "http" && scheme != "https")
        return {};

    Endpoint at;
    at.tls = scheme == "https";
    at.host = lower(url->host_address());
    at.port = url->port().empty() ? std::string(usual_port(at.tls)) : std::string(url->port());
    at.path = without_slashes_at_end(std::string(url->encoded_path()));
    bool numbered = url->port().empty() || url->port_number() != 0;
    bool rooted =
        url->encoded_path().empty() || url->encoded_path().front() == '/'; // Boost 1.81 takes host:80x
    if (at.host.empty() || !numbered || !rooted)
        return {};
    if (!url->port().empty())
        at.port = std::to_string(url->port_number());
    return at;
}

} // namespace versori::api
