#pragma once

#include "daemon/api/endpoint.hpp"
#include "daemon/model/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace versori::api {

// The filters of List Connectors, sent as documented. Empty means: not sent.
struct Filters {
    std::vector<std::string> tags;       // `key:value` or `key`; sent in one parameter, joined by commas
    std::vector<std::string> categories; // one parameter each
    std::string protocol;                // part of the protocol's name, in any case
    std::string name;                    // part of the connector's name, in any case
};

// Path and query of one page. An empty cursor asks for the first one; ids and values may be any text.
std::string page_target(std::string_view prefix, std::string_view organisation_id, int first,
                        std::string_view cursor, const Filters&);

// Path of Get Connector.
std::string connector_target(std::string_view prefix, std::string_view organisation_id,
                             std::string_view connector_id);

// The cursor that a page's `next` stands for. REQUIRES: not empty.
//
// `next` is documented as a string and no more, so a cursor is the rule and a URL is what can be nothing
// else:
//   - it begins with `http://` or `https://`, in any case;
//   - it begins with `/` (also `//host/…`) and has a `?` further on;
//   - it begins with `?`;
//   - it is a relative reference whose query has a parameter `after` (`connectors?first=2&after=x`).
// Everything else is the cursor itself, so base64 with `/`, `+` and `=` in it, also at its front, stays
// whole. Of a URL only its parameter `after` is used, decoded as a form is (`+` is a space); its path and its
// other parameters are not.
//
// Fails with foreign_origin when the URL is not of the endpoint's scheme, host and port, and with bad_page
// when it is malformed or has no `after`.
Result<std::string> next_cursor(std::string_view next, const Endpoint&);

} // namespace versori::api
