#include "daemon/store/database.hpp"

#include "daemon/store/memory.hpp"
#include "daemon/store/query.hpp"
#include "schema/sql.hpp"

#include <SQLiteCpp/Backup.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>

namespace versori::store {
namespace {

constexpr int application_id = 0x564D4952;

// A connection is used by one thread: no locks.
SQLite::Database open_sqlite(const std::string& path, int flags, std::chrono::milliseconds patience = {}) {
    return {path, flags | SQLITE_OPEN_NOMUTEX, static_cast<int>(patience.count())};
}

std::int64_t pragma(SQLite::Database& sqlite, const char* name) {
    return sqlite.execAndGet("PRAGMA " + std::string(name)).getInt64();
}

// Throws unless the file is a mirror that this program understands. `made` is false for an empty file.
void check_ours(const std::string& path, SQLite::Database& sqlite, bool& made) {
    auto id = pragma(sqlite, "application_id");
    auto version = pragma(sqlite, "user_version");
    auto tables = sqlite.execAndGet("SELECT count(*) FROM sqlite_master").getInt64();
    made = id == application_id;
    if (id == 0 && version == 0 && tables == 0)
        return;
    if (id != application_id)
        throw StoreError(path +
                         " is a database of another program; name another file with mirror.database or "
                         "--database");
    if (version > schema_number())
        throw StoreError("the mirror " + path + " is of schema " + std::to_string(version) +
                         ", this versori-mirror knows schemas up to " + std::to_string(schema_number()) +
                         "; install the newer version again, or name another file");
}

// Whether the file is in WAL mode without a log, and so whole in itself.
bool is_whole(const std::string& path) {
    char header[20] = {};
    std::ifstream(path, std::ios::binary).read(header, sizeof header);
    return header[18] == 2 && ::access((path + "-wal").c_str(), F_OK) != 0;
}

std::string immutable_uri(const std::string& path) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string out = path.starts_with('/') ? "file://" : "file:";
    for (char c : path) {
        auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || c == '/' || c == '.' || c == '-' || c == '_')
            out += c;
        else
            (out += '%') += {hex[byte >> 4], hex[byte & 15]};
    }
    return out += "?immutable=1";
}

// To look at a file that may be another program's. Opened as usual, a file without its log would get a new
// one beside it.
SQLite::Database open_to_look(const std::string& path, std::chrono::milliseconds patience) {
    if (is_whole(path))
        return open_sqlite(immutable_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    return open_sqlite(path, SQLite::OPEN_READONLY, patience);
}

bool exists_with_content(const std::string& path) {
    struct stat info;
    if (::stat(path.c_str(), &info) != 0)
        return false;
    if (!S_ISREG(info.st_mode))
        throw StoreError("the mirror " + path + " is no regular file");
    return info.st_size > 0;
}

void create_file(const std::string& path) {
    int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0)
        throw StoreError("the mirror " + path + " cannot be created or written: " + std::strerror(errno) +
                         "; check its directory's owner and mode, or name another file");
    ::close(file);
}

} // namespace

std::string random_uuid() {
    std::random_device random;
    std::string out;
    static constexpr char hex[] = "0123456789abcdef";
    for (int i = 0; i < 32; ++i) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            out += '-';
        unsigned digit = random() & 15;
        if (i == 12)
            digit = 4;
        if (i == 16)
            digit = 8 | (digit & 3);
        out += hex[digit];
    }
    return out;
}

int schema_number() {
    return static_cast<int>(std::size(schema::migrations));
}

std::string schema_sql() {
    std::string out;
    for (std::string_view migration : schema::migrations)
        (out += migration) += '\n';
    return out += schema::views;
}

std::string schema_dictionary() {
    return std::string(schema::dictionary);
}

Database::Database(std::string path, Mode mode, model::Time now, std::chrono::milliseconds patience)
    : Database(std::move(path)) {
    try {
        bool made = false;
        if (exists_with_content(path_)) {
            SQLite::Database look = open_to_look(path_, patience);
            check_ours(path_, look, made);
        }
        if (mode == Mode::write) {
            open_for_writing(now, patience);
            return;
        }
        if (!made)
            throw StoreError("there is no mirror at " + path_ +
                             " yet; `versori-mirror run` or `sync` makes one, --database names another file");
        handle_.reset(new Handle{open_sqlite(path_, SQLite::OPEN_READONLY, patience), {}});
        handle_->sqlite.exec("PRAGMA query_only = ON");
    } catch (const SQLite::Exception& error) {
        throw_store_error(path_, error);
    }
}

Database::Database(std::string path) : path_(std::move(path)) {
    take_memory_from_heap();
}

Database::~Database() = default;

std::unique_ptr<Database> Database::temporary(const std::string& mirror) {
    std::unique_ptr<Database> out(new Database(mirror + " (its temporary file)"));
    try {
        out->handle_.reset(new Handle{open_sqlite("", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE), {}});
        out->handle_->sqlite.exec("PRAGMA journal_mode = OFF");
        out->handle_->sqlite.exec("PRAGMA synchronous = OFF");
        out->handle_->sqlite.exec("PRAGMA page_size = 16384"); // a document or two
        out->handle_->sqlite.exec("PRAGMA cache_size = -4096");
    } catch (const SQLite::Exception& error) {
        throw_store_error(out->path_, error);
    }
    return out;
}

