#include "tests/platform/http.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <stdexcept>

namespace versori::platform {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::string_view take_line(std::string_view& text) {
    auto end = text.find("\r\n");
    auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 2);
    return line;
}

std::string_view reason(unsigned status) {
    switch (status) {
    case 200:
        return "OK";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 410:
        return "Gone";
    case 413:
        return "Content Too Large";
    case 425:
        return "Too Early";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    }
    return "Status";
}

std::string http_date() {
    std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return text;
}

// A gzip stream that takes its input in pieces.
class Deflate {
public:
    Deflate() {
        if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::runtime_error("zlib cannot compress");
    }
    ~Deflate() { deflateEnd(&stream_); }
    Deflate(const Deflate&) = delete;
    Deflate& operator=(const Deflate&) = delete;

    void add(std::string_view bytes, std::string& out, bool last) {
        char piece[16384];
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(piece);
            stream_.avail_out = sizeof piece;
            if (deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
                throw std::runtime_error("zlib cannot compress");
            out.append(piece, sizeof piece - stream_.avail_out);
        } while (stream_.avail_out == 0);
    }

private:
    z_stream stream_{};
};

} // namespace

std::string RequestHead::header(const std::string& name) const {
    auto at = headers.find(name);
    return at == headers.end() ? std::string() : at->second;
}

std::optional<RequestHead> parse_head(std::string_view text) {
    RequestHead head;
    std::string_view line = take_line(text);
    auto first = line.find(' '), last = line.rfind(' ');
    if (first == line.npos || first == last)
        return {};
    std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return {};
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    while (!text.empty()) {
        line = take_line(text);
        if (line.empty())
            break;
        auto colon = line.find(':');
        if (colon == line.npos)
            return {};
        head.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
    }
    std::string connection = lower(head.header("connection"));
    head.keep_alive = version == "HTTP/1.1" ? connection != "close" : connection == "keep-alive";
    std::string length = head.header("content-length");
    std::from_chars(length.data(), length.data() + length.size(), head.body_size);
    return head;
}

bool accepts_gzip(const RequestHead& head) {
    return lower(head.header("accept-encoding")).find("gzip") != std::string::npos;
}

std::string gzip(std::string_view text) {
    std::string out;
    Deflate().add(text, out, true);
    return out;
}

std::string gzip_bomb(std::size_t size) {
    std::string out, spaces(1 << 20, ' ');
    Deflate deflate;
    for (; size > spaces.size(); size -= spaces.size())
        deflate.add(spaces, out, false);
    deflate.add(std::string_view(spaces).substr(0, size), out, true);
    return out;
}

std::string head_text(const Answer& answer, std::optional<std::size_t> length, std::string_view version) {
    std::string out(version);
    (out += " " + std::to_string(answer.status) + " ").append(reason(answer.status)) += "\r\n";
    bool dated = false;
    for (const auto& [name, value] : answer.headers) {
        out += name + ": " + value + "\r\n";
        dated |= lower(name) == "date";
    }
    if (!dated)
        out += "Date: " + http_date() + "\r\n";
    if (!answer.content_type.empty())
        out += "Content-Type: " + answer.content_type + "\r\n";
    if (length)
        out += "Content-Length: " + std::to_string(*length) + "\r\n";
    return out;
}

} // namespace versori::platform
