#include "daemon/config/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace versori::config {
namespace {

namespace urls = boost::urls;

constexpr std::string_view expected_url =
    "expected a URL such as \"https://platform.versori.com/api/connect/v1\", got ";
constexpr std::string_view expected_proxy = "expected a URL such as \"http://proxy.example:3128\", got ";

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result)
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
    return result;
}

std::uint16_t port_of_scheme(std::string_view scheme) {
    return scheme == "https" ? 443 : 80;
}

bool usable_host(const urls::url_view& url) {
    if (url.host_type() == urls::host_type::ipv6)
        return true;
    std::string host = url.host();
    return !host.empty() && url.host_type() != urls::host_type::ipvfuture &&
           std::all_of(host.begin(), host.end(), [](unsigned char c) {
               return c < 0x80 && (std::isalnum(c) || c == '.' || c == '-' || c == '_');
           });
}

// "https://host:" has none.
bool has_port(const urls::url_view& url) {
    return url.has_port() && !url.port().empty();
}

bool usable_port(const urls::url_view& url) {
    return !has_port(url) || url.port_number() != 0;
}

std::string host_of(const urls::url_view& url) {
    return lower(url.host_type() == urls::host_type::ipv6 ? url.host_address() : url.host());
}

// What both kinds of URL share: the sentence's end, empty when all is well.
std::string fault(const urls::url_view& url) {
    if (!url.has_authority() || !usable_host(url))
        return "one without a usable host";
    if (!usable_port(url))
        return "one with a port outside 1 to 65535";
    if (url.has_query())
        return "one with a query";
    if (url.has_fragment())
        return "one with a fragment";
    return {};
}

// The text in quotes, unless it may hold a password or cannot be shown.
std::string shown(std::string_view text) {
    bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
    if (!plain || text.size() > 200 || text.find('@') != text.npos)
        return "something else";
    return '"' + std::string{text} + '"';
}

std::string bracketed(const std::string& host) {
    return host.find(':') == host.npos ? host : '[' + host + ']';
}

} // namespace

std::string to_string(const Url& url) {
    std::string text = url.scheme + "://" + bracketed(url.host);
    if (url.port != port_of_scheme(url.scheme))
        text += ':' + std::to_string(url.port);
    return text + url.path;
}

bool is_loopback(const Url& url) {
    if (url.host == "localhost" || url.host == "::1" || url.host.ends_with(".localhost"))
        return true;
    auto address = urls::parse_ipv4_address(url.host);
    return address && address->is_loopback();
}

boost::system::result<Url, BadUrl> parse_url(std::string_view text) {
    auto bad = [](std::string got) { return BadUrl{std::string{expected_url} + std::move(got)}; };
    auto parsed = urls::parse_uri(text);
    if (!parsed)
        return bad(shown(text));
    urls::url url{*parsed};
    std::string scheme = lower(url.scheme());
    if (scheme != "http" && scheme != "https")
        return bad("the scheme \"" + scheme + '"');
    if (url.has_userinfo())
        return bad("one with a user name or password");
    if (auto wrong = fault(url); !wrong.empty())
        return bad(wrong);

    url.normalize_path();
    std::string path{url.encoded_path()};
    while (path.ends_with('/'))
        path.pop_back();
    return Url{scheme, host_of(url), has_port(url) ? url.port_number() : port_of_scheme(scheme), path};
}

std::string proxy_error(std::string_view text) {
    auto url = urls::parse_uri(text);
    if (!url)
        return std::string{expected_proxy} + shown(text);
    if (lower(url->scheme()) != "http")
        return std::string{expected_proxy} + "the scheme \"" + lower(url->scheme()) + '"';
    auto wrong = fault(*url);
    if (wrong.empty() && !url->encoded_path().empty() && url->encoded_path() != "/")
        wrong = "one with a path";
    return wrong.empty() ? wrong : std::string{expected_proxy} + wrong;
}

std::string without_password(std::string_view proxy) {
    auto parsed = urls::parse_uri(proxy);
    if (!parsed)
        return {};
    urls::url url{*parsed};
    url.remove_userinfo();
    return std::string{url.buffer()};
}

} // namespace versori::config
