#pragma once

#include "daemon/model/digest.hpp"

#include <cstdint>
#include <string_view>

namespace versori::decode {

// XXH3, 128 bits: tells documents apart, keeps no secret. `seed` makes digests of different normalisations
// differ.
model::Digest digest(std::string_view bytes, std::uint64_t seed = 0);

} // namespace versori::decode
