#include "daemon/cli/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace versori::cli {
namespace {

bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// The bytes of the first `columns` characters.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (starts_character(text[at]) && columns-- == 0)
            break;
    return at;
}

} // namespace

std::size_t width(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, starts_character));
}

std::string padded(std::string_view text, std::size_t columns, Align align) {
    std::string blanks(columns - std::min(columns, width(text)), ' ');
    return align == Align::left ? std::string(text) + blanks : blanks + std::string(text);
}

std::string clipped(std::string_view text, std::size_t columns) {
    if (width(text) <= columns)
        return std::string(text);
    return columns == 0 ? "" : std::string(text.substr(0, bytes_of(text, columns - 1))) + "…";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    while (columns > 0 && width(text) > columns) {
        std::size_t limit = bytes_of(text, columns);
        std::size_t blank = text.rfind(' ', limit);
        bool at_blank = blank != text.npos && blank > 0;
        lines.emplace_back(text.substr(0, at_blank ? blank : limit));
        text.remove_prefix(at_blank ? blank + 1 : limit);
    }
    lines.emplace_back(text);
    return lines;
}

TerminalSize terminal_size(int descriptor) {
    if (::isatty(descriptor) != 1)
        return {};
    winsize size = {};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {80, 24};
    return {size.ws_col, size.ws_row};
}

} // namespace versori::cli
