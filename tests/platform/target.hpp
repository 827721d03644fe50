#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versori::platform {

// A request target taken apart: `path` as it came, `segments` and `query` percent-decoded, `+` in a query a
// space.
struct Target {
    std::string path;
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, std::string>> query;

    // The first value of that name.
    std::optional<std::string> value(std::string_view name) const;
    std::vector<std::string> values(std::string_view name) const;
};

// Nothing for a target that does not begin with '/' or holds a broken percent escape.
std::optional<Target> parse_target(std::string_view);

// Everything but the unreserved characters of RFC 3986 escaped.
std::string percent_encoded(std::string_view);

} // namespace versori::platform
