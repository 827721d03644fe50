#pragma once

#include "daemon/model/record.hpp"

#include <string>
#include <vector>

namespace versori::emit {

// The record of a connection's new name.
inline model::ChangeRecord renamed(std::int64_t seq, std::string mirror_id = "M") {
    model::ChangeRecord record;
    record.seq = seq;
    record.time = "2026-07-01T12:00:00.000000Z";
    record.mirror_id = std::move(mirror_id);
    record.walk_id = 311;
    record.organisation_id = "01HF-ACME";
    record.connector_id = "c1";
    record.table_name = "connections";
    record.op = model::Op::update;
    record.key = R"({"connector_id":"c1","connection_id":"n1"})";
    record.label = "Shopify / production";
    record.changed = R"(["name","updated_at"])";
    record.before = R"({"name":"staging","updated_at":"2026-06-01T00:00:00.000000Z","extra":null})";
    record.after = R"({"name":"production","updated_at":"2026-07-01T00:00:00.000000Z","extra":null})";
    return record;
}

// from, from + 1 … to
inline std::vector<model::ChangeRecord> records(std::int64_t from, std::int64_t to,
                                                const std::string& mirror_id = "M") {
    std::vector<model::ChangeRecord> out;
    for (; from <= to; ++from)
        out.push_back(renamed(from, mirror_id));
    return out;
}

} // namespace versori::emit
