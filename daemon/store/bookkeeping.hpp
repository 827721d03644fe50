#pragma once

#include "daemon/model/missing.hpp"
#include "daemon/store/mirror.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versori::store {

// The daemon's own memory of an organisation.
struct Standing {
    std::string normalisation; // by which rules its rows were made; empty before its baseline
    std::string scope; // the platform and filter its rows belong to; empty before its first complete walk
    std::string settled_list; // digest of what the last walk listed, when that was settled
    bool sweep_due = false;   // links to credentials went since the credentials were last swept
    bool held = false;
    model::Time held_since{}; // when held
    std::int64_t consecutive_failures = 0;
};

// One row of `walks`, as far as the walk itself knows it.
struct WalkReport {
    std::string outcome; // settled, complete, incomplete, abandoned
    std::string error;   // empty: none
    std::int64_t pages = 0, requests = 0, retries = 0, connectors_seen = 0, missing = 0;
    std::uint64_t bytes_received = 0;
    std::optional<std::int64_t> total_count;
};

// The bookkeeping tables. REQUIRES of all that change something: a transaction is open.
class Bookkeeping {
public:
    explicit Bookkeeping(Database& database) : database_(database) {}

    struct Named {
        std::string id;
        std::string name; // empty: none
    };
    // Makes the organisations those of the configuration: new ones get a row, others become unconfigured.
    void configure(const std::vector<Named>& organisations, model::Time now);
    // Takes over from a process that was killed. Walks that it left running become abandoned. What it
    // committed and had not synced is on disk when this transaction is, which always writes something.
    void abandon_running(model::Time now);

    Standing standing(std::string_view organisation);
    void set_scope(std::string_view organisation, std::string_view scope);
    void set_walked_scope(std::string_view organisation, std::string_view scope);
    void set_normalisation(std::string_view organisation, std::string_view normalisation);
    void set_settled_list(std::string_view organisation, std::string_view digest);
    void set_sweep_due(std::string_view organisation, bool due);
    void set_evidence(std::string_view organisation, std::string_view evidence);

    // The one before becomes abandoned if something broke it off.
    std::int64_t start_walk(std::string_view organisation, model::Time now);
    // Adds what one transaction changed to the walk's counts.
    void add_to_walk(std::int64_t walk_id, const Tally&);
    void finish_walk(std::int64_t walk_id, const WalkReport&, model::Time now);
    // After a complete walk.
    void completed(std::string_view organisation, std::int64_t walk_id,
                   std::optional<std::int64_t> total_count, model::Time now);

    // Brings organisations.connector_count up to date.
    void count_connectors(std::string_view organisation);

    // state: ok, failing or denied. `state_since` moves when the state does; failures are counted up or
    // reset.
    void set_state(std::string_view organisation, std::string_view state, std::string_view reason,
                   model::Time now);
    void set_next_attempt(std::string_view organisation, std::optional<model::Time> at);
    void hold(std::string_view organisation, std::string_view reason, model::Time now);
    void release(std::string_view organisation);

    void reject(std::string_view organisation, std::string_view connector_id, std::string_view reason,
                std::string_view json_path, model::Time now);
    void unreject(std::string_view organisation, std::string_view connector_id);

    // Ids with a row in `rejects`.
    std::set<std::string, std::less<>> rejected(std::string_view organisation);

    // True the first time this path and kind are seen.
    bool drift(std::string_view json_path, std::string_view kind, std::int64_t count, model::Time now);

    std::vector<model::Missing> missing(std::string_view organisation);
    std::int64_t missing_count(std::string_view organisation); // without those a person decided to keep
    // A connector of the mirror as missing since `now`; writes nothing.
    model::Missing missing_from(std::string_view organisation, std::string_view connector_id,
                                model::Time now);
    void set_missing(std::string_view organisation, const model::Missing&);
    void listed(std::string_view organisation, std::string_view connector_id); // ends being missing

    // A connector of `owner` that is not missing and that `listed` accepts; nothing when there is none.
    std::optional<std::string> listed_of(std::string_view organisation, std::string_view owner,
                                         const std::function<bool(std::string_view)>& listed);

    // The daemon's own settings by name.
    std::string setting(std::string_view name);
    void set_setting(std::string_view name, std::string_view value);

private:
    Database& database_;
};

} // namespace versori::store
