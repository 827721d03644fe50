#pragma once

#include "daemon/store/database.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace versori::store {

// How an organisation is, as people and monitoring want to know it. Empty texts and nothing: there is none.
struct Condition {
    std::string id, name;
    std::string state, state_reason; // new, ok, failing, denied, unconfigured
    model::Time state_since{};
    std::optional<model::Time> held_since;
    std::string held_reason;
    std::optional<std::int64_t> total_count;
    std::int64_t connectors = 0;
    std::optional<model::Time> first_attempt_at; // of the walks that are remembered
    std::optional<model::Time> last_complete_at, last_attempt_at, next_attempt_at;
    std::int64_t consecutive_failures = 0;
    std::int64_t changes = 0; // records of the last 24 hours, baselines left out
    std::int64_t missing = 0; // connectors missing upstream and not decided on
    std::string last_error;   // of the newest walk that did not complete
    std::optional<model::Time> last_error_at;
    std::string evidence;                              // what deletions rest on, and why
    std::optional<std::chrono::milliseconds> interval; // as last configured

    const std::string& label() const { return name.empty() ? id : name; }
    std::int64_t held() const { return held_since ? missing : 0; }
};

// Ended walks of one organisation and outcome, added up.
struct WalkSums {
    std::int64_t walks = 0, pages = 0, requests = 0, retries = 0, bytes = 0;
    std::chrono::microseconds time{};
};

// Questions about the mirror as a whole.
class Overview {
public:
    explicit Overview(Database& database) : database_(database) {}

    // By label, the unconfigured ones last; all as of one moment.
    std::vector<Condition> conditions(model::Time now);

    // How many change records with seq > `after` there are, by organisation, table (empty: baseline) and op.
    std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> changes(std::int64_t after);

    // The ended walks with walk_id > `after`, by outcome; `after` becomes the last of them. `head`: looks at
    // the head of the list that changed something.
    std::map<std::string, WalkSums> walks(std::string_view organisation, std::int64_t& after);

    // The newest walk of all, 0 when there is none.
    std::int64_t newest_walk();

    // How long the newest ended walk of the organisation took.
    std::optional<std::chrono::microseconds> last_walk_time(std::string_view organisation);

    // REQUIRES: a transaction is open.
    void set_interval(std::string_view organisation, std::chrono::milliseconds);

private:
    Database& database_;
};

} // namespace versori::store
