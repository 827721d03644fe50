#pragma once

#include "tests/platform/resources.hpp"

#include <cstdint>
#include <deque>
#include <random>

namespace versori::platform {

struct SeedOptions {
    std::uint64_t seed = 1;
    int organisations = 3;
    int connectors = 250; // over all organisations, the first one has most
    Time now = std::chrono::sys_days{std::chrono::year{2025} / 6 / 1};
};

// The platform's data, in memory. Everything is public so that a test can set any detail directly; the member
// functions below are what people do to a platform. Deterministic: equal seeds and calls give equal worlds.
//
// An edit of a connector or of anything in it moves the connector's `updated_at` to the world's clock, which
// every edit advances by a microsecond. Silent changes say so. All ids are those of the API; an id that does
// not exist throws std::out_of_range with a sentence.
class World {
public:
    static World seeded(const SeedOptions&);

    std::vector<Organisation> organisations;
    Time now = std::chrono::sys_days{std::chrono::year{2025} / 6 / 1};
    std::uint64_t spelling =
        0; // another value spells all times differently (offsets, fractions), same instants
    std::size_t remember = 0;    // how many earlier states each organisation keeps, for a lagging replica
    std::uint64_t mutations = 0; // how many edits so far

    Organisation& organisation(const std::string& org);
    const Organisation& organisation(const std::string& org) const;
    Connector& connector(const std::string& org, const std::string& id);
    Connection& connection(const std::string& org, const std::string& connector, const std::string& id);
    Version& version(const std::string& org, const std::string& connector, const std::string& id);
    Credential& credential(const std::string& org, const std::string& id);

    // The organisation as it was `edits` edits ago, or the oldest state remembered.
    const Organisation& as_of(const std::string& org, std::size_t edits) const;

    Time stamp();         // advances the clock by a microsecond
    std::string new_id(); // a ULID, unique in this world
    std::string canary(); // a secret that can be searched for: contains "CANARY"

    Organisation& add_organisation(std::string name);

    // Connectors
    std::string create(const std::string& org, std::string name = {});
    std::string import_connector(const std::string& org, Time updated_at, std::string name = {});
    void rename(const std::string& org, const std::string& connector, std::string name);
    void remove(const std::string& org, const std::string& connector);
    void touch(const std::string& org, const std::string& connector);
    void reorder_children(const std::string& org, const std::string& connector, std::uint64_t seed);

    // Connections
    std::string add_connection(const std::string& org, const std::string& connector, std::string name = {});
    void rename_connection(const std::string& org, const std::string& connector,
                           const std::string& connection, std::string name);
    void remove_connection(const std::string& org, const std::string& connector,
                           const std::string& connection);
    void move_connection(const std::string& org, const std::string& from, const std::string& connection,
                         const std::string& to);
    std::string attach_credential(const std::string& org, const std::string& connector,
                                  const std::string& connection, const std::string& credential,
                                  const std::string& purpose = "action");
    void detach_credential(const std::string& org, const std::string& connector,
                           const std::string& connection, const std::string& connection_credential);

    // Credentials: none of these moves any updated_at
    std::string add_credential(const std::string& org, std::string type = "string", std::string name = {});
    void rename_credential(const std::string& org, const std::string& credential, std::string name);
    void rotate_secret(const std::string& org, const std::string& credential);
    void invalidate(const std::string& org, const std::string& credential, std::string error);
    void validate(const std::string& org, const std::string& credential);
    void refresh_usages(const std::string& org, const std::string& credential);

    // Versions
    std::string add_version(const std::string& org, const std::string& connector, std::string name = {});
    void publish(const std::string& org, const std::string& connector, const std::string& version);
    void rename_version(const std::string& org, const std::string& connector, const std::string& version,
                        std::string name);
    void remove_version(const std::string& org, const std::string& connector, const std::string& version);
    void make_default(const std::string& org, const std::string& connector, const std::string& version);
    void make_latest(const std::string& org, const std::string& connector, const std::string& version);

    // One of the above, chosen by `random`; says what it did. Never makes `usages` or `errors` of a
    // credential missing again and never reuses an id, so the mirror of a quiet world is a function of that
    // world.
    std::string random_mutation(std::mt19937_64& random, const std::string& org);

private:
    Organisation& edit(const std::string& org); // remembers the present state, counts the edit
    void edited(Connector&);

    std::uint64_t seed_ = 1;
    std::uint64_t ids_ = 0;
    std::uint64_t canaries_ = 0;
    std::map<std::string, std::deque<Organisation>> past_;
};

// The connectors in the order of List Connectors: most recently updated first, then by id.
std::vector<const Connector*> listed(const Organisation&);

// What `connector` embeds for `credential_id`: the override, or else the organisation's own.
const Credential& embedded_credential(const Organisation&, const Connector&,
                                      const std::string& credential_id);

} // namespace versori::platform
