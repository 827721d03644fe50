#pragma once

#include "tests/platform/behaviour.hpp"

#include <string>
#include <string_view>

// HTTP/1.1 as far as the simulated platform speaks it, without any network.
namespace versori::platform {

struct RequestHead {
    std::string method;
    std::string target;
    bool keep_alive = true;
    std::size_t body_size = 0;
    std::map<std::string, std::string> headers; // names in lower case

    std::string header(const std::string& name) const;
};

// `text` ends with the empty line. Nothing when it is not a request.
std::optional<RequestHead> parse_head(std::string_view text);

bool accepts_gzip(const RequestHead&);
std::string gzip(std::string_view);

// A gzip file of `size` spaces, made without ever holding them.
std::string gzip_bomb(std::size_t size);

// The status line and all headers, the empty line not included. `length` nothing: no Content-Length.
std::string head_text(const Answer&, std::optional<std::size_t> length,
                      std::string_view version = "HTTP/1.1");

} // namespace versori::platform
