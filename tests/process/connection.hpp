#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace versori::process {

// Another program that has the mirror open.
class Connection {
public:
    explicit Connection(const std::string& path) {
        sqlite3_open(path.c_str(), &database_);
        sqlite3_busy_timeout(database_, 5000);
    }
    ~Connection() { sqlite3_close(database_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void execute(const std::string& sql) {
        if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
    }
    sqlite3* get() { return database_; }

private:
    sqlite3* database_ = nullptr;
};

// The backup of SQLite, a few pages at a time, as `.backup` and `.restore` of the sqlite3 shell.
class Backup {
public:
    Backup(Connection& from, Connection& to)
        : backup_(sqlite3_backup_init(to.get(), "main", from.get(), "main")) {}
    ~Backup() { sqlite3_backup_finish(backup_); }
    Backup(const Backup&) = delete;
    Backup& operator=(const Backup&) = delete;

    // All that is left when negative. True when it is done.
    bool copy(int pages) { return sqlite3_backup_step(backup_, pages) == SQLITE_DONE; }

private:
    sqlite3_backup* backup_;
};

} // namespace versori::process