void Database::open_for_writing(model::Time now, std::chrono::milliseconds patience) {
    create_file(path_);
    handle_.reset(new Handle{open_sqlite(path_, SQLite::OPEN_READWRITE, patience), {}});
    auto& sqlite = handle_->sqlite;
    if (sqlite3_db_readonly(sqlite.getHandle(), "main") == 1)
        throw StoreError("the mirror " + path_ + " cannot be written; check the owner and mode of the file");
    int persist = 1;
    sqlite3_file_control(sqlite.getHandle(), "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
    sqlite.exec("PRAGMA journal_mode = WAL");
    sqlite.exec("PRAGMA synchronous = FULL");
    sqlite.exec("PRAGMA foreign_keys = ON");
    sqlite.exec("PRAGMA journal_size_limit = 67108864");
    sqlite.exec("PRAGMA cache_size = -6144");
    migrate(now);
    sqlite.exec("PRAGMA busy_timeout = 100");
}

void Database::migrate(model::Time now) {
    auto& sqlite = handle_->sqlite;
    bool changed = false;
    for (auto version = pragma(sqlite, "user_version"); version < schema_number();
         version = pragma(sqlite, "user_version")) {
        sqlite.exec("BEGIN IMMEDIATE");
        // Another process may have been faster.
        if (pragma(sqlite, "user_version") == version) {
            sqlite.exec(std::string(schema::migrations[version]));
            sqlite.exec("PRAGMA user_version = " + std::to_string(version + 1));
            sqlite.exec("PRAGMA application_id = " + std::to_string(application_id));
            if (version == 0) {
                SQLite::Statement insert(sqlite, "INSERT INTO mirror VALUES (?, ?, 1)");
                insert.bind(1, random_uuid());
                insert.bind(2, model::format_time(now));
                insert.exec();
            }
            changed = true;
        }
        if (changed && version + 1 == schema_number()) {
            SQLite::Statement views(sqlite,
                                    "SELECT 'DROP VIEW ' || name FROM sqlite_master WHERE type = 'view'");
            std::string drop;
            while (views.executeStep())
                drop += views.getColumn(0).getString() + ";";
            sqlite.exec(drop + std::string(schema::views));
        }
        sqlite.exec("COMMIT");
    }
}

void Database::on_locked(std::chrono::milliseconds patience, std::function<void(bool)> call) {
    locked_patience_ = patience;
    on_locked_ = std::move(call);
}

bool Database::begin_immediate() {
    try {
        handle_->sqlite.exec("BEGIN IMMEDIATE");
        return in_transaction_ = true;
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() == SQLITE_BUSY)
            return false;
        throw_store_error(path_, error, &handle_->sqlite);
    }
}

bool Database::try_begin() {
    bool begun = begin_immediate();
    note_locked(!begun);
    if (!begun)
        return false;
    try {
        check();
    } catch (...) {
        rollback();
        throw;
    }
    return true;
}

void Database::note_locked(bool locked) {
    auto now = std::chrono::steady_clock::now();
    if (!locked)
        locked_since_.reset();
    else if (!locked_since_)
        locked_since_ = now;
    bool told = locked && (locked_told_ || now - *locked_since_ >= locked_patience_);
    if (on_locked_ && told != locked_told_) {
        locked_told_ = told;
        on_locked_(told);
    }
}

void Database::commit() {
    if (guard_)
        guard_->committing();
    execute("COMMIT");
    in_transaction_ = false;
    if (guard_)
        guard_->committed();
}

void Database::rollback() noexcept {
    in_transaction_ = false;
    handle_->sqlite.tryExec("ROLLBACK");
}

std::int64_t Database::data_version() {
    Query query(*this, "PRAGMA data_version");
    query.step();
    return query.integer(0);
}

std::int64_t Database::total_changes() const {
    return sqlite3_total_changes64(handle_->sqlite.getHandle());
}

void Database::execute(const char* sql) {
    try {
        handle_->sqlite.exec(sql);
    } catch (const SQLite::Exception& error) {
        throw_store_error(path_, error, &handle_->sqlite);
    }
}

Database::Log Database::checkpoint(bool truncate) {
    std::int64_t page = 0;
    {
        Query query(*this, "PRAGMA page_size");
        query.step();
        page = query.integer(0);
    }
    Query query(*this, truncate ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)");
    query.step();
    std::int64_t frames = std::max<std::int64_t>(query.integer(1), 0);
    return {frames * page, (frames - std::max<std::int64_t>(query.integer(2), 0)) * page};
}

void Database::leave_log() {
    sqlite3_db_config(handle_->sqlite.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Database::copy_to(const std::string& path) {
    try {
        create_file(path);
        SQLite::Database target(path, SQLite::OPEN_READWRITE);
        SQLite::Backup(target, handle_->sqlite).executeStep(-1);
    } catch (const SQLite::Exception& error) {
        throw_store_error(path, error);
    }
}

} // namespace versori::store
