#include "daemon/store/outbox.hpp"

#include "daemon/store/query.hpp"

namespace versori::store {
namespace {

std::optional<std::string> text_or_null(const Query& query, int column) {
    if (query.is_null(column))
        return {};
    return std::string(query.text(column));
}

model::ChangeRecord record_of(const Query& query) {
    model::ChangeRecord out;
    out.seq = query.integer(0);
    out.time = query.text(1);
    out.mirror_id = query.text(2);
    out.walk_id = query.integer_or_null(3);
    out.organisation_id = query.text(4);
    out.connector_id = text_or_null(query, 5);
    out.table_name = text_or_null(query, 6);
    out.op = model::find_op(query.text(7)).value_or(model::Op::baseline);
    out.key = text_or_null(query, 8);
    out.label = text_or_null(query, 9);
    out.changed = query.text(10);
    out.before = text_or_null(query, 11);
    out.after = text_or_null(query, 12);
    out.evidence = text_or_null(query, 13);
    return out;
}

} // namespace

Extent Outbox::extent() {
    Query query(database_, "SELECT mirror_id, first_seq, "
                           "max(coalesce((SELECT max(seq) FROM changes), 0), first_seq - 1) FROM mirror");
    query.step();
    return {std::string(query.text(0)), query.integer(1), query.integer(2)};
}

std::vector<model::ChangeRecord> Outbox::read(std::int64_t after, std::int64_t up_to, std::size_t limit,
                                              std::size_t bytes, const ChangeFilter& filter) {
    const std::pair<const char*, const std::string*> conditions[] = {
        {" AND organisation_id = ?", &filter.organisation},
        {" AND connector_id = ?", &filter.connector},
        {" AND table_name = ?", &filter.table},
        {" AND op = ?", &filter.op},
    };
    std::string sql =
        "SELECT seq, time, (SELECT mirror_id FROM mirror), walk_id, organisation_id, connector_id, "
        "table_name, op, key, label, changed, before, after, evidence FROM changes "
        "WHERE seq > ? AND seq <= ?";
    for (const auto& [condition, value] : conditions)
        sql += value->empty() ? "" : condition;
    Query query(database_, sql + " ORDER BY seq LIMIT ?");
    query.with(after, up_to);
    for (const auto& [condition, value] : conditions)
        if (!value->empty())
            query.with(*value);
    query.with(limit);
    std::vector<model::ChangeRecord> out;
    for (std::size_t size = 0; size < bytes && query.step(); size += out.back().bytes())
        out.push_back(record_of(query));
    return out;
}

std::map<std::string, std::int64_t> Outbox::marks() {
    Query query(database_, "SELECT delivery, seq FROM _deliveries");
    std::map<std::string, std::int64_t> out;
    while (query.step())
        out.emplace(query.text(0), query.integer(1));
    return out;
}

std::string Outbox::label(const std::string& organisation_id) {
    Query query(database_, "SELECT coalesce(name, organisation_id) FROM organisations "
                           "WHERE organisation_id = ?");
    return query.with(organisation_id).step() ? std::string(query.text(0)) : organisation_id;
}

std::vector<std::string> Outbox::find_organisations(std::string_view id_or_name) {
    Query query(database_, "SELECT organisation_id FROM organisations WHERE ?1 IN (organisation_id, name)");
    query.with(id_or_name);
    std::vector<std::string> out;
    while (query.step())
        out.emplace_back(query.text(0));
    return out;
}

void Outbox::set_mark(std::string_view delivery, std::int64_t seq) {
    Query(database_, "INSERT INTO _deliveries VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq")
        .with(delivery, seq)
        .run();
}

void Outbox::remove_mark(std::string_view delivery) {
    Query(database_, "DELETE FROM _deliveries WHERE delivery = ?").with(delivery).run();
}

std::string Outbox::mint() {
    std::string id = random_uuid();
    Query(database_, "UPDATE mirror SET mirror_id = ?").with(id).run();
    Query(database_, "UPDATE _deliveries SET seq = (SELECT first_seq - 1 FROM mirror)").run();
    return id;
}

std::int64_t Outbox::prune(model::Time time, std::int64_t limit) {
    std::int64_t first = extent().first_seq, last = first - 1;
    {
        Query query(database_, "SELECT seq, time < ? AND seq <= coalesce((SELECT min(seq) FROM _deliveries), "
                               "seq) FROM changes WHERE seq >= ? ORDER BY seq LIMIT ?");
        query.with(time, first, limit);
        while (query.step() && query.integer(1) != 0)
            last = query.integer(0);
    }
    if (last < first)
        return 0;
    Query(database_, "DELETE FROM changes WHERE seq <= ?").with(last).run();
    Query(database_, "UPDATE mirror SET first_seq = ?").with(last + 1).run();
    return last + 1 - first;
}

std::int64_t Outbox::prune_walks(model::Time time, std::int64_t limit) {
    auto before = database_.total_changes();
    Query(database_, "DELETE FROM walks WHERE walk_id IN (SELECT walk_id FROM walks WHERE started_at < ? "
                     "AND outcome <> 'running' AND walk_id NOT IN (SELECT last_complete_walk FROM "
                     "organisations WHERE last_complete_walk IS NOT NULL) ORDER BY walk_id LIMIT ?)")
        .with(time, limit)
        .run();
    return database_.total_changes() - before;
}

} // namespace versori::store
