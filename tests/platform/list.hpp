#pragma once

#include "tests/platform/behaviour.hpp"
#include "tests/platform/target.hpp"
#include "tests/platform/world.hpp"

#include <variant>

// List Connectors as a pure function: which connectors, from where, and what comes next.
namespace versori::platform {

struct Filters {
    std::vector<std::pair<std::string, std::optional<std::string>>> tags; // all must hold
    std::vector<std::string> categories;                                  // any may hold
    std::string protocol;                                                 // substrings, in any case
    std::string name;
};

struct Query {
    std::size_t first = 20;
    std::optional<std::string> after;
    std::optional<std::string> before;
    Filters filters;
    std::vector<std::pair<std::string, std::string>> kept; // what a next URL repeats: all but the cursors
};

// What is wrong with a query: a field and a sentence.
struct BadQuery {
    std::string field;
    std::string message;
};

std::variant<Query, BadQuery> parse_query(const Target&);

// The connectors that pass the filters and may be seen, in the order of the list.
std::vector<const Connector*> selection(const Organisation&, const Behaviour&, const Filters&,
                                        bool invisible_too = false);

struct Window {
    std::size_t begin = 0;
    std::size_t end = 0;
};

enum class BadCursor { malformed, gone };

// Where the page lies in `all`.
std::variant<Window, BadCursor> window(const std::vector<const Connector*>& all, const Query&,
                                       const Behaviour&);

// The cursor of a connector: to continue behind it or to end before it. `position` is what an offset cursor
// holds.
std::string cursor_of(const Connector&, std::size_t position, const Behaviour&);

} // namespace versori::platform
