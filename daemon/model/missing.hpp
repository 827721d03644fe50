#pragma once

#include "daemon/model/time.hpp"

#include <optional>
#include <string>

namespace versori::model {

// A connector of the mirror that the last complete walk did not list.
struct Missing {
    std::string connector_id;
    std::string owner; // owner_organisation_id of its row
    Time first_seen;   // by this mirror
    Time since;        // when it went missing
    // Settled walks in a row, all with the same list, that did not list it.
    int settled_absences = 0;
    std::string last_answer; // Get Connector's status, or what went wrong; empty when never asked
    std::optional<Time> asked_at;
    bool rejected = false; // a person said to keep it
};

} // namespace versori::model
