#pragma once

#include "daemon/model/table.hpp"
#include "tests/store/opened.hpp"

#include <map>
#include <string>

namespace versori::store {

// The rows that a consumer holds who applied every record, by table and key.
using Replica = std::map<std::string, std::string>;

inline Replica replay(Opened& opened) {
    Replica out;
    Query query(opened.database,
                "SELECT table_name || ' ' || organisation_id || ' ' || key, op, before, after "
                "FROM changes WHERE op <> 'baseline' ORDER BY seq");
    while (query.step()) {
        std::string key(query.text(0)), op(query.text(1)), before(query.text(2)), after(query.text(3));
        CAPTURE(key);
        CAPTURE(op);
        auto held = out.find(key);
        CHECK((held == out.end()) == (op == "insert"));
        if (held != out.end())
            CHECK(held->second == before);
        if (op == "delete")
            out.erase(key);
        else
            out[key] = after;
    }
    return out;
}

// The rows of the mirror in the same form, written by SQLite itself.
inline Replica rows(Opened& opened) {
    Replica out;
    for (std::size_t i = 0; i < model::table_count; ++i) {
        const model::Table& table = model::table(static_cast<model::TableId>(i));
        std::string key, rest;
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            std::string name(table.columns[c].name);
            std::string value = table.columns[c].kind == model::Kind::json ? "json(" + name + ")" : name;
            std::string& part = c < table.key_size ? key : rest;
            part += (part.empty() ? "'" : ", '") + name + "', " + value;
        }
        Query query(opened.database, "SELECT '" + std::string(table.name) +
                                         " ' || organisation_id || ' ' || json_object(" + key +
                                         "), json_object(" + rest + ") FROM " + std::string(table.name));
        while (query.step())
            out[std::string(query.text(0))] = query.text(1);
    }
    return out;
}

} // namespace versori::store
