#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace versori::fidelity {

struct GuardLimits {
    std::int64_t count = 10;
    double percent = 20;
};

struct GuardFacts {
    std::int64_t rows = 0;    // connectors in the mirror, the missing ones included
    std::int64_t missing = 0; // without those a person decided to keep
    // In the 24 hours before now, or before the hold began, so that no hold ends by waiting alone; without
    // those a person approved.
    std::int64_t deleted_in_a_day = 0;
    std::int64_t listed = 0;             // connectors the walk listed
    std::optional<std::string> rescoped; // the filter or the platform changed: what from, what to
};

// Why nothing may be deleted without a person, in a sentence; nothing when deletions may go their way. Judged
// once a walk, after its last attempt, before anything is asked or deleted. Losing so much at once is more
// often lost access than a clean-up, and a mirror that believed it could not be asked for what was there.
std::optional<std::string> hold_reason(const GuardLimits&, const GuardFacts&);

} // namespace versori::fidelity
