#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace versori::model {

// An instant in UTC, in microseconds: the precision of the mirror's time columns.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

// `YYYY-MM-DDTHH:MM:SS.ffffffZ`, which sorts as text. REQUIRES: year 0 to 9999.
std::string format_time(Time);

// RFC 3339: any offset, any number of fraction digits (those beyond six are cut off), `T` or space, upper or
// lower case. A leap second counts as the last microsecond of its minute. Nothing for anything else.
std::optional<Time> parse_time(std::string_view);

} // namespace versori::model
