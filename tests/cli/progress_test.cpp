#include "daemon/cli/progress.hpp"

#include <doctest/doctest.h>

namespace versori::cli {
namespace {

using namespace std::chrono_literals;

const std::chrono::steady_clock::time_point began{1000s};

Advance halfway() {
    return {"acme", {.pages = 7, .connectors = 602, .total_count = 1204, .bytes = 2'812'345}, began};
}

std::string drawn(const Advance& advance, std::size_t columns, std::chrono::milliseconds elapsed = 2500ms) {
    return progress_line(advance, began + elapsed, 6, columns, false);
}

TEST_CASE("progress: bar, connectors of the total, pages, bytes, rate, time left") {
    CHECK_EQ(drawn(halfway(), 100),
             "acme    ━━━━━━━━━━━━━━━───────────────  602 of 1,204  7 pages  2.8 MB  240/s  3 s left");
}

TEST_CASE("progress: a narrow terminal loses the bar first, then facts from the right") {
    CHECK_EQ(drawn(halfway(), 70), "acme    ━━━━━━━───────  602 of 1,204  7 pages  2.8 MB  240/s  3 s left");
    CHECK_EQ(drawn(halfway(), 60), "acme    602 of 1,204  7 pages  2.8 MB  240/s  3 s left");
    CHECK_EQ(drawn(halfway(), 40), "acme    602 of 1,204  7 pages  2.8 MB");
    CHECK_EQ(drawn(halfway(), 10), "acme  ");
    CHECK_EQ(drawn(halfway(), 3), "ac…");
}

TEST_CASE("progress: what is not known is not said") {
    Advance advance = halfway();
    advance.progress.total_count.reset();
    advance.progress.pages = 1;
    CHECK_EQ(drawn(advance, 70, 100ms),
             "acme    ──────────────────────────────  602 connectors  1 page  2.8 MB");
    advance.progress = {};
    CHECK_EQ(drawn(advance, 40), "acme    ────────────────────  connecting");
}

TEST_CASE("progress: while the platform makes us wait, why") {
    Advance advance = halfway();
    advance.waiting = "the platform answered 429; again in 4.0 s";
    CHECK_EQ(drawn(advance, 64), "acme    602 of 1,204  the platform answered 429; again in 4.0 s");
}

TEST_CASE("progress: the closing line of a walk, in columns and in colour") {
    sync::WalkResult result;
    result.ending = sync::WalkResult::Ending::settled;
    result.progress.connectors = 1204;
    result.tally.connectors_inserted = 3, result.tally.connectors_updated = 12;
    result.tally.connectors_deleted = 1;
    CHECK_EQ(closing_line("acme", 4, result, 2400ms, false),
             "acme  settled  1,204 connectors  +3 ~12 −1  2.4 s");
    CHECK_EQ(closing_line("acme", 6, result, 2400ms, true),
             "acme    \033[32msettled\033[0m  1,204 connectors  +3 ~12 −1  2.4 s");
    result.ending = sync::WalkResult::Ending::denied;
    result.reason = "the platform answered 401";
    CHECK_EQ(closing_line("acme", 4, result, 2400ms, false), "acme  denied: the platform answered 401");
}

// What a terminal of that size shows after the bytes: enough of one to follow "up N lines" and "erase below".
struct Paper {
    std::string written;
    TerminalSize size{80, 24};
    Screen screen{{[this](std::string_view text) { written += text; }, [this] { return size; }}, 6, false};

    std::string draw(const std::list<Advance>& all) {
        written.clear();
        screen.draw(all, began + 2500ms);
        return written;
    }
};

TEST_CASE("progress: lines are drawn over the last ones, also when the terminal has become narrower") {
    Paper paper;
    Advance first = halfway(), second = halfway();
    second.label = "globex";
    std::string lines = drawn(first, 79) + "\n" + drawn(second, 79) + "\n";
    CHECK_EQ(paper.draw({first, second}), lines);
    CHECK_EQ(paper.draw({first, second}), "\033[2A\r\033[J" + lines);
    paper.size.columns = 50; // each of the lines there takes two now
    CHECK_EQ(paper.draw({first}), "\033[4A\r\033[J" + drawn(first, 49) + "\n");
    paper.written.clear();
    paper.screen.clear();
    CHECK_EQ(paper.written, "\033[1A\r\033[J");
    paper.screen.clear();
    CHECK_EQ(paper.written, "\033[1A\r\033[J");
}

TEST_CASE("progress: more organisations than lines show as many as there is room for") {
    Paper paper;
    paper.size.rows = 3;
    std::string line = drawn(halfway(), 79) + "\n";
    CHECK_EQ(paper.draw({halfway(), halfway(), halfway(), halfway()}), line + line);
}

} // namespace
} // namespace versori::cli
