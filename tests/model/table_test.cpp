#include "daemon/model/table.hpp"

#include "daemon/store/database.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace versori::model {
namespace {

struct DdlColumn {
    std::string name, type;
    bool not_null;
    int key; // its place in the primary key from 1, 0: none
};

SQLite::Database new_database() {
    SQLite::Database out(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    out.exec(store::schema_sql());
    return out;
}

std::vector<DdlColumn> columns_of(SQLite::Database& database, std::string_view table) {
    SQLite::Statement query(database, "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?)");
    query.bind(1, std::string(table));
    std::vector<DdlColumn> out;
    while (query.executeStep())
        out.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                       query.getColumn(2).getInt() != 0, query.getColumn(3).getInt()});
    return out;
}

std::string_view type_of(Kind kind) {
    return kind == Kind::boolean || kind == Kind::integer ? "INTEGER" : "TEXT";
}

TEST_CASE("table: the list of tables is the DDL's: names, order, kinds, keys, and what is required") {
    auto database = new_database();
    for (std::size_t i = 0; i < table_count; ++i) {
        const Table& described = table(static_cast<TableId>(i));
        CAPTURE(described.name);
        auto ddl = columns_of(database, described.name);
        REQUIRE(ddl.size() == described.columns.size() + 1);
        CHECK(ddl[0].name == "organisation_id");
        CHECK(ddl[0].key == 1);
        for (std::size_t c = 0; c < described.columns.size(); ++c) {
            const Column& column = described.columns[c];
            CAPTURE(column.name);
            CHECK(ddl[c + 1].name == column.name);
            CHECK(ddl[c + 1].type == type_of(column.kind));
            CHECK(ddl[c + 1].key == (c < described.key_size ? static_cast<int>(c) + 2 : 0));
            if (column.need == Need::required)
                CHECK(ddl[c + 1].not_null);
            if (column.need == Need::optional)
                CHECK_FALSE(ddl[c + 1].not_null);
        }
        CHECK(described.column(described.label) < described.columns.size());
    }
}

TEST_CASE("table: every table of the DDL that leads with organisation_id is listed, or bookkeeping") {
    auto database = new_database();
    std::set<std::string> bookkeeping = {"organisations", "walks", "changes", "missing", "rejects"};
    SQLite::Statement tables(database, "SELECT name FROM sqlite_schema WHERE type = 'table' "
                                       "AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'");
    while (tables.executeStep()) {
        std::string name = tables.getColumn(0).getString();
        CAPTURE(name);
        if (!bookkeeping.contains(name) && columns_of(database, name)[0].name == "organisation_id")
            CHECK(find_table(name) != nullptr);
    }
}

TEST_CASE("table: booleans are checked by the database") {
    auto database = new_database();
    for (std::size_t i = 0; i < table_count; ++i) {
        const Table& described = table(static_cast<TableId>(i));
        auto sql = database
                       .execAndGet("SELECT sql FROM sqlite_schema WHERE name = '" +
                                   std::string(described.name) + "'")
                       .getString();
        for (const Column& column : described.columns)
            if (column.kind == Kind::boolean)
                CHECK(sql.find("CHECK (" + std::string(column.name) + " IN (0, 1))") != sql.npos);
    }
}

TEST_CASE("table: each is found by its name and belongs to one subject") {
    std::size_t count = 0;
    for (Subject subject : {Subject::connector, Subject::credential})
        for (TableId id : tables_of(subject)) {
            ++count;
            CHECK(table(id).subject == subject);
            REQUIRE(find_table(table(id).name));
            CHECK(*find_table(table(id).name) == id);
            CHECK(table(id).columns[0].name == table(tables_of(subject)[0]).columns[0].name);
        }
    CHECK(count == table_count);
    CHECK_FALSE(find_table("changes"));
    CHECK_FALSE(find_table(""));
}

} // namespace
} // namespace versori::model
