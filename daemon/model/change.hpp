#pragma once

#include "daemon/model/document.hpp"

#include <string>
#include <vector>

namespace versori::model {

enum class Op : std::uint8_t { insert, update, remove, baseline };

std::string_view op_name(Op); // insert, update, delete, baseline

// One row's difference. `before` is empty on insert, `after` on remove; both point into the documents
// compared.
struct Change {
    TableId table;
    Op op;
    ConstRow before;
    ConstRow after;

    ConstRow row() const { return op == Op::remove ? before : after; }
    ConstRow key() const { return row().first(model::table(table).key_size); }
};

// What makes `before` into `after`: inserts and updates with parents first, then deletions with children
// first. REQUIRES: both are of one subject and sorted; nothing is unstated. Either may be empty.
std::vector<Change> diff(const Document& before, const Document& after);

// What a person calls the row: `Shopify / production`. `document` is the one that holds it.
std::string label(const Document& document, const Change&);

// The texts of a change record's JSON members.
std::string key_json(const Change&);     // {"connector_id":"…","version_id":"…"}
std::string changed_json(const Change&); // ["name","updated_at"]; [] except on update
std::string row_json(TableId, ConstRow); // the whole row without the key's columns, JSON columns nested

} // namespace versori::model
