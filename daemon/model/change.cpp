#include "daemon/model/change.hpp"

#include "daemon/model/json.hpp"

#include <algorithm>

namespace versori::model {
namespace {

void diff_table(TableId id, const Document& before, const Document& after, std::vector<Change>& upserts,
                std::vector<Change>& removals) {
    std::size_t key_size = table(id).key_size;
    std::size_t old_count = before.rows(id).size(), new_count = after.rows(id).size();
    std::size_t i = 0, j = 0;
    std::size_t first_removal = removals.size();
    while (i < old_count || j < new_count) {
        ConstRow old_row = i < old_count ? before.row(id, i) : ConstRow{};
        ConstRow new_row = j < new_count ? after.row(id, j) : ConstRow{};
        auto key = [&](ConstRow row) { return row.first(key_size); };
        bool only_old = new_row.empty() || (!old_row.empty() &&
                                            std::ranges::lexicographical_compare(key(old_row), key(new_row)));
        bool only_new = !only_old && (old_row.empty() || !std::ranges::equal(key(old_row), key(new_row)));
        if (only_old) {
            removals.push_back({id, Op::remove, old_row, {}});
            ++i;
        } else if (only_new) {
            upserts.push_back({id, Op::insert, {}, new_row});
            ++j;
        } else {
            if (!std::ranges::equal(old_row, new_row))
                upserts.push_back({id, Op::update, old_row, new_row});
            ++i, ++j;
        }
    }
    std::reverse(removals.begin() + static_cast<std::ptrdiff_t>(first_removal), removals.end());
}

void append_value(std::string& out, const Column& column, const Value& value) {
    if (is_null(value))
        out += "null";
    else if (auto* number = std::get_if<std::int64_t>(&value))
        out += std::to_string(*number);
    else if (column.kind == Kind::json)
        out += text_of(value);
    else
        append_quoted(out, text_of(value));
}

std::string object_of(std::span<const Column> columns, ConstRow row) {
    std::string out = "{";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i)
            out += ',';
        append_quoted(out, columns[i].name);
        out += ':';
        append_value(out, columns[i], row[i]);
    }
    return out += '}';
}

// The value that names the row; where it is NULL, the last one of its key.
const Value& naming_value(TableId id, ConstRow row) {
    const Value& name = row[table(id).column(table(id).label)];
    return is_null(name) ? row[table(id).key_size - 1] : name;
}

std::string display(const Value& value) {
    auto* number = std::get_if<std::int64_t>(&value);
    return number ? std::to_string(*number) : std::string(text_of(value));
}

// The row's parent below the subject, for tables that have one.
const TableId* parent_of(TableId id) {
    static constexpr TableId schemes = TableId::auth_schemes, versions = TableId::versions,
                             connections = TableId::connections;
    switch (id) {
    case TableId::auth_scheme_messages:
        return &schemes;
    case TableId::version_messages:
        return &versions;
    case TableId::connection_variables:
    case TableId::connection_credentials:
        return &connections;
    default:
        return nullptr;
    }
}

} // namespace

std::string_view op_name(Op op) {
    switch (op) {
    case Op::insert:
        return "insert";
    case Op::update:
        return "update";
    case Op::remove:
        return "delete";
    case Op::baseline:
        return "baseline";
    }
    return "";
}

std::vector<Change> diff(const Document& before, const Document& after) {
    std::vector<Change> upserts, removals;
    auto tables = tables_of(after.subject());
    for (TableId id : tables)
        diff_table(id, before, after, upserts, removals);
    upserts.insert(upserts.end(), removals.rbegin(), removals.rend());
    return upserts;
}

std::string label(const Document& document, const Change& change) {
    TableId root = tables_of(document.subject()).front();
    std::string out = display(naming_value(root, document.row(root, 0)));
    auto add = [&](std::string_view part) { (out += " / ") += part; };
    if (change.table == root)
        return out;
    if (auto* parent = parent_of(change.table)) {
        ConstRow row = document.find(*parent, change.key().first(table(*parent).key_size));
        add(row.empty() ? display(change.key()[1]) : display(naming_value(*parent, row)));
    }
    add(display(naming_value(change.table, change.row())));
    return out;
}

std::string key_json(const Change& change) {
    return object_of(table(change.table).key(), change.key());
}

std::string changed_json(const Change& change) {
    std::string out = "[";
    if (change.op == Op::update) {
        auto columns = table(change.table).columns;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (change.before[i] == change.after[i])
                continue;
            if (out.size() > 1)
                out += ',';
            append_quoted(out, columns[i].name);
        }
    }
    return out += ']';
}

std::string row_json(TableId id, ConstRow row) {
    const Table& described = table(id);
    return object_of(described.columns.subspan(described.key_size), row.subspan(described.key_size));
}

} // namespace versori::model
