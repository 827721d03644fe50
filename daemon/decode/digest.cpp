#include "daemon/decode/digest.hpp"

#include <xxhash.h>

#include <cstring>

namespace versori::decode {

model::Digest digest(std::string_view bytes, std::uint64_t seed) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed));
    model::Digest out;
    std::memcpy(out.data(), canonical.digest, out.size());
    return out;
}

} // namespace versori::decode
