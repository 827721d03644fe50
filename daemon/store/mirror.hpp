#pragma once

#include "daemon/model/change.hpp"
#include "daemon/model/digest.hpp"
#include "daemon/model/document.hpp"
#include "daemon/store/database.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace versori::store {

// What the mirror knows of a connector before its document is looked at.
struct Known {
    std::optional<model::Digest> digest; // of the bytes its rows were made from
    // An older document came; believed when the next interval brings the same again (fidelity rule 1).
    std::string doubted_updated_at;
    std::int64_t doubted_interval = 0;
};

// Which differences become change records.
enum class Recording {
    all,
    none,       // before an organisation's baseline
    no_updates, // while documents are read again under a new normalisation
};

// Who changes what, when: the same for all that one transaction does for one organisation.
struct Act {
    std::string organisation;
    std::optional<std::int64_t> walk_id;
    model::Time time;
    Recording recording = Recording::all;
};

// What was written: rows, and connectors of which anything was.
struct Tally {
    std::int64_t inserted = 0, updated = 0, deleted = 0;
    std::int64_t connectors_inserted = 0, connectors_updated = 0, connectors_deleted = 0;
    std::optional<std::int64_t> first_seq, last_seq;

    std::int64_t rows() const { return inserted + updated + deleted; }
    Tally& operator+=(const Tally&);
};

// The mirrored tables and their change records: the one place where rows are written.
class Mirror {
public:
    explicit Mirror(Database& database) : database_(database) {}

    std::optional<Known> known(std::string_view organisation, std::string_view connector_id);
    std::string updated_at(std::string_view organisation, std::string_view connector_id);     // empty: no row
    model::Document load(model::Subject, std::string_view organisation, std::string_view id); // may be empty
    std::int64_t connector_count(std::string_view organisation);
    void for_each_connector(std::string_view organisation,
                            const std::function<void(std::string_view id)>& visit);
    // Connectors whose connections use the credential.
    std::vector<std::string> users_of(std::string_view organisation, std::string_view credential_id);
    // Connectors deleted since `since` that no person approved or forgot.
    std::int64_t deleted_since(std::string_view organisation, model::Time since);

    // Whether there are rows of it and `put` would change them.
    bool changes(const Act&, model::Document& document);

    // REQUIRES of all below: a transaction is open.

    // Makes the mirror's rows those of `document` and records the difference. What the document leaves
    // unstated stays. A credential that changes makes the digests of the connectors that use it void: their
    // copies may be others.
    void put(const Act&, model::Document& document);
    // The bytes that the rows were made from, nothing when the document is to be read again whatever it is;
    // sets when the connector was first seen.
    void remember(const Act&, std::string_view connector_id, const std::optional<model::Digest>&);
    void doubt(const Act&, std::string_view connector_id, std::string_view updated_at, std::int64_t interval);
    void trust_again(const Act&, std::string_view connector_id);

    // Deletes a connector and all that hangs on it. `evidence` stands on its own record.
    void remove(const Act&, std::string_view connector_id, std::string_view evidence);
    // Deletes the credentials to which no row refers.
    void sweep_credentials(const Act&);
    void remove_everything(const Act&, std::string_view evidence);

    // Takes the values of variables whose name is secret out of the rows and out of the change records, of
    // all organisations; the next walk brings their fingerprints.
    void scrub_variables(const std::function<bool(std::string_view name)>& is_secret);

    // The record that says: from here on differences are recorded. With `rows` all rows precede it as
    // inserts.
    void baseline(const Act&, bool rows);

    // What was done since the last call.
    Tally take_tally();

private:
    void apply(const Act&, const model::Document& before, const model::Document& after,
               std::string_view evidence);
    void write(const Act&, const model::Change&);
    void forget_digests_of_users(const Act&, std::string_view credential_id);
    void record(const Act&, const model::Document& holder, const model::Change&, std::string_view evidence);
    std::int64_t next_seq();

    Database& database_;
    Tally tally_;
};

} // namespace versori::store
