/* insert SOURCE TARGET [BEFORE]: puts the rows of the mirror SOURCE into a new database of the same schema,
 * with the daemon's pragmas, prepared statements and one transaction: what any program has to pay that
 * writes these rows. In the order of the list: credentials, then connector by connector. With BEFORE, a
 * mirror of which TARGET is a copy: only the rows that SOURCE has and BEFORE has not, table by table, change
 * records among them. The rows are read before the clock starts. Prints wall seconds, CPU seconds and rows.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static const char* const of_credentials[] = {"credentials", "credential_errors", "credential_usages"};
static const char* const of_connectors[] = {"connectors",
                                            "connector_tags",
                                            "connector_variables",
                                            "auth_schemes",
                                            "auth_scheme_messages",
                                            "connections",
                                            "connection_variables",
                                            "connection_credentials",
                                            "versions",
                                            "version_messages",
                                            "_connectors",
                                            "missing",
                                            "changes"};
enum { tables = 16, columns = 16 };

struct row {
    int table, count;
    sqlite3_value* values[columns];
};
static struct row* rows;
static size_t row_count, row_space;
static const char* names[tables];
static sqlite3_stmt* inserts[tables];

static void check(sqlite3* db, int code) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return;
    fprintf(stderr, "insert: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3* db, const char* sql) {
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt* prepare(sqlite3* db, const char* sql) {
    sqlite3_stmt* statement;
    check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    return statement;
}

static void read_rows(sqlite3* source, int table, sqlite3_stmt* select) {
    while (sqlite3_step(select) == SQLITE_ROW) {
        if (row_count == row_space) {
            struct row* more = realloc(rows, (row_space = row_space ? 2 * row_space : 1024) * sizeof *rows);
            if (!more) {
                fprintf(stderr, "insert: out of memory\n");
                exit(1);
            }
            rows = more;
        }
        struct row* row = &rows[row_count++];
        row->table = table;
        row->count = sqlite3_column_count(select);
        for (int i = 0; i < row->count; ++i)
            row->values[i] = sqlite3_value_dup(sqlite3_column_value(select, i));
    }
    check(source, sqlite3_reset(select));
}

static void name_tables(void) {
    size_t credentials = sizeof of_credentials / sizeof *of_credentials;
    for (size_t i = 0; i < tables; ++i)
        names[i] = i < credentials ? of_credentials[i] : of_connectors[i - credentials];
}

static void read_all(sqlite3* source) {
    char sql[256];
    size_t table = 0;
    for (; table < sizeof of_credentials / sizeof *of_credentials; ++table) {
        snprintf(sql, sizeof sql, "SELECT * FROM %s", names[table]);
        read_rows(source, (int)table, prepare(source, sql));
    }
    sqlite3_stmt* selects[tables] = {0};
    for (size_t i = table; i < tables; ++i) {
        snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE organisation_id = ? AND connector_id = ?",
                 names[i]);
        selects[i] = prepare(source, sql);
    }
    sqlite3_stmt* ids =
        prepare(source, "SELECT organisation_id, connector_id FROM connectors ORDER BY updated_at DESC");
    while (sqlite3_step(ids) == SQLITE_ROW)
        for (size_t i = table; i < tables; ++i) {
            check(source, sqlite3_bind_value(selects[i], 1, sqlite3_column_value(ids, 0)));
            check(source, sqlite3_bind_value(selects[i], 2, sqlite3_column_value(ids, 1)));
            read_rows(source, (int)i, selects[i]);
        }
}

static void read_new(sqlite3* source, const char* before) {
    char sql[1024];
    snprintf(sql, sizeof sql, "ATTACH '%s' AS before", before);
    run(source, sql);
    for (int i = 0; i < tables; ++i) {
        snprintf(sql, sizeof sql, "SELECT * FROM main.%s EXCEPT SELECT * FROM before.%s", names[i], names[i]);
        read_rows(source, i, prepare(source, sql));
    }
    run(source, "DETACH before");
}

static void open_target(sqlite3* target) {
    run(target, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -4096");
}

static void make_schema(sqlite3* source, sqlite3* target, const char* path) {
    char sql[1024];
    sqlite3_stmt* ddl =
        prepare(source, "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%' "
                        "AND type IN ('table', 'index') ORDER BY type DESC, rowid");
    while (sqlite3_step(ddl) == SQLITE_ROW)
        run(target, (const char*)sqlite3_column_text(ddl, 0));
    snprintf(sql, sizeof sql,
             "ATTACH '%s' AS s; INSERT INTO organisations SELECT * FROM s.organisations; DETACH s", path);
    run(target, sql);
}

/* A row that is there already is updated: only where `update` says so. */
static void prepare_inserts(sqlite3* target, int update) {
    char sql[2048];
    for (int i = 0; i < tables; ++i) {
        snprintf(
            sql, sizeof sql,
            "SELECT 'INSERT INTO %s VALUES (' || group_concat('?', ', ') || ')' || iif(%d, ' ON CONFLICT "
            "DO UPDATE SET ' || group_concat(name || ' = excluded.' || name, ', ') FILTER (WHERE NOT pk), "
            "'') FROM pragma_table_info('%s')",
            names[i], update, names[i]);
        sqlite3_stmt* text = prepare(target, sql);
        check(target, sqlite3_step(text));
        inserts[i] = prepare(target, (const char*)sqlite3_column_text(text, 0));
        check(target, sqlite3_finalize(text));
    }
}

static double wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int count, char** arguments) {
    sqlite3 *source, *target;
    if (count < 3)
        return 64;
    const char* before = count > 3 ? arguments[3] : NULL;
    check(NULL, sqlite3_open_v2(arguments[1], &source, SQLITE_OPEN_READONLY, NULL));
    name_tables();
    if (before)
        read_new(source, before);
    else
        read_all(source);
    check(NULL, sqlite3_open(arguments[2], &target));
    open_target(target);
    if (!before)
        make_schema(source, target, arguments[1]);
    prepare_inserts(target, before != NULL);

    double wall_begin = wall(), cpu_begin = cpu();
    run(target, "BEGIN IMMEDIATE");
    for (size_t r = 0; r < row_count; ++r) {
        sqlite3_stmt* insert = inserts[rows[r].table];
        for (int i = 0; i < rows[r].count; ++i) {
            sqlite3_value* value = rows[r].values[i];
            if (sqlite3_value_type(value) == SQLITE_TEXT)
                sqlite3_bind_text(insert, i + 1, (const char*)sqlite3_value_text(value),
                                  sqlite3_value_bytes(value), SQLITE_STATIC);
            else
                sqlite3_bind_value(insert, i + 1, value);
        }
        check(target, sqlite3_step(insert));
        check(target, sqlite3_reset(insert));
    }
    run(target, "COMMIT");
    for (int i = 0; i < tables; ++i)
        check(target, sqlite3_finalize(inserts[i]));
    check(target, sqlite3_close(target));
    printf("%.6f %.6f %zu\n", wall() - wall_begin, cpu() - cpu_begin, row_count);
    return 0;
}
