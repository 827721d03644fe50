#pragma once

#include "daemon/store/outbox.hpp"
#include "daemon/store/overview.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace versori::cli {

// What `status` looked at. REQUIRES: each condition has its interval.
struct Status {
    model::Time now{};
    store::Extent extent;
    std::vector<store::Condition> conditions;
};

// An organisation is healthy while a complete walk ended within the last three intervals. One that never had
// one is given three intervals from its first attempt on. Held deletions are no ill health; an unconfigured
// organisation always is well.
bool healthy(const store::Condition&, model::Time now);
bool healthy(const Status&);

// For people: a table, with what else there is to say below each row. Where the table is wider than
// `columns` (0: any width will do), each organisation is a list instead.
std::string status_text(const Status&, std::size_t columns, bool colored);

// For programs: one object, one line. Its members, in this order; times are as in the mirror, and what there
// is not is null:
//   time             when this was looked at
//   mirror_id, newest_seq
//   healthy          false exactly when the exit status is 1
//   organisations    an array, of objects with
//     organisation_id, name, state, state_reason, state_since      as in the table organisations
//     healthy                                                      no complete walk for three intervals:
//     false connectors, total_count                                      in the mirror; by the platform's own
//     count last_complete_at, last_complete_age_seconds, last_attempt_at, next_attempt_at, interval_seconds
//     consecutive_failures
//     changes_24h                                                  change records, baselines left out
//     missing                                                      connectors missing upstream, undecided
//     held                                                         how many of these the guard holds back
//     held_since, held_reason
//     last_error, last_error_at                                    of the last walk that did not complete
//     evidence                                                     what deletions rest on, and why
// Members may be added, none is removed or renamed.
std::string status_json(const Status&);

// `12 s`, `5 m`, `3 h 5 m`, `4 d 2 h`
std::string age(std::chrono::microseconds);

} // namespace versori::cli
