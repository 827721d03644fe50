#pragma once

#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/query.hpp"
#include "tests/store/folder.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::store {

// A new mirror in a folder of its own.
struct Opened {
    // `work` in one transaction.
    template <class Work>
    void write(Work work) {
        REQUIRE(database.try_begin());
        Transaction transaction(database);
        work();
        transaction.commit();
    }

    // What a reader sees: rows with `|` between columns, one a line; NULL is empty.
    std::string select(const std::string& sql) const {
        SQLite::Database reader(database.path(), SQLite::OPEN_READONLY);
        SQLite::Statement query(reader, sql);
        std::string out;
        while (query.executeStep()) {
            for (int i = 0; i < query.getColumnCount(); ++i)
                (out += i ? "|" : "") += query.getColumn(i).getString();
            out += '\n';
        }
        return out;
    }

    Folder folder;
    Database database{folder.file("m.db"), Database::Mode::write, *model::parse_time("2025-06-01T00:00:00Z")};
};

} // namespace versori::store
