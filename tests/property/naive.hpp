#pragma once

#include "tests/property/terms.hpp"

#include <cstdint>

namespace versori::property {

// Plays the history of these terms to a mirror that takes one pass and deletes whatever it did not see, as
// others do it. Returns how many connectors it deleted that existed.
std::int64_t false_deletions_of_one_pass(const Terms&);

} // namespace versori::property
