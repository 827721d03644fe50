#pragma once

#include <cstddef>
#include <string_view>

namespace versori::model {

// The offset of the first byte between 0x1A and 0x1F; npos when there is none. JSON has no place for them,
// but RapidJSON 1.1's vector instructions let them pass where a string happens to be aligned.
std::size_t find_unprintable(std::string_view);

} // namespace versori::model
