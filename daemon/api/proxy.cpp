#include "daemon/api/proxy.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <openssl/evp.h>

namespace versori::api {
namespace ip = boost::asio::ip;
namespace {

std::string base64(const std::string& text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::optional<ip::address> address_of(std::string_view text) {
    boost::system::error_code ec;
    auto address = ip::make_address(std::string(text), ec);
    if (ec)
        return {};
    return address;
}

bool this_machine(const Endpoint& endpoint) {
    auto address = address_of(endpoint.host);
    if (address)
        return address->is_loopback();
    return endpoint.host == "localhost" || endpoint.host.ends_with(".localhost");
}

bool in_network(std::string_view entry, const ip::address& address) {
    boost::system::error_code ec;
    if (address.is_v4()) {
        auto network = ip::make_network_v4(std::string(entry), ec);
        return !ec && ip::make_network_v4(address.to_v4(), network.prefix_length()).canonical() ==
                          network.canonical();
    }
    auto network = ip::make_network_v6(std::string(entry), ec);
    return !ec &&
           ip::make_network_v6(address.to_v6(), network.prefix_length()).canonical() == network.canonical();
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = char(c + 32);
    return out;
}

// Takes `:port` off the entry; false when it names another port.
bool same_port(std::string_view& entry, const std::string& port) {
    auto colon = entry.rfind(':');
    bool bracket = entry.ends_with(']');
    bool ipv6 = entry.find(':') != colon && entry.find(']') == entry.npos;
    if (colon == entry.npos || bracket || ipv6)
        return true;
    bool same = entry.substr(colon + 1) == port;
    entry = entry.substr(0, colon);
    return same;
}

std::string_view without_brackets(std::string_view entry) {
    if (entry.starts_with('[') && entry.ends_with(']'))
        return entry.substr(1, entry.size() - 2);
    return entry;
}

bool names(std::string_view entry, const Endpoint& endpoint) {
    if (entry == "*")
        return true;
    auto address = address_of(endpoint.host);
    if (address && entry.find('/') != entry.npos)
        return in_network(entry, *address);
    if (!same_port(entry, endpoint.port))
        return false;
    entry = without_brackets(entry);
    if (address)
        return address_of(entry) == address;
    if (entry.starts_with("*."))
        entry.remove_prefix(2);
    if (entry.starts_with('.'))
        entry.remove_prefix(1);
    auto name = lower(entry);
    return !name.empty() && (endpoint.host == name || endpoint.host.ends_with("." + name));
}

const char* first_of(const Environment& environment, const char* lower_case, const char* upper_case) {
    for (const char* name : {lower_case, upper_case})
        if (const char* value = environment(name); value && *value)
            return value;
    return "";
}

Result<std::optional<Proxy>> parse_proxy(std::string text, const char* source) {
    if (text.find("://") == text.npos)
        text = "http://" + text;
    auto at = parse_endpoint(text);
    if (!at || at->tls || !at->path.empty())
        return Failure{errc::proxy,
                       std::string(source) +
                           " is not a proxy's address of the form http://[user:password@]host:port"};
    Proxy proxy{*at};
    auto url = boost::urls::parse_uri(text);
    if (url->has_userinfo())
        proxy.authorization = "Basic " + base64(url->user() + ":" + url->password());
    return std::optional<Proxy>(std::move(proxy));
}

} // namespace

bool no_proxy(std::string_view list, const Endpoint& endpoint) {
    constexpr std::string_view separators = ", \t";
    while (true) {
        auto begin = list.find_first_not_of(separators);
        if (begin == list.npos)
            return false;
        list.remove_prefix(begin);
        auto entry = list.substr(0, list.find_first_of(separators));
        if (names(entry, endpoint))
            return true;
        list.remove_prefix(entry.size());
    }
}

Result<std::optional<Proxy>> choose_proxy(const Endpoint& endpoint, const std::string& configured,
                                          const Environment& environment) {
    if (!configured.empty())
        return parse_proxy(configured, "platform.proxy");
    std::string proxy = first_of(environment, "https_proxy", "HTTPS_PROXY");
    bool direct = proxy.empty() || !endpoint.tls || this_machine(endpoint) ||
                  no_proxy(first_of(environment, "no_proxy", "NO_PROXY"), endpoint);
    if (direct)
        return std::optional<Proxy>{};
    return parse_proxy(proxy, "HTTPS_PROXY");
}

std::string connect_request(const Endpoint& to, const Proxy& proxy, const std::string& user_agent) {
    std::string where = to.authority(true);
    std::string text =
        "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\nUser-Agent: " + user_agent + "\r\n";
    if (!proxy.authorization.empty())
        text += "Proxy-Authorization: " + proxy.authorization + "\r\n";
    return text + "\r\n";
}

} // namespace versori::api
