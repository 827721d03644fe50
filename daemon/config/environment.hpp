#pragma once

#include <functional>
#include <optional>
#include <string>

namespace versori::config {

// Looks up an environment variable; tests pass their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The process's environment.
Environment process_environment();

} // namespace versori::config
