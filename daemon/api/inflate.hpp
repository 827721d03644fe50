#pragma once

#include "daemon/model/error.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace versori::api {

// Inflates a gzip body as its bytes come in. Memory beyond the output is constant.
class Inflater {
public:
    explicit Inflater(std::size_t max_bytes);
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // Appends to `out` what `bytes` inflate to. Fails with too_large as soon as `out` would grow beyond
    // max_bytes (and has not grown beyond it then), with bad_http when the bytes are not gzip. Members that
    // follow each other are one body.
    Result<void> write(std::string_view bytes, std::string& out);

    // True when a member has ended and no other has begun; also before the first byte.
    bool complete() const;

private:
    struct State;
    std::unique_ptr<State> state_;
    std::size_t max_bytes_;
};

// The sentence for a body above max_bytes.
Failure larger_than(std::size_t max_bytes);

} // namespace versori::api
