#pragma once

#include "daemon/config/settings.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versori::config {

// What `warnings` asks the machine; tests pass their own.
struct Machine {
    std::function<std::optional<mode_t>(const std::string& path)> mode; // nothing: no such file
    std::function<std::optional<std::uint32_t>(const std::string& path)>
        file_system; // statfs's f_type, likewise
};

Machine this_machine();

// What is legal but unwise, a sentence each: a token file that its group may read, an interval under ten
// seconds, http to another machine, a database on a network file system, all variables taken for public.
std::vector<std::string> warnings(const Settings& settings, const Machine& machine = this_machine());

// The name of the network file system with that f_type, empty for any other.
std::string_view network_file_system(std::uint32_t type);

} // namespace versori::config
