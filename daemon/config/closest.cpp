#include "daemon/config/closest.hpp"

#include <algorithm>
#include <limits>

namespace versori::config {
namespace {

// How many letters to insert, drop, replace or swap with their neighbour to come from one word to the other.
size_t distance(std::string_view a, std::string_view b) {
    std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = row;
    }
    return last[b.size()];
}

} // namespace

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    size_t least = std::numeric_limits<size_t>::max();
    if (word.size() > 64)
        return best;
    for (auto candidate : candidates) {
        size_t allowed = candidate.size() > 5 ? 2 : 1;
        size_t steps = distance(word, candidate);
        if (steps <= allowed && steps < least)
            best = candidate, least = steps;
    }
    return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    if (auto meant = closest(word, candidates); !meant.empty())
        return "did you mean " + std::string{meant} + '?';
    std::string text;
    for (auto candidate : candidates)
        text += (text.empty() ? "expected one of " : ", ") + std::string{candidate};
    return text;
}

} // namespace versori::config
