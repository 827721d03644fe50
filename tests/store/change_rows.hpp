#pragma once

#include "daemon/store/query.hpp"

#include <string>

namespace versori::store {

struct ChangeRow {
    std::string organisation = "01HF-ACME", connector = "c1", table = "connectors", op = "update";
    std::string time = "2026-07-01T12:00:00.000000Z";
};

// Writes the record `seq` in a transaction of its own.
inline void insert_change(Database& database, std::int64_t seq, const ChangeRow& row = {}) {
    Query(database, "INSERT INTO changes (seq, walk_id, time, organisation_id, connector_id, table_name, op, "
                    "key, label, changed, before, after) VALUES (?, 7, ?, ?, ?, ?, ?, '{}', 'Shopify', "
                    "'[\"name\"]', '{\"name\":\"a\"}', '{\"name\":\"b\"}')")
        .with(seq, row.time, row.organisation, row.connector, row.table, row.op)
        .run();
}

inline void insert_changes(Database& database, std::int64_t from, std::int64_t to) {
    for (; from <= to; ++from)
        insert_change(database, from);
}

inline std::int64_t count_of(Database& database, const std::string& table) {
    Query query(database, "SELECT count(*) FROM " + table);
    query.step();
    return query.integer(0);
}

} // namespace versori::store
