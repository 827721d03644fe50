#include "tests/fault/things.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace versori::fault {
namespace {

using platform::Row;
using Rows = std::set<std::pair<std::string, Row>>; // with their tables
using Things = std::map<std::string, Rows>;         // connectors and credentials

Things things(const platform::Tables& tables) {
    Things out;
    for (const auto& [table, rows] : tables) {
        std::string kind = table.starts_with("credential") ? "credential" : "connector";
        const auto& columns = platform::mirrored_columns().at(table);
        auto id = static_cast<std::size_t>(std::ranges::find(columns, kind + "_id") - columns.begin());
        for (const Row& row : rows)
            out[kind + " " + row.at(id).value()].emplace(table, row);
    }
    return out;
}

Rows rows_of(const Things& things, const std::string& thing) {
    auto at = things.find(thing);
    return at == things.end() ? Rows() : at->second;
}

} // namespace

std::string neither_old_nor_new(const platform::Tables& before, const platform::Tables& now,
                                const platform::Tables& on_platform) {
    Things was = things(before), is = things(now), goal = things(on_platform);
    for (const Things* some : {&was, &is, &goal})
        for (const auto& [thing, ignored] : *some) {
            Rows rows = rows_of(is, thing), old = rows_of(was, thing), fresh = rows_of(goal, thing);
            if (rows != old && rows != fresh)
                return "the " + thing + " is neither as it was nor as it is";
            if (rows.empty() && !old.empty() && !fresh.empty())
                return "the " + thing + " was deleted falsely";
        }
    return {};
}

} // namespace versori::fault
