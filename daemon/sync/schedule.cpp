#include "daemon/sync/schedule.hpp"

#include "daemon/api/retry.hpp"

#include <algorithm>

namespace versori::sync {

model::Time Schedule::after_success(model::Time began, model::Time ended, double chance) const {
    double spread = static_cast<double>(interval.count()) * (1 + jitter / 100 * (2 * chance - 1));
    return std::max(ended, began + std::chrono::milliseconds(static_cast<std::int64_t>(spread)));
}

model::Time Schedule::after_failure(model::Time ended, int failures, std::optional<model::Time> not_before) {
    model::Time next = ended + api::ladder(failures);
    return not_before ? std::max(next, *not_before) : next;
}

} // namespace versori::sync
