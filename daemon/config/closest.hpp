#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace versori::config {

// The candidate that `word` is most likely a slip of (a letter missing, added, wrong or swapped, two in a
// long word); empty when none is close.
std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);

// "did you mean X?", or, when nothing is close, "expected one of X, Y, Z".
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates);

} // namespace versori::config
