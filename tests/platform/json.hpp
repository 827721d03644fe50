#pragma once

#include "tests/platform/resources.hpp"

#include <cstdint>
#include <string_view>

// The world as the API writes it.
namespace versori::platform {

// An instant in one of the spellings that RFC 3339 allows: an offset, and as many fraction digits as it needs
// or more. Which one depends on the instant, `salt` (the id of the resource) and `style`, and on nothing
// else.
std::string spell(Time, std::string_view salt, std::uint64_t style = 0);

std::string connector_json(const Organisation&, const Connector&, std::uint64_t style = 0);

// `{"code":…,"message":…}` and, when `field` is given, `fields`.
std::string error_json(std::string_view code, std::string_view message, std::string_view field = {});

} // namespace versori::platform
