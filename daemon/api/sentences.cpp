#include "daemon/api/sentences.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <cstdio>

namespace versori::api {
namespace {

constexpr std::size_t longest_quote = 300;
constexpr std::size_t shortest_secret = 8;

// Decoded, so that whatever stands in it can be recognised.
std::string redirect_target(const std::string& location) {
    auto url = boost::urls::parse_uri_reference(location);
    if (!url)
        return "somewhere unreadable";
    std::string text;
    if (url->has_scheme())
        text += std::string(url->scheme()) + ":";
    if (url->has_authority())
        text += "//" + url->host();
    if (url->has_port())
        text += ":" + std::string(url->port());
    return text + url->path();
}

bool redirect(unsigned status) {
    return status >= 300 && status < 400 && status != 304;
}

std::string advice(unsigned status) {
    switch (status) {
    case 401:
        return ": the token is not valid";
    case 403:
        return ": the token may not read this organisation";
    case 404:
        return ": no such organisation for this token, or platform.url is not the API's";
    case 429:
        return ": too many requests";
    default:
        return "";
    }
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

void spaces_for_controls(std::string& text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
}

} // namespace

std::string status_sentence(const Response& response, std::string_view words) {
    std::string text = "the platform answered " + std::to_string(response.status);
    if (!words.empty())
        text += " (" + std::string(words) + ")";
    if (redirect(response.status) && !response.location.empty())
        return text + " and points to " + redirect_target(response.location) +
               ", which is not followed; platform.url must be the API's own address";
    return text + advice(response.status);
}

std::string without_token(std::string_view text, std::string_view authorization) {
    std::string out(text);
    auto token = authorization.substr(authorization.find(' ') + 1);
    if (token.size() >= shortest_secret)
        replace_all(out, token, "[token]");
    spaces_for_controls(out);
    return out;
}

std::string quoted(std::string_view text, std::string_view authorization) {
    std::string line = without_token(text, authorization);
    if (line.size() > longest_quote) {
        std::size_t end = longest_quote;
        while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80)
            --end;
        line.resize(end);
        line += "…";
    }
    return line;
}

std::string request_name(std::string_view target) {
    return "GET " + std::string(target.substr(0, target.find('?')));
}

std::string effort(int attempts, std::chrono::milliseconds time) {
    char text[64];
    std::snprintf(text, sizeof text, " (%d attempt%s in %.1f s)", attempts, attempts == 1 ? "" : "s",
                  double(time.count()) / 1000);
    return text;
}

} // namespace versori::api
