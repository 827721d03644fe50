#pragma once

#include "daemon/config/problems.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/config/toml.hpp"

#include <vector>

namespace versori::config {

// The [[organisation]] tables. Adds to `problems` what is wrong with each and between them: the same id or
// name twice, a name that is another's id, none or several token sources.
std::vector<Organisation> read_organisations(const Member& member, Problems& problems);

} // namespace versori::config
