#pragma once

#include "daemon/model/table.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace versori::model {

// One column of one row: NULL, an INTEGER, or TEXT (times and JSON are text).
using Value = std::variant<std::monostate, std::int64_t, std::string_view>;

inline bool is_null(const Value& value) {
    return value.index() == 0;
}
inline std::string_view text_of(const Value& value) {
    auto* text = std::get_if<std::string_view>(&value);
    return text ? *text : std::string_view{};
}

// A row of a table: its columns in the table's order, organisation_id left out.
using Row = std::span<Value>;
using ConstRow = std::span<const Value>;

// All rows that live and die with one connector, or with one credential. Owns what its rows point to; moving
// it moves no row.
class Document {
public:
    explicit Document(Subject subject) : subject_(subject), body_(std::make_unique<Body>(subject)) {}

    Subject subject() const { return subject_; }
    std::string_view id() const; // REQUIRES: not empty()
    bool empty() const { return rows(root()).empty(); }
    std::size_t bytes() const { return bytes_; }

    // Sorted by key after `sort`, in the order of `add` before.
    std::span<Value* const> rows(TableId id) const { return body_->rows[static_cast<std::size_t>(id)]; }
    ConstRow row(TableId id, std::size_t index) const;
    ConstRow find(TableId id, ConstRow key) const; // empty when there is none; REQUIRES: sorted

    Row add(TableId);             // all NULL
    Value text(std::string_view); // copied into the document

    // Sorts every table by its key. Returns a table in which a key stands twice.
    std::optional<TableId> sort();

    // A credential's copy may say nothing about its errors or its usages, which is not the same as having
    // none (fidelity rules 6 and 8). An unstated table, and the column of the subject's row that speaks of
    // it, stay as they are in `earlier`.
    void leave_unstated(TableId id) { unstated_ |= bit(id); }
    bool unstated(TableId id) const { return unstated_ & bit(id); }
    void inherit(const Document& earlier);

private:
    using Rows = std::pmr::vector<Value*>;
    struct Body {
        explicit Body(Subject);
        std::pmr::monotonic_buffer_resource memory;
        std::array<Rows, table_count> rows;
    };
    Rows& list(TableId id) { return body_->rows[static_cast<std::size_t>(id)]; }
    static std::uint32_t bit(TableId id) { return 1u << static_cast<unsigned>(id); }
    TableId root() const { return tables_of(subject_).front(); }

    Subject subject_;
    std::uint32_t unstated_ = 0;
    std::size_t bytes_ = 0;
    std::unique_ptr<Body> body_;
};

} // namespace versori::model
