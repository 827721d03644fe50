#include "daemon/cli/progress_display.hpp"

#include "daemon/sync/report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace versori::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto between_drawings = std::chrono::milliseconds{100};

Screen::Terminal terminal() {
    return {[](std::string_view text) { std::cout << text << std::flush; },
            [] { return terminal_size(STDOUT_FILENO); }};
}

bool can_draw() {
    const char* kind = std::getenv("TERM");
    return terminal_size(STDOUT_FILENO).columns > 0 && (!kind || std::string_view(kind) != "dumb");
}

} // namespace

ProgressDisplay::ProgressDisplay(boost::asio::io_context& io, std::size_t label_width, bool colored)
    : shown_(can_draw()), colored_(colored), label_width_(label_width),
      screen_(terminal(), label_width, colored), timer_(io) {}

Advance& ProgressDisplay::line_of(const sync::Walker& walker) {
    auto found = std::ranges::find(under_way_, walker.label(), &Advance::label);
    return found != under_way_.end() ? *found : under_way_.emplace_back(Advance{walker.label()});
}

void ProgressDisplay::advance(const sync::Walker& walker, const sync::Progress& progress) {
    if (!shown_)
        return;
    Advance& line = line_of(walker);
    if (progress.pages <= line.progress.pages) // from the start, the first time or again
        line.began = Clock::now();
    line.progress = progress;
    line.waiting.clear();
    if (!ticking_)
        tick();
}

void ProgressDisplay::pause(const sync::Walker& walker, const api::Pause& pause) {
    if (shown_)
        line_of(walker).waiting = pause.reason + "; again in " + sync::duration(pause.delay);
}

void ProgressDisplay::close(const sync::Ended& ended) {
    clear();
    under_way_.remove_if([&](const Advance& one) { return one.label == ended.walker.label(); });
    const std::string& label = ended.walker.label();
    if (!ended.failure.empty())
        return;
    std::cout << (shown_ ? closing_line(label, label_width_, ended.result, ended.took, colored_)
                         : sync::walk_line(label, ended.result, ended.took))
              << "\n"
              << std::flush;
}

void ProgressDisplay::clear() {
    screen_.clear();
}

void ProgressDisplay::end() {
    clear();
    shown_ = false;
    timer_.cancel();
}

void ProgressDisplay::tick() {
    ticking_ = true;
    timer_.expires_after(between_drawings);
    timer_.async_wait([this](boost::system::error_code error) {
        if (error || !shown_)
            return;
        screen_.draw(under_way_, Clock::now());
        tick();
    });
}

} // namespace versori::cli
