#include "daemon/store/deletions.hpp"

#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/mirror.hpp"
#include "daemon/store/query.hpp"

namespace versori::store {
namespace {

// Before its baseline nothing is recorded of an organisation.
Act act_of(Database& database, std::string_view organisation, model::Time now) {
    bool told = !Bookkeeping(database).standing(organisation).normalisation.empty();
    return {std::string(organisation), std::nullopt, now, told ? Recording::all : Recording::none};
}

} // namespace

std::vector<PendingDeletion> Deletions::pending() {
    Query query(database_,
                "SELECT organisation_id, organisation, connector_id, connector, since, answer, held "
                "FROM pending_deletions ORDER BY 2, 5, 4");
    std::vector<PendingDeletion> out;
    while (query.step())
        out.push_back({std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2)),
                       std::string(query.text(3)), std::string(query.text(4)), std::string(query.text(5)),
                       query.integer(6) != 0});
    return out;
}

std::vector<HeldOrganisation> Deletions::held() {
    Query query(database_, "SELECT organisation_id, coalesce(name, organisation_id), held_since, held_reason "
                           "FROM organisations WHERE held_since IS NOT NULL ORDER BY 2");
    std::vector<HeldOrganisation> out;
    while (query.step())
        out.push_back({std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2)),
                       std::string(query.text(3))});
    return out;
}

bool Deletions::configured(std::string_view organisation) {
    Query query(database_, "SELECT state <> 'unconfigured' FROM organisations WHERE organisation_id = ?");
    return query.with(organisation).step() && query.integer(0) != 0;
}

std::int64_t Deletions::approve(std::string_view organisation, model::Time now) {
    Mirror mirror(database_);
    Bookkeeping bookkeeping(database_);
    Act act = act_of(database_, organisation, now);
    std::int64_t count = 0;
    for (const model::Missing& one : bookkeeping.missing(organisation))
        if (!one.rejected) {
            mirror.remove(act, one.connector_id, "approved");
            ++count;
        }
    if (count > 0)
        bookkeeping.set_sweep_due(organisation, true);
    bookkeeping.count_connectors(organisation);
    end_hold(organisation);
    return count;
}

std::int64_t Deletions::reject(std::string_view organisation, model::Time now) {
    auto count = Bookkeeping(database_).missing_count(organisation);
    Query(database_, "UPDATE missing SET rejected_at = ? WHERE organisation_id = ? AND rejected_at IS NULL")
        .with(now, organisation)
        .run();
    end_hold(organisation);
    return count;
}

// A person has seen what the walked filter leaves out: it is the mirror's from here on.
void Deletions::end_hold(std::string_view organisation) {
    Bookkeeping(database_).release(organisation);
    Query(database_, "UPDATE _organisations SET scope = walked_scope WHERE organisation_id = ? AND "
                     "walked_scope IS NOT NULL")
        .with(organisation)
        .run();
}

std::int64_t Deletions::forget(std::string_view organisation, model::Time now) {
    Mirror mirror(database_);
    auto count = mirror.connector_count(organisation);
    mirror.remove_everything(act_of(database_, organisation, now), "forgotten");
    for (const char* table : {"missing", "rejects", "walks", "_organisations", "organisations"})
        Query(database_, std::string("DELETE FROM ") + table + " WHERE organisation_id = ?")
            .with(organisation)
            .run();
    return count;
}

} // namespace versori::store
