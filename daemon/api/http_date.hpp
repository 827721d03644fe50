#pragma once

#include "daemon/model/time.hpp"

#include <optional>
#include <string_view>

namespace versori::api {

// A date as HTTP writes it, in any of its three forms (RFC 9110, 5.6.7):
//   Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
// A two-digit year is the one nearest to `now` that is at most 50 years ahead. The name of the day is not
// checked against the date. Nothing for anything else.
std::optional<model::Time> parse_http_date(std::string_view, model::Time now);

} // namespace versori::api
