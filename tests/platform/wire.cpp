#include "tests/platform/wire.hpp"

#include "tests/platform/http.hpp"

#include <boost/asio.hpp>

namespace versori::platform {
namespace {

namespace asio = boost::asio;
using Done = asio::awaitable<bool>;

constexpr std::string_view close_line = "Connection: close\r\n";

std::string chunk(std::string_view bytes) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + std::string(bytes) + "\r\n";
}

asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

Done whole(Stream& stream, const Answer& answer, bool keep_alive) {
    std::string text = head_text(answer, answer.body.size());
    if (!keep_alive)
        text += close_line;
    text += "\r\n" + answer.body;
    bool written = co_await stream.write(text);
    co_return written&& keep_alive;
}

// A length that is not the body's.
Done wrong_length(Stream& stream, const Answer& answer, std::size_t claimed, std::size_t sent) {
    std::string text = head_text(answer, claimed) + "\r\n" + answer.body.substr(0, sent);
    bool written = co_await stream.write(text);
    co_return written&& claimed < sent;
}

Done chunked(Stream& stream, const Answer& answer, bool keep_alive) {
    std::string text = head_text(answer, {}) + "Transfer-Encoding: chunked\r\n\r\n";
    std::size_t size = std::max<std::size_t>(answer.body.size() / 7, 1);
    for (std::size_t at = 0; at < answer.body.size(); at += size)
        text += chunk(std::string_view(answer.body).substr(at, size));
    text += "0\r\n\r\n";
    bool written = co_await stream.write(text);
    co_return written&& keep_alive;
}

Done cut_chunk(Stream& stream, const Answer& answer) {
    std::string text = head_text(answer, {}) + "Transfer-Encoding: chunked\r\n\r\n" + chunk(answer.body);
    text.resize(text.size() - answer.body.size() / 2 - 2);
    co_await stream.write(text);
    co_return false;
}

Done drip(Stream& stream, const Answer& answer, bool keep_alive) {
    std::string text = head_text(answer, answer.body.size()) + "\r\n";
    bool written = co_await stream.write(text);
    for (std::size_t at = 0; written && at < answer.body.size(); at += answer.piece) {
        co_await pause(answer.pause);
        written = co_await stream.write(std::string_view(answer.body).substr(at, answer.piece));
    }
    co_return written&& keep_alive;
}

Done silent(Stream& stream) {
    for (;;) {
        std::string_view more = co_await stream.read();
        if (more.empty())
            co_return false;
    }
}

Done header_flood(Stream& stream, const Answer& answer) {
    std::string text = head_text(answer, answer.body.size());
    bool written = co_await stream.write(text);
    std::string line = "X-Flood: ";
    line.append(1000, 'x').append("\r\n");
    for (int i = 0; written && i < 100'000; ++i)
        written = co_await stream.write(line);
    co_return false;
}

Done http_10(Stream& stream, const Answer& answer) {
    std::string text = head_text(answer, {}, "HTTP/1.0") + "\r\n" + answer.body;
    co_await stream.write(text);
    co_return false;
}

Done garbage(Stream& stream) {
    static constexpr char text[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\0\x16\x03\x01 not HTTP\r\n\r\n";
    co_await stream.write({text, sizeof text - 1});
    co_return false;
}

Done bomb(Stream& stream, Answer answer, bool keep_alive) {
    answer.body = gzip_bomb(answer.inflated);
    answer.headers.emplace_back("Content-Encoding", "gzip");
    co_return co_await whole(stream, answer, keep_alive);
}

Done body_without_end(Stream& stream, const Answer& answer) {
    std::string text = head_text(answer, {}) + "Transfer-Encoding: chunked\r\n\r\n" + chunk(answer.body);
    std::string more = chunk(std::string(65536, ' '));
    bool written = co_await stream.write(text);
    while (written)
        written = co_await stream.write(more);
    co_return false;
}

Done continue_first(Stream& stream, const Answer& answer, bool keep_alive) {
    bool written = co_await stream.write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!written)
        co_return false;
    co_return co_await whole(stream, answer, keep_alive);
}

} // namespace

Done send(Stream& stream, Answer answer, Sending how) {
    if (answer.delay.count() > 0)
        co_await pause(answer.delay);
    bool plain = answer.wire == Wire::bomb || answer.wire == Wire::body_without_end;
    if (how.gzip && !answer.body.empty() && !plain) {
        answer.body = gzip(answer.body);
        answer.headers.emplace_back("Content-Encoding", "gzip");
    }
    std::size_t size = answer.body.size();
    switch (answer.wire) {
    case Wire::normal:
        break;
    case Wire::close:
        co_return false;
    case Wire::reset:
        stream.reset();
        co_return false;
    case Wire::cut:
        co_return co_await wrong_length(stream, answer, size, size / 2);
    case Wire::long_length:
        co_return co_await wrong_length(stream, answer, size + 100, size);
    case Wire::short_length:
        co_return co_await wrong_length(stream, answer, size / 2, size);
    case Wire::chunked:
        co_return co_await chunked(stream, answer, how.keep_alive);
    case Wire::cut_chunk:
        co_return co_await cut_chunk(stream, answer);
    case Wire::drip:
        co_return co_await drip(stream, answer, how.keep_alive);
    case Wire::silent:
        co_return co_await silent(stream);
    case Wire::continue_first:
        co_return co_await continue_first(stream, answer, how.keep_alive);
    case Wire::header_flood:
        co_return co_await header_flood(stream, answer);
    case Wire::http_10:
        co_return co_await http_10(stream, answer);
    case Wire::garbage:
        co_return co_await garbage(stream);
    case Wire::bomb:
        co_return co_await bomb(stream, answer, how.keep_alive);
    case Wire::body_without_end:
        co_return co_await body_without_end(stream, answer);
    }
    co_return co_await whole(stream, answer, how.keep_alive);
}

} // namespace versori::platform
