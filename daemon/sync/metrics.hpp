#pragma once

#include "daemon/emit/metrics.hpp"
#include "daemon/store/overview.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace versori::sync {

// What Prometheus is told of a mirror. Counters count from the start of the program.
class Metrics {
public:
    explicit Metrics(store::Database&);

    // As of now, with what ended since the last call added. Throws store::StoreError.
    std::vector<emit::Family> measure(model::Time now);

private:
    struct Walks {
        std::int64_t last = 0; // the walk up to which they are added
        std::map<std::string, store::WalkSums> by_outcome;
    };
    using ChangeKey = std::tuple<std::string, std::string, std::string>; // organisation, table, op

    std::vector<emit::Family> count_walks(const std::vector<store::Condition>&);
    std::vector<emit::Family> count_changes(const std::vector<store::Condition>&);
    std::vector<emit::Family> measure_storage() const;

    store::Database& database_;
    std::int64_t first_walk_, last_seq_;
    std::map<std::string, Walks> walks_; // by organisation
    std::map<ChangeKey, std::int64_t> changes_;
};

} // namespace versori::sync
