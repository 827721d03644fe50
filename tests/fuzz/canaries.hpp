#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace versori::fuzz {

inline constexpr std::string_view canary = "CANARY";

// A connector's JSON with a canary in place of whatever stands where the platform's reference has a secret.
// Nothing when it cannot be told from what was there before.
std::optional<std::string> with_canaries(std::string_view connector);

} // namespace versori::fuzz
