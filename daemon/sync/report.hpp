#pragma once

#include "daemon/sync/walk.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace versori::sync {

// `settled`, `1,204 connectors`, `+3 ~12 -1` with that minus sign, `2.4 s`; or why not.
std::vector<std::string> walk_facts(const WalkResult&, std::chrono::milliseconds took,
                                    std::string_view minus);

// One line a walk: `acme: settled, 1,204 connectors, +3 ~12 -1, 2.4 s`, or why not.
std::string walk_line(std::string_view label, const WalkResult&, std::chrono::milliseconds took);

// The same for a look at the head of the list that changed something: `acme: head, +1 ~2`.
std::string head_line(std::string_view label, const store::Tally&);

// What else a person should hear of: held deletions, rejects, surprises; a sentence each.
std::vector<std::string> walk_warnings(std::string_view label, const WalkResult&);

// Why this walk is trouble, a sentence; empty when all is well.
std::string trouble(const WalkResult&);

// What the service is doing, for `systemctl status`: `Mirroring 3 organisations; acme: denied: ...`.
// `troubled` are the labels in trouble, each with its sentence.
std::string status_line(std::size_t organisations, const std::map<std::string, std::string>& troubled);

// `1,204`
std::string grouped(std::int64_t number);
// `2.4 s`, `3 m 20 s`, `2 h 5 m`
std::string duration(std::chrono::milliseconds);

} // namespace versori::sync
