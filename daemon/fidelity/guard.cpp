#include "daemon/fidelity/guard.hpp"

#include <algorithm>

namespace versori::fidelity {

std::optional<std::string> hold_reason(const GuardLimits& limits, const GuardFacts& facts) {
    if (facts.missing == 0)
        return {};
    std::string counts =
        std::to_string(facts.missing) + " of " + std::to_string(facts.rows) + " connectors are missing";
    if (facts.deleted_in_a_day > 0)
        counts += " and " + std::to_string(facts.deleted_in_a_day) + " were deleted in the last 24 hours";
    if (facts.rescoped)
        return counts + " after a change of the configuration: " + *facts.rescoped;
    if (facts.listed == 0 && facts.rows > 1)
        return counts + ": the list is empty";

    auto gone = static_cast<double>(facts.missing + facts.deleted_in_a_day);
    auto rows = static_cast<double>(facts.rows);
    double allowed = std::max(static_cast<double>(limits.count), rows * limits.percent / 100);
    if (gone > allowed)
        return counts + ": more than guard_count and guard_percent allow (" +
               std::to_string(static_cast<std::int64_t>(allowed)) + ")";
    if (facts.rows >= 4 && gone > rows / 2)
        return counts + ": more than half";
    return {};
}

} // namespace versori::fidelity
