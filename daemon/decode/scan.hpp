#pragma once

#include <cstddef>
#include <string_view>

namespace versori::decode {

// The length of the object that `text` begins with, by nothing but its braces and quotes: right for JSON, a
// guess for anything else. npos when it does not end.
std::size_t object_length(std::string_view text);

} // namespace versori::decode
