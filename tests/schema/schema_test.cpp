#include "tests/store/opened.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace versori::schema {
namespace {

using store::Opened;

std::string file_text(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}

// Organisation O with connectors A and B, credential CR, and whatever `sql` adds.
struct Filled : Opened {
    explicit Filled(const std::string& sql) {
        write([&] {
            database.execute(R"(
                INSERT INTO organisations (organisation_id, name, state, state_since)
                    VALUES ('O', 'acme', 'ok', ''), ('P', NULL, 'ok', '');
                INSERT INTO connectors VALUES ('O', 'A', 'O', 'Shop', 0, 'http', NULL, NULL, NULL, NULL, '', 'then', NULL),
                                              ('O', 'B', 'O', 'Till', 0, 'http', NULL, NULL, NULL, NULL, '', 'later', NULL),
                                              ('P', 'A', 'O', 'Other', 0, 'http', NULL, NULL, NULL, NULL, '', '', NULL);
                INSERT INTO connections VALUES ('O', 'A', 'N1', 'n', '', '', NULL), ('O', 'A', 'N2', 'n', '', '', NULL),
                                               ('O', 'B', 'N1', 'n', '', '', NULL);
                INSERT INTO credentials VALUES ('O', 'CR', 'O', 'string', 'login', '{}', NULL, NULL, 0, NULL);)");
            database.execute(sql.c_str());
        });
    }
};

TEST_CASE("schema: current.sql is what a new mirror contains") {
    Opened mirror;
    std::string ddl =
        "-- What a new mirror contains, as SQLite holds it; a test compares it with the migrations.\n"
        "-- Refresh: VERSORI_REFRESH=1 build/debug/tests/unit_tests -tc='schema: current*'\n";
    store::Query query(mirror.database, "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' "
                                        "ORDER BY type = 'view', type = 'index', name");
    while (query.step())
        ((ddl += "\n") += query.text(0)) += ";\n";
    if (std::getenv("VERSORI_REFRESH"))
        std::ofstream("schema/current.sql") << ddl;
    if (file_text("schema/current.sql") != ddl)
        FAIL("schema/current.sql is not what a new mirror contains; refresh it with VERSORI_REFRESH=1 "
             "build/debug/tests/unit_tests -tc='schema: current*' and look at the difference");
}

TEST_CASE("schema: every table is strict") {
    Opened mirror;
    CHECK(mirror.select("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                        "AND NOT strict AND name NOT LIKE 'sqlite%'") == "");
}

TEST_CASE("schema: the views have their columns") {
    struct Case {
        std::string name, columns;
    };
    const Case cases[] = {
        {"pending_deletions", "organisation_id, organisation, connector_id, connector, since, answer, held"},
        {"expiring_credentials",
         "organisation_id, credential_id, name, type, expires_at, days_left, connections"},
        {"invalid_credentials", "organisation_id, credential_id, name, type, errors, connections"},
        {"connector_overview",
         "organisation_id, connector_id, name, protocol, connections, versions, credentials, "
         "latest_version, default_version, updated_at"},
        {"recent_changes", "seq, time, organisation_id, organisation, table_name, op, label, changed"},
    };
    Opened mirror;
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(mirror.select("SELECT group_concat(name, ', ') FROM pragma_table_info('" + one.name + "')") ==
              one.columns + "\n");
    }
    CHECK(mirror.select("SELECT count(*) FROM sqlite_schema WHERE type = 'view'") == "5\n");
}

TEST_CASE("schema: no view of one organisation reads the rows of all") {
    Opened mirror;
    for (std::string view : {"pending_deletions", "expiring_credentials", "invalid_credentials",
                             "connector_overview", "recent_changes"}) {
        CAPTURE(view);
        SQLite::Database reader(mirror.database.path(), SQLite::OPEN_READONLY);
        SQLite::Statement plan(reader,
                               "EXPLAIN QUERY PLAN SELECT * FROM " + view + " WHERE organisation_id = 'O'");
        int steps = 0;
        while (plan.executeStep()) {
            std::string step = plan.getColumn(3).getString();
            bool reads_all = step.starts_with("SCAN ") && !step.starts_with("SCAN (subquery");
            if (reads_all)
                FAIL_CHECK(step);
            ++steps;
        }
        CHECK(steps > 0);
    }
    CHECK(mirror.select("SELECT count(*) FROM recent_changes") == "0\n");
}

TEST_CASE("schema: what refers to a row is found without reading a table") {
    Opened mirror;
    SQLite::Database reader(mirror.database.path(), SQLite::OPEN_READONLY);
    SQLite::Statement keys(reader, "SELECT t.name, group_concat('\"' || f.\"from\" || '\" = 1', ' AND ') "
                                   "FROM pragma_table_list t, pragma_foreign_key_list(t.name) f "
                                   "WHERE t.schema = 'main' GROUP BY t.name, f.id");
    int count = 0;
    while (keys.executeStep()) {
        std::string table = keys.getColumn(0).getString();
        CAPTURE(table);
        SQLite::Statement plan(reader, "EXPLAIN QUERY PLAN SELECT 1 FROM " + table + " WHERE " +
                                           keys.getColumn(1).getString());
        REQUIRE(plan.executeStep());
        CHECK(plan.getColumn(3).getString().starts_with("SEARCH "));
        ++count;
    }
    CHECK(count > 15);
}

TEST_CASE("view: pending deletions") {
    Filled mirror("INSERT INTO missing VALUES ('O', 'A', 't1', 1, '404', 't2', NULL), "
                  "('O', 'B', 't1', 0, NULL, NULL, 'kept'), ('P', 'A', 't3', 0, NULL, NULL, NULL);"
                  "UPDATE organisations SET held_since = 'x' WHERE organisation_id = 'P'");
    CHECK(mirror.select("SELECT * FROM pending_deletions ORDER BY 1") == "O|acme|A|Shop|t1|404|0\n"
                                                                         "P|P|A|Other|t3||1\n");
}

TEST_CASE("view: expiring credentials, and how many connections use them") {
    Filled mirror(
        "INSERT INTO credentials SELECT 'O', 'in' || days, 'O', 'string', 'n', '{}', NULL, NULL, 0, "
        "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', days || ' days', '1 hour') FROM "
        "(SELECT -2 AS days UNION SELECT 5 UNION SELECT 29 UNION SELECT 30);"
        "INSERT INTO connection_credentials VALUES ('O', 'A', 'N1', 'action', 'L1', 0, 'in5', NULL, NULL, "
        "NULL), "
        "('O', 'A', 'N1', 'trigger', 'L2', 0, 'in5', NULL, NULL, NULL), "
        "('O', 'A', 'N2', 'action', 'L1', 0, 'in5', NULL, NULL, NULL), "
        "('O', 'B', 'N1', 'action', 'L1', 0, 'in5', NULL, NULL, NULL), "
        "('O', 'B', 'N1', 'action', 'L2', 1, 'in29', NULL, NULL, NULL)");
    CHECK(mirror.select("SELECT organisation_id, credential_id, name, type, days_left, connections "
                        "FROM expiring_credentials ORDER BY expires_at") == "O|in-2|n|string|-1|0\n"
                                                                            "O|in5|n|string|5|3\n"
                                                                            "O|in29|n|string|29|1\n");
}

TEST_CASE("view: invalid credentials with their errors in order") {
    Filled mirror("UPDATE credentials SET valid = 0;"
                  "INSERT INTO credential_errors VALUES ('O', 'CR', 1, 'second'), ('O', 'CR', 0, 'first');"
                  "INSERT INTO credentials VALUES ('O', 'ok', 'O', 'string', 'n', '{}', NULL, 1, 0, NULL);"
                  "INSERT INTO connection_credentials VALUES ('O', 'A', 'N1', 'action', 'L1', 0, 'CR', NULL, "
                  "NULL, NULL)");
    CHECK(mirror.select("SELECT * FROM invalid_credentials") ==
          "O|CR|login|string|[\"first\",\"second\"]|1\n");
}

TEST_CASE("view: the overview of a connector") {
    Filled mirror("INSERT INTO versions VALUES ('O', 'A', 'V1', '1.0', NULL, 0, 1, '', '', NULL, NULL), "
                  "('O', 'A', 'V2', '2.0', NULL, 1, 0, '', '', NULL, NULL);"
                  "INSERT INTO connection_credentials VALUES ('O', 'A', 'N1', 'action', 'L1', 0, 'CR', NULL, "
                  "NULL, NULL), "
                  "('O', 'A', 'N2', 'action', 'L1', 0, 'CR', NULL, NULL, NULL)");
    CHECK(mirror.select("SELECT * FROM connector_overview WHERE organisation_id = 'O' ORDER BY 2") ==
          "O|A|Shop|http|2|2|1|2.0|1.0|then\n"
          "O|B|Till|http|1|0|0|||later\n");
}

TEST_CASE("view: changes of the last day") {
    Filled mirror("INSERT INTO changes (seq, time, organisation_id, table_name, op, label, changed) SELECT "
                  "seq, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', ago), org, 't', 'update', 'l', '[]' FROM "
                  "(SELECT 1 AS seq, '-25 hours' AS ago, 'O' AS org UNION SELECT 2, '-23 hours', 'O' "
                  "UNION SELECT 3, '-1 hour', 'P' UNION SELECT 4, '-1 hour', 'gone')");
    CHECK(mirror.select("SELECT seq, organisation_id, organisation, table_name, op, label, changed "
                        "FROM recent_changes ORDER BY seq") == "2|O|acme|t|update|l|[]\n"
                                                               "3|P|P|t|update|l|[]\n"
                                                               "4|gone|gone|t|update|l|[]\n");
    CHECK(mirror.select("SELECT seq FROM recent_changes WHERE organisation_id = 'O'") == "2\n");
}

} // namespace
} // namespace versori::schema
