#pragma once

#include <string>
#include <vector>

namespace versori::process {

struct Block {
    std::string heading; // the last one before it, without its #
    std::string text;
};

// The fenced blocks of a Markdown file that start with ```language, in order. Throws when it cannot be read.
std::vector<Block> blocks(const std::string& path, const std::string& language);

} // namespace versori::process
