#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace versori::store {

// The key of the secrets' fingerprints, in DATABASE.key with mode 0600; made at random when there is none.
// Throws StoreError when the file cannot be made or read, has another size, or may be read by others than its
// owner.
std::array<std::uint8_t, 32> fingerprint_key(const std::string& database_path);

} // namespace versori::store
