// An HTTP answer in pieces. The first byte says how the rest is meant (r: as received, g: the body of a gzip
// answer, z: what such a body holds), the second how it is cut.
#include "daemon/api/answer.hpp"
#include "tests/api/gzip.hpp"
#include "tests/fuzz/expect.hpp"

#include <random>

using namespace versori;
using fuzz::expect;

namespace {

constexpr std::size_t max_bytes = 2000;

struct Read {
    std::optional<errc> failure = {};
    bool keep_alive = false;
    api::Response response = {};
};

Read read(std::string_view bytes, auto piece, api::Answer::To to) {
    api::Answer answer(max_bytes, to);
    while (!bytes.empty() && !answer.done()) {
        auto size = std::min<std::size_t>(piece(), bytes.size());
        if (auto taken = answer.take(bytes.substr(0, size)); !taken)
            return {.failure = taken.error().code};
        bytes.remove_prefix(size);
    }
    if (auto closed = answer.closed(); !closed)
        return {.failure = closed.error().code};
    expect(answer.done(), "an answer that ended well is done");
    bool keep_alive = answer.keep_alive() && bytes.empty();
    Read whole{.failure = {}, .keep_alive = keep_alive, .response = std::move(answer).response()};
    expect(whole.response.body.size() <= max_bytes, "a body is not longer than max_page_bytes");
    expect(whole.response.status >= 100 && whole.response.status <= 999, "an answer has a status");
    return whole;
}

void check(std::string_view bytes, std::uint8_t cut, api::Answer::To to) {
    auto whole = read(
        bytes, [&] { return bytes.size(); }, to);
    std::minstd_rand random(cut + 1u);
    auto pieces = read(
        bytes, [&] { return 1 + random() % (1 + cut % 64); }, to);
    if (whole.failure)
        return expect(pieces.failure.has_value(), "a failure is one in pieces too");
    expect(!pieces.failure, "an answer is whole in pieces too");
    expect(whole.keep_alive == pieces.keep_alive, "so is whether the connection lives on");
    const auto &a = whole.response, &b = pieces.response;
    expect(a.status == b.status && a.body == b.body && a.retry_after == b.retry_after && a.date == b.date &&
               a.location == b.location,
           "the answer is the same in pieces");
}

void check_gzip(std::string_view text, std::uint8_t cut) {
    auto packed = api::gzip(std::string(text));
    std::string bytes =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) +
        "\r\n\r\n" + packed;
    auto got = read(
        bytes, [&] { return 1 + cut; }, api::Answer::To::get);
    if (text.size() > max_bytes || packed.size() > max_bytes)
        return expect(got.failure == errc::too_large, "what inflates beyond max_page_bytes is refused");
    expect(!got.failure && got.response.body == text, "a body that was packed comes out as it was");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    auto rest = fuzz::text_of(data + 2, size - 2);
    if (data[0] == 'z') {
        check_gzip(rest, data[1]);
    } else if (data[0] == 'g') {
        std::string head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
        check(head.append(rest), data[1], api::Answer::To::get);
    } else {
        check(rest, data[1], data[0] == 'c' ? api::Answer::To::connect : api::Answer::To::get);
    }
    return 0;
}
