#include "daemon/cli/progress.hpp"

#include "daemon/cli/table.hpp"
#include "daemon/sync/report.hpp"

#include <algorithm>
#include <cstdio>

namespace versori::cli {
namespace {

using Moment = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;
using sync::grouped;

constexpr std::size_t longest_bar = 30, shortest_bar = 8;
constexpr const char* gap = "  ";

std::string megabytes(std::uint64_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

std::string time_left(std::chrono::seconds time) {
    return time < std::chrono::minutes{1} ? std::to_string(time.count()) + " s" : sync::duration(time);
}

// Connectors a second; 0 while that cannot be told.
double rate_of(const Advance& advance, Moment now) {
    std::chrono::duration<double> elapsed = now - advance.began;
    return elapsed < milliseconds{200} ? 0
                                       : static_cast<double>(advance.progress.connectors) / elapsed.count();
}

std::vector<std::string> facts_of(const Advance& advance, Moment now) {
    const sync::Progress& progress = advance.progress;
    if (progress.pages == 0)
        return {advance.waiting.empty() ? "connecting" : advance.waiting};
    std::vector<std::string> out;
    out.push_back(grouped(progress.connectors) +
                  (progress.total_count ? " of " + grouped(*progress.total_count) : " connectors"));
    if (!advance.waiting.empty()) {
        out.push_back(advance.waiting);
        return out;
    }
    out.push_back(grouped(progress.pages) + (progress.pages == 1 ? " page" : " pages"));
    out.push_back(megabytes(progress.bytes));
    double rate = rate_of(advance, now);
    if (rate < 1)
        return out;
    out.push_back(grouped(static_cast<std::int64_t>(rate)) + "/s");
    if (progress.total_count && *progress.total_count > progress.connectors) {
        double left = static_cast<double>(*progress.total_count - progress.connectors) / rate;
        out.push_back(time_left(std::chrono::seconds(static_cast<std::int64_t>(left + 1))) + " left");
    }
    return out;
}

std::string repeated(const char* text, std::size_t times) {
    std::string out;
    while (times-- > 0)
        out += text;
    return out;
}

std::string bar(const sync::Progress& progress, std::size_t length, bool colored) {
    double total = static_cast<double>(progress.total_count.value_or(0));
    double share = total > 0 ? std::min(static_cast<double>(progress.connectors) / total, 1.0) : 0;
    auto full = static_cast<std::size_t>(share * static_cast<double>(length));
    std::string done = repeated("━", full), open = repeated("─", length - full);
    return colored ? "\033[32m" + done + "\033[0m\033[2m" + open + "\033[0m" : done + open;
}

const char* color_of(const sync::WalkResult& result) {
    if (!result.complete())
        return "\033[31m";
    return result.held_reason.empty() ? "\033[32m" : "\033[33m";
}

} // namespace

std::string progress_line(const Advance& advance, Moment now, std::size_t label_width, std::size_t columns,
                          bool colored) {
    std::string line = padded(advance.label, label_width);
    std::vector<std::string> facts = facts_of(advance, now);
    std::string text;
    for (const std::string& fact : facts) {
        if (width(line) + width(text) + width(gap) + width(fact) > columns)
            break;
        text += gap + fact;
    }
    if (text.empty())
        return clipped(line, columns);
    std::size_t room = columns - width(line) - width(text);
    if (room >= shortest_bar + width(gap))
        line += gap + bar(advance.progress, std::min(longest_bar, room - width(gap)), colored);
    return line + text;
}

std::string closing_line(std::string_view label, std::size_t label_width, const sync::WalkResult& result,
                         milliseconds took, bool colored) {
    std::vector<std::string> facts = sync::walk_facts(result, took, "−");
    if (colored)
        facts.front() = color_of(result) + facts.front() + "\033[0m";
    std::string line = padded(label, label_width);
    for (const std::string& fact : facts)
        line += gap + fact;
    return line;
}

void Screen::draw(const std::list<Advance>& all, Moment now) {
    TerminalSize size = terminal_.size();
    std::string text = erasure(size.columns);
    drawn_.clear();
    for (const Advance& one : all) {
        if (drawn_.size() + 1 >= std::max<std::size_t>(size.rows, 2))
            break;
        drawn_.push_back(width(progress_line(one, now, label_width_, size.columns - 1, false)));
        text += progress_line(one, now, label_width_, size.columns - 1, colored_) + "\n";
    }
    terminal_.write(text);
}

void Screen::clear() {
    if (!drawn_.empty())
        terminal_.write(erasure(terminal_.size().columns));
    drawn_.clear();
}

// A line that a terminal made narrower shows as several.
std::string Screen::erasure(std::size_t columns) const {
    std::size_t rows = 0;
    for (std::size_t one : drawn_)
        rows += std::max<std::size_t>((one + columns - 1) / columns, 1);
    return rows == 0 ? "" : "\033[" + std::to_string(rows) + "A\r\033[J";
}

} // namespace versori::cli
