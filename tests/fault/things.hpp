#pragma once

#include "tests/platform/expected.hpp"

#include <string>

namespace versori::fault {

// Empty when each connector and each credential has the rows of `before` or those of the platform, and none
// is gone that the platform has; otherwise which one.
std::string neither_old_nor_new(const platform::Tables& before, const platform::Tables& now,
                                const platform::Tables& on_platform);

} // namespace versori::fault
