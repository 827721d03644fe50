#include "tests/property/replay.hpp"

#include "daemon/model/table.hpp"

namespace versori::property {
namespace {

// The value of a column out of a record's JSON, as the row holds it.
std::string extracted(const std::string& json, const model::Column& column) {
    std::string name(column.name);
    if (column.kind != model::Kind::json)
        return json + " ->> '$." + name + "'";
    return "iif(json_type(" + json + ", '$." + name + "') = 'null', NULL, " + json + " -> '$." + name + "')";
}

} // namespace

Replay::Replay(SQLite::Database& mirror) : mirror_(mirror) {
    mirror_.exec("PRAGMA temp_store = MEMORY");
    for (std::size_t i = 0; i < model::table_count; ++i)
        prepare(std::string(model::table(static_cast<model::TableId>(i)).name));
}

void Replay::prepare(const std::string& name) {
    const model::Table& table = model::table(*model::find_table(name));
    std::string columns = "organisation_id", key = "organisation_id", values = "organisation_id", here;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        bool in_key = i < table.key_size;
        std::string column(table.columns[i].name);
        columns += ", " + column;
        values += ", " + extracted(in_key ? "key" : "after", table.columns[i]);
        if (in_key) {
            key += ", " + column;
            here += " AND t." + column + " = c." + extracted("key", table.columns[i]);
        }
    }
    std::string copy = "temp.replay_" + name;
    mirror_.exec("CREATE TABLE " + copy + " (" + columns + ", row, PRIMARY KEY (" + key + "))");
    auto prepared = [&](const std::string& sql) { return std::make_unique<SQLite::Statement>(mirror_, sql); };
    Statements& made = tables_[name];
    made.insert =
        prepared("INSERT INTO " + copy + " SELECT " + values + ", after FROM main.changes WHERE seq = ?");
    made.remove = prepared("DELETE FROM " + copy +
                           " AS t WHERE EXISTS (SELECT 1 FROM main.changes c "
                           "WHERE c.seq = ? AND t.organisation_id = c.organisation_id" +
                           here + " AND t.row = c.before)");
    made.differing = prepared("SELECT (SELECT count(*) FROM main." + name + ") - (SELECT count(*) FROM " +
                              copy + "), (SELECT count(*) FROM (SELECT " + columns + " FROM main." + name +
                              " EXCEPT SELECT " + columns + " FROM " + copy + "))");
}

std::string Replay::check() {
    SQLite::Statement query(mirror_, "SELECT seq, op, coalesce(table_name, '') FROM main.changes "
                                     "WHERE seq > ? ORDER BY seq");
    query.bind(1, seq_);
    while (query.executeStep()) {
        std::int64_t seq = query.getColumn(0).getInt64();
        if (seq != seq_ + 1)
            return "record " + std::to_string(seq) + " follows " + std::to_string(seq_);
        seq_ = seq;
        if (auto wrong = apply(seq, query.getColumn(1).getString(), query.getColumn(2).getString());
            !wrong.empty())
            return wrong;
    }
    return based_ ? compare() : "";
}

std::string Replay::apply(std::int64_t seq, const std::string& op, const std::string& table) {
    if (op == "baseline") {
        based_ = true;
        return {};
    }
    Statements& on = tables_.at(table);
    auto run = [&](SQLite::Statement& statement) {
        statement.reset();
        statement.bind(1, seq);
        try {
            return statement.exec();
        } catch (const SQLite::Exception&) {
            return 0;
        }
    };
    std::string what = "record " + std::to_string(seq) + ": " + op + " " + table;
    if (op != "insert" && run(*on.remove) != 1)
        return what + ": no row was like `before`";
    if (op != "delete" && run(*on.insert) != 1)
        return what + ": the row was there already";
    return {};
}

std::string Replay::compare() {
    for (auto& [name, on] : tables_) {
        on.differing->reset();
        on.differing->executeStep();
        bool differs =
            on.differing->getColumn(0).getInt64() != 0 || on.differing->getColumn(1).getInt64() != 0;
        on.differing->reset();
        if (differs)
            return "the records do not give the rows of " + name;
    }
    return {};
}

} // namespace versori::property
