#pragma once

#include "daemon/sync/walk.hpp"
#include "tests/platform/platform.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace versori::property {

// What one random history is played with: all of it follows from the seed. Any 108 seeds in a row meet every
// combination of cursor, moment of the total, behaviour of Get Connector and form of `next`.
struct Terms {
    explicit Terms(std::uint64_t seed);

    std::uint64_t seed;
    platform::Behaviour behaviour;
    bool confirm = true;
    double churn = 0;  // edits before each request, on average
    double faults = 0; // the share of requests that meet one
    int walks = 5;     // before the history falls quiet
    std::chrono::minutes interval{5};
    std::size_t commit_batch = 4 << 20;
    bool heads = false; // looks at the head of the list between walks
    bool thin = true;   // few things hang on each connector, which takes a third of the time

    bool endless = false;    // never falls quiet
    bool look_again = false; // one more walk at the end, which must find nothing to record

    platform::World world() const;

    void apply(sync::WalkPlan&) const;
    std::string text() const; // for a person who replays it
};

inline constexpr int connectors = 70;
inline constexpr int page_size = 10;

} // namespace versori::property
