#pragma once

#include "daemon/fidelity/ledger.hpp"

#include <optional>
#include <string>

namespace versori::fidelity {

// The attempts of one scheduled walk. An unsettled attempt is repeated at once, because a second look costs
// less than a doubt that lasts till the next walk; at most `settle_attempts` times in all.
class Interval {
public:
    explicit Interval(int settle_attempts) : settle_attempts_(settle_attempts) {}

    // One attempt has ended. `list` stands for exactly the connectors it listed (a digest of the sorted ids).
    // True when it is to be repeated now. An attempt that came to the same list and the same total as the one
    // before ends the attempts: what does not add up is then the platform's and no movement.
    bool repeat(const Ledger&, const Verdict&, std::string list);

    // Listed by an attempt that was repeated.
    bool listed_before(std::string_view connector_id) const { return listed_before_.contains(connector_id); }

    // The platform's total does not fit its list although nothing moves.
    bool platform_miscounts() const { return platform_miscounts_; }

private:
    bool worth_repeating(const Ledger&, const Verdict&, std::string list);

    int settle_attempts_;
    int attempts_ = 0;
    IdSet listed_before_;
    std::optional<std::string> last_list_;
    std::optional<std::int64_t> last_total_;
    bool platform_miscounts_ = false;
};

} // namespace versori::fidelity
