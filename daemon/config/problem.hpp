#pragma once

#include <cstdint>
#include <string>

namespace versori::config {

// One thing wrong with the configuration.
struct Problem {
    std::string file;         // empty: the key is a command line flag
    std::uint32_t line = 0;   // from 1; 0: the file as a whole
    std::uint32_t column = 0; // from 1, in characters
    std::string key;          // section.name, or the flag; empty: the file's syntax
    std::string message;      // "expected …, got …" or another sentence

    bool operator==(const Problem&) const = default;
};

// `FILE:LINE:COL: key: message`, leaving out what is empty.
std::string to_string(const Problem& problem);

} // namespace versori::config
