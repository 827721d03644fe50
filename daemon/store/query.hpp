#pragma once

#include "daemon/model/digest.hpp"
#include "daemon/model/document.hpp"
#include "daemon/store/database.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace versori::store {

// A statement prepared once, with the memory that its text parameters are bound from.
struct Prepared {
    SQLite::Statement statement;
    std::vector<std::string> texts;
};

struct Database::Handle {
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    SQLite::Database sqlite;
    std::unordered_map<std::string, Prepared, Hash, std::equal_to<>> statements; // by their text
};

// One use of a prepared statement; ends with its scope. Every SQLite error becomes a StoreError that names
// the file.
class Query {
public:
    Query(Database& database, std::string_view sql);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    // Binds the next parameters in order.
    template <class... Values>
    Query& with(const Values&... values) {
        (bind(values), ...);
        return *this;
    }
    Query& with_row(model::ConstRow row);
    Query& with_blob(std::string_view bytes); // not copied: they must outlive the query's steps

    bool step(); // false after the last row
    void run();  // one that returns no row

    std::int64_t integer(int column) const;
    std::optional<std::int64_t> integer_or_null(int column) const;
    std::string_view text(int column) const; // empty for NULL; valid until the next step
    std::string_view blob(int column) const;
    bool is_null(int column) const;

private:
    void bind(std::string_view text);
    void bind(const char* text) { bind(std::string_view(text)); }
    void bind(const std::string& text) { bind(std::string_view(text)); }
    void bind(std::nullopt_t);
    template <std::integral Integer>
    void bind(Integer value) {
        bind_integer(static_cast<std::int64_t>(value));
    }
    void bind(model::Time time) { bind(std::string_view(model::format_time(time))); }
    void bind(const model::Digest& digest);
    void bind(const model::Value& value);
    template <class T>
    void bind(const std::optional<T>& value) {
        value ? bind(*value) : bind(std::nullopt);
    }
    void bind_integer(std::int64_t value);

    Database& database_;
    Prepared& prepared_;
    SQLite::Statement& statement_;
    int next_ = 1;
};

// `connection`: of which the error is, if it is open; the system's reason is taken from it.
[[noreturn]] void throw_store_error(const std::string& path, const SQLite::Exception&,
                                    const SQLite::Database* connection = nullptr);

} // namespace versori::store
