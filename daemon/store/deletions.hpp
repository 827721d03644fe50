#pragma once

#include "daemon/model/time.hpp"
#include "daemon/store/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace versori::store {

// A connector that is missing upstream and not deleted: a row of `pending_deletions`.
struct PendingDeletion {
    std::string organisation_id, organisation, connector_id, connector;
    std::string since, answer; // answer: Get Connector's, empty when never asked
    bool held = false;
};

struct HeldOrganisation {
    std::string organisation_id, organisation, since, reason;
};

// What a person decides about deletions, beside a running daemon.
class Deletions {
public:
    explicit Deletions(Database& database) : database_(database) {}

    std::vector<PendingDeletion> pending();
    std::vector<HeldOrganisation> held();
    bool configured(std::string_view organisation);

    // REQUIRES of all below: a transaction is open. Each gives how many connectors it concerned.

    // Deletes exactly the connectors that are missing now, with evidence `approved`, and ends the hold.
    std::int64_t approve(std::string_view organisation, model::Time now);
    // Keeps them, uncounted and unasked until each is listed again, and ends the hold.
    std::int64_t reject(std::string_view organisation, model::Time now);
    // Removes all that is known of an organisation, with evidence `forgotten`. Its change records stay.
    std::int64_t forget(std::string_view organisation, model::Time now);

private:
    void end_hold(std::string_view organisation);

    Database& database_;
};

} // namespace versori::store
