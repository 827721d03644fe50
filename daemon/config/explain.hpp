#pragma once

#include "daemon/config/settings.hpp"

#include <string>
#include <vector>

namespace versori::config {

// The configuration as understood, a line a key in the documentation's order: `section.key = value`, with `
// (default)` behind a value that is the default. Organisations follow with the keys that are set and, where
// they inherit an override, `   (from section.key)`. Passwords in platform.proxy are left out.
std::vector<std::string> explain(const Settings& settings);

} // namespace versori::config
