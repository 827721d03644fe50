#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace versori::config {

// "90s", "5m", "1h30m", "250ms", "90d": whole numbers with the units d, h, m, s, ms, the larger first, each
// once.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
std::string format_duration(std::chrono::milliseconds duration);

// "4MiB", "64KiB", "1GiB", "512B", "1TiB": one whole number and its unit.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);

// "10%", "2.5%": a number without sign or exponent and the percent sign.
std::optional<double> parse_percent(std::string_view text);
std::string format_percent(double percent);

// The text as a TOML string in double quotes, control characters escaped.
std::string quote(std::string_view text);

// A key as TOML spells it: bare where it can be, else quoted.
std::string spelled_key(std::string_view key);

} // namespace versori::config
