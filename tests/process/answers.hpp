#pragma once

#include "tests/process/administered.hpp"

#include <functional>

namespace versori::process {

// What a question must be answered with, computed from the world and not from the mirror: rows in any order,
// columns joined by `|`, NULL as `-`. `@` stands for a time since the site's beginning, `*` for anything but
// NULL.
struct Answer {
    std::string question;
    std::function<std::vector<std::string>(const Administered&)> rows;
    std::vector<std::size_t> open = {}; // the columns that hold `*`
};

const std::vector<Answer>& answers();

// The kinds of surprises in a world's connectors: `json_path|kind`.
std::set<std::string> surprises(const platform::World&);

} // namespace versori::process
