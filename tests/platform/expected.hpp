#pragma once

#include "tests/platform/platform.hpp"

// What the mirror must hold of a world: a second opinion, written from the world and not from its JSON.
namespace versori::platform {

using Row = std::vector<std::optional<std::string>>; // as SELECT gives it, as text
using Tables = std::map<std::string, std::set<Row>>; // all thirteen mirrored tables, by name

// The columns of each mirrored table, in the order of the rows' values.
const std::map<std::string, std::vector<std::string>>& mirrored_columns();

struct Expectation {
    std::string key;                               // of the fingerprints, 32 raw bytes
    std::function<bool(const Connector&)> visible; // empty: everything
    std::vector<std::string> secret_variables = {"*secret*", "*token*", "*password*",
                                                 "*key*"}; // globs, in any case
    std::uint64_t spelling = 0;                            // World::spelling
};

// The rows after a walk that saw the organisation as it is, with nothing mirrored before. A connector with
// `raw_json` has none.
Tables expected_rows(const Organisation&, const Expectation&);
Tables expected_rows(const Platform&, const std::string& org, const std::string& key);

// The fingerprint: lower-case hexadecimal HMAC-SHA-256 over the canonical JSON of a value.
std::string fingerprint(const std::string& key, const Json&);

} // namespace versori::platform
