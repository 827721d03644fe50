#pragma once

#include "daemon/api/transport.hpp"
#include "daemon/model/error.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace versori::api {

// One HTTP/1 answer, put together from bytes as they come. No I/O.
//
// Interim answers (100 Continue and its like) are passed over. The body is inflated when it is gzip. Limits:
// the body as received and as inflated, each max_bytes; 64 KiB of headers; 16 interim answers.
class Answer {
public:
    // To a CONNECT that was granted there is no body, and one that was refused is not read.
    enum class To { get, connect };

    explicit Answer(std::size_t max_bytes, To = To::get);
    ~Answer();
    Answer(Answer&&) noexcept;
    Answer& operator=(Answer&&) noexcept;

    // Takes the next bytes. Fails with bad_http, too_large, or connection_lost when a gzip body ends early.
    // REQUIRES: not done, no failure before.
    Result<void> take(std::string_view bytes);

    // The connection was closed. Fails with connection_lost unless that was how the answer was to end.
    Result<void> closed();

    bool begun() const; // a byte has come
    bool done() const;  // the answer is whole

    // The connection can carry another request. REQUIRES: done.
    bool keep_alive() const;

    // REQUIRES: done.
    Response response() &&;

private:
    class Parser;
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace versori::api
