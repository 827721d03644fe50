#include "daemon/store/query.hpp"

#include <sqlite3.h>

#include <cstring>

namespace versori::store {
namespace {

Prepared& prepare(const std::string& path, Database::Handle& handle, std::string_view sql) {
    auto found = handle.statements.find(sql);
    if (found != handle.statements.end())
        return found->second;
    try {
        std::string text(sql);
        SQLite::Statement statement(handle.sqlite, text);
        std::vector<std::string> texts(static_cast<std::size_t>(statement.getBindParameterCount()));
        return handle.statements.emplace(std::move(text), Prepared{std::move(statement), std::move(texts)})
            .first->second;
    } catch (const SQLite::Exception& error) {
        throw_store_error(path, error, &handle.sqlite);
    }
}

// `: ` and why the system refused to read or write, if it did: the log, or the file itself.
std::string system_reason(const SQLite::Database* connection) {
    if (!connection)
        return {};
    int reason = 0;
    sqlite3_file* log = nullptr;
    sqlite3_file_control(connection->getHandle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &reason);
    if (reason == 0)
        sqlite3_file_control(connection->getHandle(), "main", SQLITE_FCNTL_LAST_ERRNO, &reason);
    return reason ? std::string(": ") + std::strerror(reason) : std::string();
}

} // namespace

void throw_store_error(const std::string& path, const SQLite::Exception& error,
                       const SQLite::Database* connection) {
    std::string what = "the mirror " + path + ": ";
    switch (error.getErrorCode()) {
    case SQLITE_BUSY:
        throw Busy(what + "another process holds it locked");
    case SQLITE_FULL:
        what += "the disk is full; free some space";
        break;
    case SQLITE_READONLY:
        what += "it cannot be written: check the owner and mode of the file and its directory";
        break;
    case SQLITE_CORRUPT:
        what += "it is damaged (" + std::string(error.what()) +
                "); `versori-mirror rebuild` sets it aside and starts a new one";
        break;
    case SQLITE_NOTADB:
        what += "it is not an SQLite database; name another file, or move this one away";
        break;
    case SQLITE_CANTOPEN:
        what += "it cannot be opened: check that its directory exists and may be used";
        break;
    case SQLITE_IOERR:
        what += "reading or writing failed (" + std::string(error.what()) + system_reason(connection) + ")";
        break;
    default:
        what += error.what();
    }
    throw StoreError(what);
}

Query::Query(Database& database, std::string_view sql)
    : database_(database), prepared_(prepare(database.path(), *database.handle_, sql)),
      statement_(prepared_.statement) {}

Query::~Query() {
    statement_.tryReset();
}

bool Query::step() {
    try {
        return statement_.executeStep();
    } catch (const SQLite::Exception& error) {
        throw_store_error(database_.path(), error, &database_.handle_->sqlite);
    }
}

void Query::run() {
    while (step()) {
    }
}

Query& Query::with_row(model::ConstRow row) {
    for (const model::Value& value : row)
        bind(value);
    return *this;
}

Query& Query::with_blob(std::string_view bytes) {
    statement_.bindNoCopy(next_++, bytes.data(), static_cast<int>(bytes.size()));
    return *this;
}

void Query::bind(std::string_view text) {
    std::string& kept = prepared_.texts[static_cast<std::size_t>(next_ - 1)];
    kept.assign(text);
    statement_.bindNoCopy(next_++, kept);
}

void Query::bind(std::nullopt_t) {
    statement_.bind(next_++);
}

void Query::bind_integer(std::int64_t value) {
    statement_.bind(next_++, value);
}

void Query::bind(const model::Digest& digest) {
    statement_.bind(next_++, digest.data(), static_cast<int>(digest.size()));
}

void Query::bind(const model::Value& value) {
    if (model::is_null(value))
        bind(std::nullopt);
    else if (auto* number = std::get_if<std::int64_t>(&value))
        bind_integer(*number);
    else
        bind(model::text_of(value));
}

std::int64_t Query::integer(int column) const {
    return statement_.getColumn(column).getInt64();
}

std::optional<std::int64_t> Query::integer_or_null(int column) const {
    if (is_null(column))
        return {};
    return integer(column);
}

std::string_view Query::text(int column) const {
    auto value = statement_.getColumn(column);
    const char* text = value.getText("");
    return {text, static_cast<std::size_t>(value.getBytes())};
}

std::string_view Query::blob(int column) const {
    auto value = statement_.getColumn(column);
    auto* bytes = static_cast<const char*>(value.getBlob());
    return {bytes, static_cast<std::size_t>(value.getBytes())};
}

bool Query::is_null(int column) const {
    return statement_.isColumnNull(column);
}

} // namespace versori::store
