#pragma once

#include "daemon/model/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace versori::config {

// A place in the text, both counted from 1, columns in characters.
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const Place&) const = default;
};

// A TOML document as plain values, each with its place, so that toml++ (slow to compile) stays in one file.
struct Date {};
struct Node;
struct Member;
using Array = std::vector<Node>;
using Table = std::vector<Member>; // in the file's order

struct Node {
    Place place;
    std::variant<Date, bool, std::int64_t, double, std::string, Array, Table> value;
};

struct Member {
    std::string key;
    Place place; // of the key
    Node node;
};

struct SyntaxError {
    Place place;
    std::string message; // what the parser says
};

boost::system::result<Table, SyntaxError> parse_toml(std::string_view text);

// The member of that key, or null.
const Node* find(const Table& table, std::string_view key);

// The value in a few words, for the second half of "expected …, got …".
std::string describe(const Node& node);

} // namespace versori::config
