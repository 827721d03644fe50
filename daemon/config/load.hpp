#pragma once

#include "daemon/config/problem.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace versori::config {

using Loaded = boost::system::result<Settings, std::vector<Problem>>;

// The settings a TOML text describes, or everything that is wrong with it, in the file's order (a syntax
// error stands alone). `file` only names the text in the problems.
Loaded load(std::string_view text, const std::string& file);

// The same for a file of at most 1 MiB; one that cannot be read is a problem too.
Loaded load_file(const std::string& file);

} // namespace versori::config
