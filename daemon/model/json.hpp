#pragma once

#include "daemon/model/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace versori::model {

struct Member;

// A value inside a parsed text: a handle of one pointer, valid while its JsonParser lives and parses nothing
// else. Numbers keep the digits they arrived with.
class Json {
public:
    enum class Type : std::uint8_t { null, boolean, number, string, array, object };

    Type type() const { return node_->type; }
    bool is(Type type) const { return node_->type == type; }

    // A string's content, a number's digits, `true`, `false` or `null`; empty for arrays and objects.
    std::string_view text() const { return {node_->text, node_->length}; }

    // Empty when this is no array, or no object.
    auto elements() const;
    auto members() const;

    // The value of the member `name`: the last one when the name stands twice.
    std::optional<Json> find(std::string_view name) const;

    // Whether both were read from the same text, spaces and escapes apart.
    bool same_as(Json other) const;

private:
    friend class JsonParser;
    template <class Item>
    friend class JsonRange;

    struct Node {
        const char* text;
        std::uint32_t length;
        std::uint32_t
            span; // nodes of this value, itself included; an object's are name, value, name, value …
        Type type;
    };
    explicit Json(const Node* node) : node_(node) {}

    const Node* node_;
};

struct Member {
    std::string_view name;
    Json value;
};

template <class Item>
class JsonRange {
public:
    class Iterator {
    public:
        using value_type = Item;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(const Json::Node* node) : node_(node) {}
        bool operator==(const Iterator&) const = default;
        Item operator*() const {
            if constexpr (std::is_same_v<Item, Member>)
                return {Json(node_).text(), Json(node_ + 1)};
            else
                return Json(node_);
        }
        Iterator& operator++() {
            if constexpr (std::is_same_v<Item, Member>)
                ++node_;
            node_ += node_->span;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }

    private:
        const Json::Node* node_ = nullptr;
    };

    JsonRange(Json whole, Json::Type type)
        : first_(whole.node_ + 1), last_(whole.node_ + (whole.is(type) ? whole.node_->span : 1)) {}
    Iterator begin() const { return Iterator(first_); }
    Iterator end() const { return Iterator(last_); }

private:
    const Json::Node* first_;
    const Json::Node* last_;
};

inline auto Json::elements() const {
    return JsonRange<Json>(*this, Type::array);
}
inline auto Json::members() const {
    return JsonRange<Member>(*this, Type::object);
}

std::string_view type_name(Json::Type);

// Parses one JSON text at a time, into memory that it keeps for the next one. Nesting deeper than `max_depth`
// is an error, so hostile input ends there. UTF-8 is not checked: see `find_invalid_utf8`.
class JsonParser {
public:
    static constexpr int max_depth = 64;

    // `around`: how many levels of another text it stands in. The failure is errc::bad_page: the reason and
    // the offset in bytes.
    Result<Json> parse(std::string_view text, std::size_t around = 0);

private:
    class Handler;
    std::string buffer_;
    std::vector<Json::Node> nodes_;
};

// A copy of `text` in `buffer` to be parsed in place, with what RapidJSON's vector instructions read beyond
// it. Whoever parses bounds the depth by `max_depth`: the parser recurses.
char* in_place(std::string& buffer, std::string_view text);

// The offset of the first byte that is not UTF-8; npos when all is well.
std::size_t find_invalid_utf8(std::string_view);

// Sorts by byte order of the names, equal ones as they stood. Needs no memory for as many as an object
// usually has.
template <class Items, class Name>
void sort_by_name(Items& items, Name name) {
    constexpr std::ptrdiff_t few = 32;
    auto first = items.begin();
    if (items.end() - first > few) {
        std::ranges::stable_sort(items, {}, name);
        return;
    }
    for (auto at = first; at != items.end(); ++at)
        std::rotate(std::ranges::upper_bound(first, at, std::invoke(name, *at), {}, name), at, at + 1);
}

// Canonical JSON: members in byte order of their names, of equal names the last one, no spaces, numbers as
// received.
void append_canonical(std::string& out, Json);
std::string canonical(Json);

// `text` as a JSON string with its quotes. Escaped are `"`, `\` and what is below 0x20, nothing else.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

} // namespace versori::model
