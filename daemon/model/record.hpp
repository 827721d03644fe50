#pragma once

#include "daemon/model/change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace versori::model {

// One row of `changes` with its mirror's id. `key`, `changed`, `before` and `after` are JSON texts.
struct ChangeRecord {
    std::int64_t seq = 0;
    std::string time; // of the walk's transaction
    std::string mirror_id;
    std::optional<std::int64_t> walk_id;
    std::string organisation_id;
    std::optional<std::string> connector_id; // nothing for credentials
    std::optional<std::string> table_name;
    Op op = Op::insert;
    std::optional<std::string> key, label;
    std::string changed = "[]";
    std::optional<std::string> before, after;
    std::optional<std::string> evidence;

    std::size_t bytes() const; // of its texts, about
};

// Nothing for anything but insert, update, delete and baseline.
std::optional<Op> find_op(std::string_view name);

// The record as one JSON object without a line's end: the documented members in the documented order.
std::string json_line(const ChangeRecord&);

} // namespace versori::model
