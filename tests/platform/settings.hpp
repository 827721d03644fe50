#pragma once

#include "tests/platform/behaviour.hpp"

#include <span>
#include <string>

namespace versori::platform {

// A part of Behaviour or a fault that people set by name, on the command line and at the control endpoint.
struct Setting {
    const char* name;
    const char* values;                          // what it takes, for people
    bool (*set)(Behaviour&, const std::string&); // false: not one of the values
};

std::span<const Setting> behaviour_settings();

// Nothing when there is no fault of that name; `wire_names` lists them.
std::optional<Wire> wire_named(const std::string&);
std::string wire_names();

} // namespace versori::platform
