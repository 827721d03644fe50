#pragma once

#include "daemon/model/time.hpp"

#include <chrono>
#include <optional>

namespace versori::sync {

// When one organisation is walked next. Pure: time and chance are passed in.
struct Schedule {
    std::chrono::milliseconds interval = std::chrono::minutes{5};
    double jitter = 10; // percent of the interval, either way

    // After a complete walk that began at `began` and ended at `ended`: an interval after its beginning.
    // `chance` is in [0, 1).
    model::Time after_success(model::Time began, model::Time ended, double chance) const;

    // After `failures` walks in a row that did not complete: a pause that grows, and never before the
    // platform wants to be asked again.
    static model::Time after_failure(model::Time ended, int failures, std::optional<model::Time> not_before);
};

} // namespace versori::sync
