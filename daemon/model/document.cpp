#include "daemon/model/document.hpp"

#include <algorithm>
#include <utility>

namespace versori::model {

namespace {

// What most of them take, and half of the largest part.
constexpr std::size_t first_block(Subject subject) {
    return subject == Subject::connector ? 4096 : 1024;
}

template <std::size_t... I>
auto lists_in(std::pmr::memory_resource* memory, std::index_sequence<I...>) {
    return std::array{(static_cast<void>(I), std::pmr::vector<Value*>(memory))...};
}

} // namespace

Document::Body::Body(Subject subject)
    : memory(first_block(subject)), rows(lists_in(&memory, std::make_index_sequence<table_count>())) {}

std::string_view Document::id() const {
    return text_of(rows(root()).front()[0]);
}

ConstRow Document::row(TableId id, std::size_t index) const {
    return {rows(id)[index], table(id).columns.size()};
}

ConstRow Document::find(TableId id, ConstRow key) const {
    auto less = [size = key.size()](const Value* row, ConstRow key) {
        return std::ranges::lexicographical_compare(ConstRow{row, size}, key);
    };
    auto all = rows(id);
    auto at = std::lower_bound(all.begin(), all.end(), key, less);
    if (at == all.end() || !std::ranges::equal(ConstRow{*at, key.size()}, key))
        return {};
    return {*at, table(id).columns.size()};
}

Row Document::add(TableId id) {
    std::size_t count = table(id).columns.size();
    std::size_t size = count * sizeof(Value);
    auto* values = static_cast<Value*>(body_->memory.allocate(size, alignof(Value)));
    std::uninitialized_default_construct_n(values, count);
    bytes_ += size;
    list(id).push_back(values);
    return {values, count};
}

Value Document::text(std::string_view from) {
    auto* copy = static_cast<char*>(body_->memory.allocate(from.size() + 1, 1));
    from.copy(copy, from.size());
    bytes_ += from.size();
    return std::string_view{copy, from.size()};
}

std::optional<TableId> Document::sort() {
    std::optional<TableId> twice;
    for (TableId id : tables_of(subject_)) {
        Rows& rows = list(id);
        auto key = [size = table(id).key_size](const Value* row) { return ConstRow{row, size}; };
        auto less = [&](const Value* a, const Value* b) {
            return std::ranges::lexicographical_compare(key(a), key(b));
        };
        if (!std::ranges::is_sorted(rows, less))
            std::ranges::sort(rows, less);
        auto same = [&](const Value* a, const Value* b) { return std::ranges::equal(key(a), key(b)); };
        if (std::ranges::adjacent_find(rows, same) != rows.end())
            twice = id;
    }
    return twice;
}

void Document::inherit(const Document& earlier) {
    if (empty() || earlier.empty())
        return;
    auto take = [&](TableId id, std::string_view column) {
        if (!unstated(id))
            return;
        std::size_t index = table(root()).column(column);
        list(root()).front()[index] = earlier.row(root(), 0)[index];
        list(id).clear();
        for (std::size_t i = 0; i < earlier.rows(id).size(); ++i) {
            Row copy = add(id);
            std::ranges::transform(earlier.row(id, i), copy.begin(), [&](const Value& value) {
                return std::holds_alternative<std::string_view>(value) ? text(text_of(value)) : value;
            });
        }
        if (!earlier.unstated(id))
            unstated_ &= ~bit(id);
    };
    take(TableId::credential_errors, "valid");
    take(TableId::credential_usages, "usages_loaded");
}

} // namespace versori::model
