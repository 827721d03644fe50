#include "daemon/store/bookkeeping.hpp"

#include "daemon/store/query.hpp"

#include <algorithm>

namespace versori::store {
namespace {

std::optional<std::string_view> or_null(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

model::Time time_of(std::string_view text) {
    return model::parse_time(text).value_or(model::Time{});
}

} // namespace

void Bookkeeping::configure(const std::vector<Named>& organisations, model::Time now) {
    std::vector<std::pair<std::string, bool>> known; // id, unconfigured
    {
        Query query(database_, "SELECT organisation_id, state = 'unconfigured' FROM organisations");
        while (query.step())
            known.emplace_back(query.text(0), query.integer(1) != 0);
    }
    for (const auto& [id, unconfigured] : known)
        if (!unconfigured && std::ranges::find(organisations, id, &Named::id) == organisations.end())
            Query(database_, "UPDATE organisations SET state = 'unconfigured', state_reason = "
                             "'not in the configuration', state_since = ?, next_attempt_at = NULL "
                             "WHERE organisation_id = ?")
                .with(now, id)
                .run();
    for (const Named& organisation : organisations) {
        Query(database_, "INSERT INTO organisations (organisation_id, name, state, state_since) "
                         "VALUES (?, ?, 'new', ?) ON CONFLICT DO UPDATE SET name = excluded.name "
                         "WHERE name IS NOT excluded.name")
            .with(organisation.id, or_null(organisation.name), now)
            .run();
        Query(database_,
              "UPDATE organisations SET state = iif(last_complete_walk IS NULL, 'new', 'ok'), "
              "state_reason = NULL, state_since = ? WHERE organisation_id = ? AND state = 'unconfigured'")
            .with(now, organisation.id)
            .run();
        Query(database_, "INSERT INTO _organisations (organisation_id) VALUES (?) ON CONFLICT DO NOTHING")
            .with(organisation.id)
            .run();
    }
}

void Bookkeeping::abandon_running(model::Time now) {
    Query(database_, "UPDATE walks SET outcome = 'abandoned', finished_at = ?, "
                     "error = 'the daemon stopped during this walk' WHERE outcome = 'running'")
        .with(now)
        .run();
    Query(database_, "INSERT INTO _settings VALUES ('starts', '1') "
                     "ON CONFLICT DO UPDATE SET value = CAST(value AS INTEGER) + 1")
        .run();
}

Standing Bookkeeping::standing(std::string_view organisation) {
    Query query(
        database_,
        "SELECT normalisation, scope, settled_list, sweep_due, held_since IS NOT NULL, "
        "consecutive_failures, held_since FROM _organisations JOIN organisations USING (organisation_id) "
        "WHERE organisation_id = ?");
    Standing out;
    if (!query.with(organisation).step())
        return out;
    out.normalisation = query.text(0);
    out.scope = query.text(1);
    out.settled_list = query.text(2);
    out.sweep_due = query.integer(3) != 0;
    out.held = query.integer(4) != 0;
    out.consecutive_failures = query.integer(5);
    out.held_since = time_of(query.text(6));
    return out;
}

void Bookkeeping::set_scope(std::string_view organisation, std::string_view scope) {
    Query(database_, "UPDATE _organisations SET scope = ? WHERE organisation_id = ?")
        .with(scope, organisation)
        .run();
}

void Bookkeeping::set_walked_scope(std::string_view organisation, std::string_view scope) {
    Query(database_, "UPDATE _organisations SET walked_scope = ? WHERE organisation_id = ?")
        .with(scope, organisation)
        .run();
}

void Bookkeeping::set_normalisation(std::string_view organisation, std::string_view normalisation) {
    Query(database_, "UPDATE _organisations SET normalisation = ? WHERE organisation_id = ?")
        .with(normalisation, organisation)
        .run();
}

void Bookkeeping::set_settled_list(std::string_view organisation, std::string_view digest) {
    Query(database_, "UPDATE _organisations SET settled_list = ? WHERE organisation_id = ?")
        .with(or_null(digest), organisation)
        .run();
}

void Bookkeeping::set_sweep_due(std::string_view organisation, bool due) {
    Query(database_, "UPDATE _organisations SET sweep_due = ? WHERE organisation_id = ?")
        .with(due, organisation)
        .run();
}

void Bookkeeping::set_evidence(std::string_view organisation, std::string_view evidence) {
    Query(database_, "UPDATE _organisations SET evidence = ? WHERE organisation_id = ?")
        .with(evidence, organisation)
        .run();
}

std::int64_t Bookkeeping::start_walk(std::string_view organisation, model::Time now) {
    Query(database_, "UPDATE walks SET outcome = 'abandoned', finished_at = ?1, "
                     "error = 'this walk was broken off' WHERE outcome = 'running' AND "
                     "walk_id = (SELECT max(walk_id) FROM walks WHERE organisation_id = ?2)")
        .with(now, organisation)
        .run();
    Query(database_, "UPDATE organisations SET last_attempt_at = ? WHERE organisation_id = ?")
        .with(now, organisation)
        .run();
    Query query(database_,
                "INSERT INTO walks (organisation_id, started_at, outcome) VALUES (?, ?, 'running') "
                "RETURNING walk_id");
    query.with(organisation, now).step();
    std::int64_t id = query.integer(0);
    while (query.step()) {
    }
    return id;
}

void Bookkeeping::add_to_walk(std::int64_t walk_id, const Tally& tally) {
    Query(database_, "UPDATE walks SET rows_inserted = rows_inserted + ?, rows_updated = rows_updated + ?, "
                     "rows_deleted = rows_deleted + ?, first_seq = coalesce(first_seq, ?), "
                     "last_seq = coalesce(?, last_seq) WHERE walk_id = ?")
        .with(tally.inserted, tally.updated, tally.deleted, tally.first_seq, tally.last_seq, walk_id)
        .run();
}

void Bookkeeping::finish_walk(std::int64_t walk_id, const WalkReport& report, model::Time now) {
    Query(database_,
          "UPDATE walks SET finished_at = ?, outcome = ?, error = ?, pages = ?, requests = ?, retries = ?, "
          "bytes_received = ?, connectors_seen = ?, total_count = ?, missing = ? WHERE walk_id = ?")
        .with(now, report.outcome, or_null(report.error), report.pages, report.requests, report.retries,
              report.bytes_received, report.connectors_seen, report.total_count, report.missing, walk_id)
        .run();
}

void Bookkeeping::completed(std::string_view organisation, std::int64_t walk_id,
                            std::optional<std::int64_t> total_count, model::Time now) {
    Query(database_, "UPDATE organisations SET last_complete_walk = ?, last_complete_at = ?, total_count = ? "
                     "WHERE organisation_id = ?")
        .with(walk_id, now, total_count, organisation)
        .run();
    count_connectors(organisation);
}

void Bookkeeping::count_connectors(std::string_view organisation) {
    Query(database_, "UPDATE organisations SET connector_count = (SELECT count(*) FROM _connectors c "
                     "WHERE c.organisation_id = organisations.organisation_id) WHERE organisation_id = ?")
        .with(organisation)
        .run();
}

void Bookkeeping::set_state(std::string_view organisation, std::string_view state, std::string_view reason,
                            model::Time now) {
    Query(database_, "UPDATE organisations SET state_since = iif(state = ?1, state_since, ?3), state = ?1, "
                     "state_reason = ?2, consecutive_failures = iif(?1 = 'ok', 0, consecutive_failures + 1) "
                     "WHERE organisation_id = ?4")
        .with(state, or_null(reason), now, organisation)
        .run();
}

void Bookkeeping::set_next_attempt(std::string_view organisation, std::optional<model::Time> at) {
    Query(database_, "UPDATE organisations SET next_attempt_at = ? WHERE organisation_id = ?")
        .with(at, organisation)
        .run();
}

void Bookkeeping::hold(std::string_view organisation, std::string_view reason, model::Time now) {
    Query(database_, "UPDATE organisations SET held_since = coalesce(held_since, ?), held_reason = ? "
                     "WHERE organisation_id = ?")
        .with(now, reason, organisation)
        .run();
}

void Bookkeeping::release(std::string_view organisation) {
    Query(database_, "UPDATE organisations SET held_since = NULL, held_reason = NULL "
                     "WHERE organisation_id = ? AND held_since IS NOT NULL")
        .with(organisation)
        .run();
}

void Bookkeeping::reject(std::string_view organisation, std::string_view connector_id,
                         std::string_view reason, std::string_view json_path, model::Time now) {
    Query(database_,
          "INSERT INTO rejects VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1) ON CONFLICT DO UPDATE SET "
          "reason = excluded.reason, json_path = excluded.json_path, last_seen = excluded.last_seen, "
          "count = count + 1")
        .with(organisation, connector_id, reason, json_path, now)
        .run();
}

void Bookkeeping::unreject(std::string_view organisation, std::string_view connector_id) {
    Query(database_, "DELETE FROM rejects WHERE organisation_id = ? AND connector_id = ?")
        .with(organisation, connector_id)
        .run();
}

std::set<std::string, std::less<>> Bookkeeping::rejected(std::string_view organisation) {
    Query query(database_, "SELECT connector_id FROM rejects WHERE organisation_id = ?");
    query.with(organisation);
    std::set<std::string, std::less<>> out;
    while (query.step())
        out.emplace(query.text(0));
    return out;
}

bool Bookkeeping::drift(std::string_view json_path, std::string_view kind, std::int64_t count,
                        model::Time now) {
    Query query(database_,
                "INSERT INTO contract_drift VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT DO UPDATE SET "
                "last_seen = excluded.last_seen, count = count + excluded.count RETURNING count = ?4");
    query.with(json_path, kind, now, count).step();
    bool first = query.integer(0) != 0;
    while (query.step()) {
    }
    return first;
}

std::vector<model::Missing> Bookkeeping::missing(std::string_view organisation) {
    Query query(database_,
                "SELECT m.connector_id, c.owner_organisation_id, k.first_seen, m.since, "
                "m.settled_absences, m.last_answer, m.asked_at, m.rejected_at FROM missing m "
                "JOIN connectors c USING (organisation_id, connector_id) "
                "JOIN _connectors k USING (organisation_id, connector_id) WHERE m.organisation_id = ? "
                "ORDER BY coalesce(m.asked_at, m.since), m.connector_id");
    query.with(organisation);
    std::vector<model::Missing> out;
    while (query.step()) {
        model::Missing one{std::string(query.text(0)),
                           std::string(query.text(1)),
                           time_of(query.text(2)),
                           time_of(query.text(3)),
                           static_cast<int>(query.integer(4)),
                           std::string(query.text(5)),
                           {},
                           !query.is_null(7)};
        if (!query.is_null(6))
            one.asked_at = time_of(query.text(6));
        out.push_back(std::move(one));
    }
    return out;
}

std::int64_t Bookkeeping::missing_count(std::string_view organisation) {
    Query query(database_, "SELECT count(*) FROM missing WHERE organisation_id = ? AND rejected_at IS NULL");
    query.with(organisation).step();
    return query.integer(0);
}

model::Missing Bookkeeping::missing_from(std::string_view organisation, std::string_view connector_id,
                                         model::Time now) {
    Query query(database_, "SELECT c.owner_organisation_id, k.first_seen FROM connectors c "
                           "JOIN _connectors k USING (organisation_id, connector_id) "
                           "WHERE c.organisation_id = ? AND c.connector_id = ?");
    model::Missing out{std::string(connector_id), {}, now, now, 0, {}, {}, false};
    if (query.with(organisation, connector_id).step()) {
        out.owner = query.text(0);
        out.first_seen = time_of(query.text(1));
    }
    return out;
}

void Bookkeeping::set_missing(std::string_view organisation, const model::Missing& one) {
    Query(database_,
          "INSERT INTO missing (organisation_id, connector_id, since, settled_absences, last_answer, "
          "asked_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
          "settled_absences = excluded.settled_absences, last_answer = excluded.last_answer, "
          "asked_at = excluded.asked_at")
        .with(organisation, one.connector_id, one.since, one.settled_absences, or_null(one.last_answer),
              one.asked_at)
        .run();
}

void Bookkeeping::listed(std::string_view organisation, std::string_view connector_id) {
    Query(database_, "DELETE FROM missing WHERE organisation_id = ? AND connector_id = ?")
        .with(organisation, connector_id)
        .run();
}

std::optional<std::string> Bookkeeping::listed_of(std::string_view organisation, std::string_view owner,
                                                  const std::function<bool(std::string_view)>& listed) {
    Query query(database_, "SELECT connector_id FROM connectors WHERE organisation_id = ? "
                           "AND owner_organisation_id = ? ORDER BY connector_id");
    query.with(organisation, owner);
    while (query.step())
        if (listed(query.text(0)))
            return std::string(query.text(0));
    return {};
}

std::string Bookkeeping::setting(std::string_view name) {
    Query query(database_, "SELECT value FROM _settings WHERE name = ?");
    return query.with(name).step() ? std::string(query.text(0)) : std::string();
}

void Bookkeeping::set_setting(std::string_view name, std::string_view value) {
    Query(database_, "INSERT INTO _settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
        .with(name, value)
        .run();
}

} // namespace versori::store
