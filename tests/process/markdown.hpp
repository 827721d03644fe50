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

// The indented block that begins so, as printed but for the indentation. Throws when there is none.
std::string indented(const std::string& path, const std::string& beginning);

// The command, which stands as `code` in the file's text. Throws when it does not.
std::string printed(const std::string& path, const std::string& command);

// The statements of a block of SQL, each with the comment before it.
std::vector<std::string> statements(const std::string& sql);

} // namespace versori::process
