#pragma once

#include "daemon/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace versori::store {

// The database could not be opened, read or written. The sentence says what happened, where, and what to do.
struct StoreError : std::runtime_error {
    using runtime_error::runtime_error;
};

// Another process keeps it locked: it may be tried again.
struct Busy : StoreError {
    using StoreError::StoreError;
};

// What is at the path is not what was opened there, or no longer what it was: it has to be opened again.
struct Displaced : StoreError {
    using StoreError::StoreError;
};

// One connection to the mirror's SQLite file. Not for several threads.
class Database {
public:
    enum class Mode {
        write, // creates the file, with mode 0640, and migrates it
        read,  // alters nothing
    };

    // Refuses, without touching it, a file that is not a mirror, is of a newer schema, or cannot be written
    // although it must be. Throws StoreError; Busy when another process keeps it locked for longer than
    // `patience`.
    Database(std::string path, Mode, model::Time now,
             std::chrono::milliseconds patience = std::chrono::seconds{5});
    ~Database();

    // An empty one of this process alone, in memory and, as it grows, in a temporary file; gone with the
    // object. `mirror` names the mirror in messages. Throws StoreError.
    static std::unique_ptr<Database> temporary(const std::string& mirror);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::string& path() const { return path_; }

    // Sees to it that a connection goes on only with the mirror it was opened for.
    class Guard {
    public:
        virtual ~Guard() = default;
        virtual void look() = 0;               // after each BEGIN, and in `check`; throws Displaced
        virtual void committing() = 0;         // before each COMMIT; may throw StoreError
        virtual void committed() noexcept = 0; // after it
    };
    // Must outlive its use; null: none.
    void set_guard(Guard* guard) { guard_ = guard; }
    // Throws Displaced when the guard says so.
    void check() {
        if (guard_)
            guard_->look();
    }

    // Called when `try_begin` has been refused for `patience` without a break, and when it is not any more.
    void on_locked(std::chrono::milliseconds patience, std::function<void(bool locked)>);

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

    // How the write-ahead log stands after everything was written to the database that readers let through.
    struct Log {
        std::int64_t bytes = 0;   // of what is in it
        std::int64_t pending = 0; // of these, what a reader of an older state keeps from being written
    };
    // `truncate`: the file becomes empty if nothing is pending. REQUIRES: no transaction is open.
    Log checkpoint(bool truncate);

    // The log is not written to the database when this connection ends.
    void leave_log();

    struct Handle; // store's own: see query.hpp

private:
    friend class Query;

    explicit Database(std::string path);
    void open_for_writing(model::Time now, std::chrono::milliseconds patience);
    void migrate(model::Time now);
    bool begin_immediate();
    void note_locked(bool locked);

    std::string path_;
    std::unique_ptr<Handle> handle_;
    bool in_transaction_ = false;
    Guard* guard_ = nullptr;
    std::function<void(bool)> on_locked_;
    std::chrono::milliseconds locked_patience_{};
    std::optional<std::chrono::steady_clock::time_point> locked_since_;
    bool locked_told_ = false;
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
