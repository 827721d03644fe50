#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace versori::cli {

// How many columns of a terminal the text takes, where every character takes one.
std::size_t width(std::string_view utf8);

enum class Align { left, right };

// With blanks on the other side, up to `columns`; a longer text stays as it is.
std::string padded(std::string_view text, std::size_t columns, Align = Align::left);

// At most `columns` of it; what is longer ends in `…`.
std::string clipped(std::string_view text, std::size_t columns);

// Lines of at most `columns`, broken at blanks, or within a word that is longer. 0: one line.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

struct TerminalSize {
    std::size_t columns = 0, rows = 0;
};
// Of the terminal behind the descriptor; nothing when it is none. One that does not say has 80 and 24.
TerminalSize terminal_size(int descriptor);

} // namespace versori::cli
