#pragma once

#include "daemon/api/transport.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace versori::api {

// What an answer that is no 200 says, as the middle of a sentence: `the platform answered 503`, with advice
// where the status gives any. `words` is the platform's own explanation, empty when there is none. A redirect
// names where it points, without its query.
std::string status_sentence(const Response&, std::string_view words);

// A text that may repeat what the platform said, made fit for one line of a log: control characters become
// spaces, and every occurrence of the token in `authorization` becomes `[token]`.
std::string without_token(std::string_view text, std::string_view authorization);

// The same, and it ends after 300 bytes.
std::string quoted(std::string_view text, std::string_view authorization);

// `GET /path`, without the query.
std::string request_name(std::string_view target);

// ` (3 attempts in 4.2 s)`.
std::string effort(int attempts, std::chrono::milliseconds time);

} // namespace versori::api
