#pragma once

#include "daemon/config/environment.hpp"
#include "daemon/config/load.hpp"

#include <optional>
#include <string>
#include <vector>

namespace versori::config {

// What `sync` takes instead of a configuration file, as it was typed.
struct Flags {
    std::vector<std::string> organisations; // ids
    std::optional<std::string> token_file;  // else VERSORI_TOKEN
    std::optional<std::string> url;
    std::optional<std::string> page_size;
    std::optional<std::string> database; // else ./mirror.db
};

// The settings these flags describe: the documented defaults, nothing to the journal. A problem names the
// flag as its key and has no file.
Loaded from_flags(const Flags& flags, const Environment& environment = process_environment());

} // namespace versori::config
