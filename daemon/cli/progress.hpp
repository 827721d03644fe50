#pragma once

#include "daemon/cli/table.hpp"
#include "daemon/sync/round.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace versori::cli {

// How far one organisation's walk is.
struct Advance {
    std::string label;
    sync::Progress progress = {};
    std::chrono::steady_clock::time_point began = {};
    std::string waiting = {}; // why nothing goes on, a sentence; empty: it goes on
};

// One line of at most `columns`, its label padded to `label_width`:
// `acme  ━━━━━━──────  602 of 1,204  7 pages  1.2 MB  240/s  3 s left`. What does not fit is left out from
// the right, the bar first of all. Pure.
std::string progress_line(const Advance&, std::chrono::steady_clock::time_point now, std::size_t label_width,
                          std::size_t columns, bool colored);

// `acme  settled  1,204 connectors  +3 ~12 −1  2.4 s`, or why not.
std::string closing_line(std::string_view label, std::size_t label_width, const sync::WalkResult&,
                         std::chrono::milliseconds took, bool colored);

// Lines at the bottom of a terminal, drawn over and over.
class Screen {
public:
    // `write` puts bytes on the terminal; `size` says how large it is now.
    struct Terminal {
        std::function<void(std::string_view)> write;
        std::function<TerminalSize()> size;
    };
    Screen(Terminal terminal, std::size_t label_width, bool colored)
        : terminal_(std::move(terminal)), label_width_(label_width), colored_(colored) {}

    // In place of what was drawn before; as many as the terminal has room for.
    void draw(const std::list<Advance>&, std::chrono::steady_clock::time_point now);
    // Removes them, so that other lines can be printed.
    void clear();

private:
    std::string erasure(std::size_t columns) const;

    Terminal terminal_;
    std::size_t label_width_;
    bool colored_;
    std::vector<std::size_t> drawn_; // the widths of the lines on the terminal
};

} // namespace versori::cli
