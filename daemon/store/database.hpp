#pragma once

#include "daemon/model/time.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace versori::store {

// The database could not be opened, read or written. The sentence says what happened, where, and what to do.
struct StoreError : std::runtime_error {
    using runtime_error::runtime_error;
};

// One connection to the mirror's SQLite file. Not for several threads.
class Database {
public:
    enum class Mode {
        write, // creates the file, with mode 0640, and migrates it
        read,  // alters nothing
    };

    // Refuses, without touching it, a file that is not a mirror, is of a newer schema, or cannot be written
    // although it must be. Throws StoreError.
    Database(std::string path, Mode, model::Time now);
    ~Database();

    // An empty one of this process alone, in memory and, as it grows, in a temporary file; gone with the
    // object. `mirror` names the mirror in messages. Throws StoreError.
    static std::unique_ptr<Database> temporary(const std::string& mirror);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::string& path() const { return path_; }

    // BEGIN IMMEDIATE. False when another process is writing: pause and try again. Throws StoreError.
    bool try_begin();
    void commit();
    void rollback() noexcept;
    bool in_transaction() const { return in_transaction_; }

    // Changes when another connection has committed.
    std::int64_t data_version();

    // Rows changed by this connection since it was opened.
    std::int64_t total_changes() const;

    void execute(const char* sql);

    // A copy of the whole database in a new file.
    void copy_to(const std::string& path);

    struct Handle; // store's own: see query.hpp

private:
    friend class Query;

    explicit Database(std::string path);
    void open_for_writing(model::Time now);
    void migrate(model::Time now);

    std::string path_;
    std::unique_ptr<Handle> handle_;
    bool in_transaction_ = false;
};

// BEGIN IMMEDIATE to COMMIT; rolls back unless committed. REQUIRES: `try_begin` said true.
class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) {}
    ~Transaction() {
        if (database_.in_transaction())
            database_.rollback();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() { database_.commit(); }

private:
    Database& database_;
};

// One moment for several queries, and one lock for many. REQUIRES: no transaction is open. Throws StoreError.
class Snapshot {
public:
    explicit Snapshot(Database& database) : database_(database) { database_.execute("BEGIN"); }
    ~Snapshot() { database_.rollback(); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

private:
    Database& database_;
};

// A random UUID of version 4, as a mirror's id is.
std::string random_uuid();

// The number of the schema that this program writes: PRAGMA user_version.
int schema_number();

// The DDL of a new mirror.
std::string schema_sql();

// What its tables and columns mean, in Markdown.
std::string schema_dictionary();

} // namespace versori::store
