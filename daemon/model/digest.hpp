#pragma once

#include <array>
#include <cstdint>

namespace versori::model {

// 128 bits that stand for the bytes a connector's rows were made from.
using Digest = std::array<std::uint8_t, 16>;

} // namespace versori::model
