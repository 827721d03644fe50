#pragma once

#include "daemon/sync/walk.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace versori::sync {

// One line a walk: `acme: settled, 1,204 connectors, +3 ~12 -1, 2.4 s`, or why not.
std::string walk_line(std::string_view label, const WalkResult&, std::chrono::milliseconds took);

// What else a person should hear of: held deletions, rejects, surprises; a sentence each.
std::vector<std::string> walk_warnings(std::string_view label, const WalkResult&);

// `1,204`
std::string grouped(std::int64_t number);
// `2.4 s`, `3 m 20 s`, `2 h 5 m`
std::string duration(std::chrono::milliseconds);

} // namespace versori::sync
