#include "daemon/api/answer.hpp"

#include "daemon/api/inflate.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace versori::api {
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace {

constexpr std::uint32_t max_headers = 64 * 1024;
constexpr int max_interim = 16;
constexpr std::size_t shortest_chunk = 5; // "0\r\n\r\n"; Beast asserts it once it has seen the first half

Failure bad_http(std::string message) {
    return {errc::bad_http, std::move(message)};
}

Failure too_many_headers() {
    return bad_http("the answer has more than 64 KiB of headers");
}

bool http_so_far(std::string_view bytes) {
    constexpr std::string_view version = "HTTP/1.";
    return version.starts_with(bytes.substr(0, version.size()));
}

Failure cut() {
    return {errc::connection_lost, "the connection was closed in the middle of the answer"};
}

} // namespace

// Collects what the mirror needs of one message. An `error_code` set in a callback ends the parsing;
// `failure` says why.
class Answer::Parser final : public http::basic_parser<false> {
public:
    Parser(std::size_t max_bytes, To to) : max_bytes_(max_bytes) {
        eager(true);
        skip(to == To::connect);
        header_limit(max_headers);
        body_limit(boost::none);
    }

    Response response;
    std::optional<Failure> failure;

    std::size_t fields() const { return fields_; }
    bool complete_body() const { return !inflater_ || inflater_->complete(); }

private:
    using string_view = beast::string_view;
    using error_code = beast::error_code;

    void fail(Failure why, error_code& ec) {
        failure = std::move(why);
        ec = http::error::body_limit;
    }

    static void keep(std::string& to, string_view value) {
        if (to.empty())
            to.assign(value.data(), value.size());
    }

    void encoding(string_view value, error_code& ec) {
        if (beast::iequals(value, "gzip") || beast::iequals(value, "x-gzip")) {
            inflater_.emplace(max_bytes_);
        } else if (!value.empty() && !beast::iequals(value, "identity")) {
            fail(bad_http("the answer has a Content-Encoding that was not asked for"), ec);
        }
    }

    void body(string_view bytes, error_code& ec) {
        received_ += bytes.size();
        if (received_ > max_bytes_)
            return fail(larger_than(max_bytes_), ec);
        if (!inflater_) {
            response.body.append(bytes.data(), bytes.size());
            return;
        }
        auto inflated = inflater_->write({bytes.data(), bytes.size()}, response.body);
        if (!inflated)
            fail(inflated.error(), ec);
    }

    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code& ec) override {
        response.status = unsigned(code);
        if (code < 100)
            fail(bad_http("the answer is not HTTP: a status below 100"), ec);
    }
    void on_header_impl(error_code&) override { in_trailers_ = true; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    void on_finish_impl(error_code&) override {}

    void on_field_impl(http::field name, string_view text, string_view value, error_code& ec) override {
        fields_ += text.size() + value.size() + 4;
        if (fields_ > max_headers)
            return fail(too_many_headers(), ec);
        if (in_trailers_)
            return;
        switch (name) {
        case http::field::retry_after:
            return keep(response.retry_after, value);
        case http::field::location:
            return keep(response.location, value);
        case http::field::date:
            return keep(response.date, value);
        case http::field::content_encoding:
            return encoding(value, ec);
        default:
            return;
        }
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override {
        if (!length)
            return;
        if (*length > max_bytes_)
            return fail(larger_than(max_bytes_), ec);
        if (!inflater_)
            response.body.reserve(std::size_t(*length));
    }

    std::size_t on_body_impl(string_view bytes, error_code& ec) override {
        body(bytes, ec);
        return bytes.size();
    }

    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override {
        body(bytes, ec);
        return bytes.size();
    }

    std::size_t max_bytes_;
    std::size_t received_ = 0;
    std::size_t fields_ = 0;   // Beast's own limit is for the bytes that it is given at once
    bool in_trailers_ = false; // fields that come now come after the body
    std::optional<Inflater> inflater_;
};

struct Answer::State {
    State(std::size_t max, To request) : max_bytes(max), to(request) { parser.emplace(max, request); }

    // Parses as much as it can; returns how much that was.
    Result<std::size_t> parse(std::string_view bytes);
    Result<void> finish_message();

    std::size_t max_bytes;
    To to;
    std::optional<Parser> parser;
    std::string pending; // bytes that make no sense yet without those to come
    std::uint64_t received = 0;
    int interim = 0;
    bool done = false;
    bool spare_bytes = false; // more came than the answer has
};

Result<void> Answer::State::finish_message() {
    unsigned status = parser->response.status;
    if (status / 100 != 1) {
        if (!parser->complete_body())
            return cut();
        done = true;
        return {};
    }
    if (status == 101)
        return bad_http("the answer switches to a protocol that was not asked for");
    if (++interim > max_interim)
        return bad_http("the answer is preceded by too many interim answers");
    parser.emplace(max_bytes, to);
    return {};
}

Result<std::size_t> Answer::State::parse(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && !done) {
        if (parser->response.status == 0 && !http_so_far(bytes.substr(used)))
            return bad_http("the answer is not HTTP");
        beast::error_code ec;
        std::size_t taken = parser->put({bytes.data() + used, bytes.size() - used}, ec);
        used += taken;
        if (parser->failure)
            return *parser->failure;
        if (ec == http::error::need_more)
            break;
        if (ec == http::error::header_limit)
            return too_many_headers();
        if (ec)
            return bad_http("the answer is not HTTP: " + ec.message());
        if (!parser->is_done() && taken == 0)
            break;
        if (!parser->is_done())
            continue;
        if (auto finished = finish_message(); !finished)
            return finished.error();
    }
    return used;
}

Answer::Answer(std::size_t max_bytes, To to) : state_(std::make_unique<State>(max_bytes, to)) {}
Answer::~Answer() = default;
Answer::Answer(Answer&&) noexcept = default;
Answer& Answer::operator=(Answer&&) noexcept = default;

Result<void> Answer::take(std::string_view bytes) {
    auto& s = *state_;
    s.received += bytes.size();
    bool direct = s.pending.empty();
    if (!direct)
        s.pending.append(bytes);
    if (!direct && s.parser->is_header_done() && s.pending.size() < shortest_chunk)
        return {};
    std::string_view all = direct ? bytes : std::string_view(s.pending);
    auto used = s.parse(all);
    if (!used)
        return used.error();
    s.spare_bytes = s.done && *used < all.size();
    if (direct) {
        s.pending.assign(all.substr(*used));
    } else {
        s.pending.erase(0, *used);
    }
    if (s.pending.size() + s.parser->fields() > max_headers)
        return too_many_headers();
    return {};
}

Result<void> Answer::closed() {
    auto& s = *state_;
    if (s.done)
        return {};
    if (!s.parser->got_some())
        return cut();
    beast::error_code ec;
    s.parser->put_eof(ec);
    if (ec || !s.parser->is_done() || !s.parser->complete_body())
        return cut();
    s.done = true;
    return {};
}

bool Answer::begun() const {
    return state_->received > 0;
}

bool Answer::done() const {
    return state_->done;
}

bool Answer::keep_alive() const {
    return state_->parser->keep_alive() && !state_->spare_bytes;
}

Response Answer::response() && {
    auto response = std::move(state_->parser->response);
    response.bytes_received = state_->received;
    return response;
}

} // namespace versori::api
