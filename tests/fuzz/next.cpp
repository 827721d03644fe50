// A page's `next`: the token goes to no other origin, and a cursor stays in its place in the target.
#include "daemon/api/requests.hpp"
#include "tests/fuzz/expect.hpp"

#include <algorithm>
#include <cctype>

using namespace versori;
using fuzz::expect;

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return out;
}

int hex(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) ? c - '0' : std::tolower(c) - 'a' + 10;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool encoded = text[i] == '%' && i + 2 < text.size();
        out += encoded ? char(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
        i += encoded ? 2 : 0;
    }
    return out;
}

// Where a browser would go: scheme and authority, read in the plainest way.
std::string origin_of(std::string_view next, std::string_view scheme) {
    bool absolute = !next.starts_with("//");
    if (absolute)
        scheme = next.substr(0, next.find("://"));
    auto begin = absolute ? scheme.size() + 3 : 2;
    auto authority = next.substr(begin, std::min(next.find_first_of("/?#", begin), next.size()) - begin);
    authority.remove_prefix(authority.rfind('@') + 1);
    auto host = lower(decoded(authority));
    auto port = host.rfind(':');
    if (port != host.npos && port + 1 < host.size())
        host = host.substr(0, port + 1) + std::to_string(std::stoul(host.substr(port + 1)));
    else
        host = host.substr(0, port) + (lower(scheme) == "https" ? ":443" : ":80");
    return lower(scheme) + "://" + host;
}

void check(std::string_view next, const char* url, const char* scheme) {
    auto endpoint = *api::parse_endpoint(url);
    auto cursor = api::next_cursor(next, endpoint);
    if (!cursor)
        return expect(cursor.error().code == errc::foreign_origin || cursor.error().code == errc::bad_page,
                      "next is refused as foreign or as bad");
    auto start = lower(next.substr(0, 8));
    bool absolute = start.starts_with("http://") || start.starts_with("https://");
    bool network_path = next.starts_with("//") && next.find('?') != next.npos;
    if (absolute || network_path)
        expect(origin_of(next, scheme) == endpoint.origin(), "a URL that was followed is of our origin");

    auto target = api::page_target("/v1", "O", 20, *cursor, {});
    std::string head = cursor->empty() ? "/v1/o/O/connectors?first=20" : "/v1/o/O/connectors?first=20&after=";
    expect(target.starts_with(head), "a cursor stands at its place in the target");
    auto after = target.substr(head.size());
    bool plain = std::ranges::all_of(after, [](unsigned char c) {
        return std::isalnum(c) || c == '%' || c == '-' || c == '.' || c == '_' || c == '~';
    });
    expect(plain && decoded(after) == *cursor, "a cursor arrives as it is");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto next = fuzz::text_of(data, size);
    if (next.empty())
        return 0;
    check(next, "https://p.example:8443/v1", "https");
    check(next, "http://localhost:8082", "http");
    return 0;
}
