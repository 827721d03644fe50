#include "daemon/store/mirror.hpp"

#include "daemon/model/json.hpp"
#include "daemon/store/query.hpp"

#include <array>
#include <cstring>
#include <set>

namespace versori::store {

using model::Change;
using model::Document;
using model::Op;
using model::Subject;
using model::Table;
using model::TableId;

namespace {

std::string columns_of(std::span<const model::Column> columns, std::string_view separator,
                       std::string_view suffix) {
    std::string out;
    for (const auto& column : columns)
        ((out += out.empty() ? "" : separator) += column.name) += suffix;
    return out;
}

// The statements of one table, written from its description.
struct Statements {
    std::string select, insert, update, remove;

    explicit Statements(const Table& table) {
        std::string name(table.name), marks;
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            marks += ", ?";
        std::string where = " WHERE organisation_id = ? AND " + columns_of(table.key(), " AND ", " = ?");
        select = "SELECT " + columns_of(table.columns, ", ", "") + " FROM " + name +
                 " WHERE organisation_id = ? AND " + std::string(table.columns[0].name) + " = ? ORDER BY " +
                 columns_of(table.key(), ", ", "");
        insert = "INSERT INTO " + name + " (organisation_id, " + columns_of(table.columns, ", ", "") +
                 ") VALUES (?" + marks + ")";
        update = "UPDATE " + name + " SET " +
                 columns_of(table.columns.subspan(table.key_size), ", ", " = ?") + where;
        remove = "DELETE FROM " + name + where;
    }
};

const Statements& statements(TableId id) {
    static const auto all = [] {
        std::vector<Statements> made;
        for (std::size_t i = 0; i < model::table_count; ++i)
            made.emplace_back(model::table(static_cast<TableId>(i)));
        return made;
    }();
    return all[static_cast<std::size_t>(id)];
}

void load_table(Database& database, Document& out, TableId id, std::string_view organisation,
                std::string_view subject) {
    Query query(database, statements(id).select);
    query.with(organisation, subject);
    auto columns = model::table(id).columns;
    while (query.step()) {
        model::Row row = out.add(id);
        for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
            auto kind = columns[static_cast<std::size_t>(i)].kind;
            bool number = kind == model::Kind::integer || kind == model::Kind::boolean;
            if (query.is_null(i))
                continue;
            row[static_cast<std::size_t>(i)] =
                number ? model::Value(query.integer(i)) : out.text(query.text(i));
        }
    }
}

} // namespace

Tally& Tally::operator+=(const Tally& more) {
    inserted += more.inserted;
    updated += more.updated;
    deleted += more.deleted;
    connectors_inserted += more.connectors_inserted;
    connectors_updated += more.connectors_updated;
    connectors_deleted += more.connectors_deleted;
    if (!first_seq)
        first_seq = more.first_seq;
    if (more.last_seq)
        last_seq = more.last_seq;
    return *this;
}

std::optional<Known> Mirror::known(std::string_view organisation, std::string_view connector_id) {
    Query query(database_, "SELECT digest, doubted_updated_at, doubted_interval FROM _connectors "
                           "WHERE organisation_id = ? AND connector_id = ?");
    if (!query.with(organisation, connector_id).step())
        return {};
    Known out;
    if (auto bytes = query.blob(0); bytes.size() == sizeof(model::Digest))
        std::memcpy(out.digest.emplace().data(), bytes.data(), bytes.size());
    out.doubted_updated_at = query.text(1);
    out.doubted_interval = query.integer(2);
    return out;
}

std::string Mirror::updated_at(std::string_view organisation, std::string_view connector_id) {
    Query query(database_,
                "SELECT updated_at FROM connectors WHERE organisation_id = ? AND connector_id = ?");
    return query.with(organisation, connector_id).step() ? std::string(query.text(0)) : std::string();
}

Document Mirror::load(Subject subject, std::string_view organisation, std::string_view id) {
    Document out(subject);
    auto tables = model::tables_of(subject);
    load_table(database_, out, tables.front(), organisation, id);
    if (out.empty())
        return out;
    for (TableId table : tables.subspan(1))
        load_table(database_, out, table, organisation, id);
    return out;
}

std::int64_t Mirror::connector_count(std::string_view organisation) {
    Query query(database_, "SELECT count(*) FROM _connectors WHERE organisation_id = ?");
    query.with(organisation).step();
    return query.integer(0);
}

void Mirror::for_each_connector(std::string_view organisation,
                                const std::function<void(std::string_view)>& visit) {
    Query query(database_,
                "SELECT connector_id FROM _connectors WHERE organisation_id = ? ORDER BY connector_id");
    query.with(organisation);
    while (query.step())
        visit(query.text(0));
}

std::vector<std::string> Mirror::users_of(std::string_view organisation, std::string_view credential_id) {
    Query query(database_, "SELECT DISTINCT connector_id FROM connection_credentials "
                           "WHERE organisation_id = ? AND credential_id = ?");
    query.with(organisation, credential_id);
    std::vector<std::string> out;
    while (query.step())
        out.emplace_back(query.text(0));
    return out;
}

std::int64_t Mirror::deleted_since(std::string_view organisation, model::Time since) {
    Query query(database_,
                "SELECT count(*) FROM changes WHERE time >= ? AND organisation_id = ? AND op = 'delete' "
                "AND table_name = 'connectors' AND evidence NOT IN ('approved', 'forgotten')");
    query.with(since, organisation).step();
    return query.integer(0);
}

bool Mirror::changes(const Act& act, Document& document) {
    Document before = load(document.subject(), act.organisation, document.id());
    document.inherit(before);
    return !before.empty() && !model::diff(before, document).empty();
}

void Mirror::put(const Act& act, Document& document) {
    Document before = load(document.subject(), act.organisation, document.id());
    document.inherit(before);
    apply(act, before, document, {});
}

void Mirror::remember(const Act& act, std::string_view connector_id,
                      const std::optional<model::Digest>& digest) {
    Query query(database_, "INSERT INTO _connectors (organisation_id, connector_id, digest, first_seen) "
                           "VALUES (?, ?, ?, ?) "
                           "ON CONFLICT DO UPDATE SET digest = excluded.digest, doubted_updated_at = NULL, "
                           "doubted_interval = NULL");
    query.with(act.organisation, connector_id, digest, act.time);
    query.run();
}

void Mirror::doubt(const Act& act, std::string_view connector_id, std::string_view updated_at,
                   std::int64_t interval) {
    Query query(database_, "UPDATE _connectors SET doubted_updated_at = ?, doubted_interval = ? "
                           "WHERE organisation_id = ? AND connector_id = ?");
    query.with(updated_at, interval, act.organisation, connector_id).run();
}

void Mirror::trust_again(const Act& act, std::string_view connector_id) {
    Query query(database_, "UPDATE _connectors SET doubted_updated_at = NULL, doubted_interval = NULL "
                           "WHERE organisation_id = ? AND connector_id = ?");
    query.with(act.organisation, connector_id).run();
}

void Mirror::remove(const Act& act, std::string_view connector_id, std::string_view evidence) {
    Document before = load(Subject::connector, act.organisation, connector_id);
    for (const char* sql : {"DELETE FROM missing WHERE organisation_id = ? AND connector_id = ?",
                            "DELETE FROM _connectors WHERE organisation_id = ? AND connector_id = ?",
                            "DELETE FROM rejects WHERE organisation_id = ? AND connector_id = ?"})
        Query(database_, sql).with(act.organisation, connector_id).run();
    apply(act, before, Document(Subject::connector), evidence);
}

void Mirror::sweep_credentials(const Act& act) {
    std::vector<std::string> orphans;
    {
        Query query(database_,
                    "SELECT credential_id FROM credentials c WHERE organisation_id = ? AND NOT EXISTS "
                    "(SELECT 1 FROM connection_credentials r WHERE r.organisation_id = c.organisation_id "
                    "AND r.credential_id = c.credential_id)");
        query.with(act.organisation);
        while (query.step())
            orphans.emplace_back(query.text(0));
    }
    for (const std::string& id : orphans)
        apply(act, load(Subject::credential, act.organisation, id), Document(Subject::credential), {});
}

void Mirror::remove_everything(const Act& act, std::string_view evidence) {
    std::vector<std::string> ids;
    for_each_connector(act.organisation, [&](std::string_view id) { ids.emplace_back(id); });
    for (const std::string& id : ids)
        remove(act, id, evidence);
    sweep_credentials(act);
}

void Mirror::apply(const Act& act, const Document& before, const Document& after, std::string_view evidence) {
    bool existed = !before.empty();
    bool recorded = act.recording == Recording::all ||
                    (act.recording == Recording::no_updates && existed != !after.empty());
    auto changes = model::diff(before, after);
    if (after.subject() == Subject::credential && existed && !changes.empty())
        forget_digests_of_users(act, before.id());
    if (after.subject() == Subject::connector && !changes.empty())
        ++(after.empty() ? tally_.connectors_deleted
           : existed     ? tally_.connectors_updated
                         : tally_.connectors_inserted);
    for (const Change& change : changes) {
        write(act, change);
        bool own = change.table == model::tables_of(after.subject()).front();
        if (recorded)
            record(act, change.op == Op::remove ? before : after, change,
                   own ? evidence : std::string_view{});
    }
}

void Mirror::forget_digests_of_users(const Act& act, std::string_view credential_id) {
    Query query(database_,
                "UPDATE _connectors SET digest = NULL WHERE organisation_id = ?1 AND connector_id IN "
                "(SELECT connector_id FROM connection_credentials "
                "WHERE organisation_id = ?1 AND credential_id = ?2)");
    query.with(act.organisation, credential_id).run();
}

void Mirror::write(const Act& act, const Change& change) {
    const Statements& sql = statements(change.table);
    std::size_t key_size = model::table(change.table).key_size;
    switch (change.op) {
    case Op::insert:
        Query(database_, sql.insert).with(act.organisation).with_row(change.after).run();
        ++tally_.inserted;
        break;
    case Op::update:
        Query(database_, sql.update)
            .with_row(change.after.subspan(key_size))
            .with(act.organisation)
            .with_row(change.key())
            .run();
        ++tally_.updated;
        break;
    case Op::remove:
        Query(database_, sql.remove).with(act.organisation).with_row(change.key()).run();
        ++tally_.deleted;
        break;
    case Op::baseline:
        break;
    }
}

namespace {
constexpr const char* insert_change =
    "INSERT INTO changes (seq, walk_id, time, organisation_id, connector_id, table_name, op, key, label, "
    "changed, "
    "before, after, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
}

void Mirror::record(const Act& act, const Document& holder, const Change& change, std::string_view evidence) {
    using Text = std::optional<std::string>;
    Text connector, before, after, why;
    if (holder.subject() == Subject::connector)
        connector = holder.id();
    if (!change.before.empty())
        before = model::row_json(change.table, change.before);
    if (!change.after.empty())
        after = model::row_json(change.table, change.after);
    if (!evidence.empty())
        why = evidence;
    Query query(database_, insert_change);
    query.with(next_seq(), act.walk_id, act.time, act.organisation, connector,
               model::table(change.table).name, model::op_name(change.op), model::key_json(change),
               model::label(holder, change), model::changed_json(change), before, after, why);
    query.run();
}

std::int64_t Mirror::next_seq() {
    Query query(database_,
                "SELECT max(coalesce((SELECT max(seq) FROM changes), 0), first_seq - 1) + 1 FROM mirror");
    query.step();
    std::int64_t seq = query.integer(0);
    if (!tally_.first_seq)
        tally_.first_seq = seq;
    tally_.last_seq = seq;
    return seq;
}

void Mirror::scrub_variables(const std::function<bool(std::string_view name)>& is_secret) {
    for (const char* table : {"connector_variables", "connection_variables"}) {
        std::set<std::string> secret;
        {
            Query names(database_, std::string("SELECT DISTINCT name FROM ") + table +
                                       " UNION SELECT json_extract(key, '$.name') FROM changes "
                                       "WHERE table_name = ?");
            names.with(table);
            while (names.step())
                if (is_secret(names.text(0)))
                    secret.emplace(names.text(0));
        }
        for (const std::string& name : secret) {
            Query(database_,
                  std::string("UPDATE ") + table + " SET value = NULL WHERE name = ? AND value IS NOT NULL")
                .with(name)
                .run();
            for (const char* side : {"before", "after"})
                Query(database_, std::string("UPDATE changes SET ") + side + " = json_replace(" + side +
                                     ", '$.value', NULL) WHERE table_name = ? AND " + side +
                                     " IS NOT NULL AND json_extract(key, '$.name') = ?")
                    .with(table, name)
                    .run();
        }
    }
}

void Mirror::baseline(const Act& act, bool rows) {
    if (rows) {
        auto record_rows = [&](const char* ids_of, Subject subject) {
            std::vector<std::string> ids;
            {
                Query query(database_, ids_of);
                query.with(act.organisation);
                while (query.step())
                    ids.emplace_back(query.text(0));
            }
            for (const std::string& id : ids) {
                Document document = load(subject, act.organisation, id);
                for (const Change& change : model::diff(Document(subject), document))
                    record(act, document, change, {});
            }
        };
        record_rows("SELECT credential_id FROM credentials WHERE organisation_id = ?", Subject::credential);
        record_rows("SELECT connector_id FROM connectors WHERE organisation_id = ?", Subject::connector);
    }
    std::string counts = "{";
    for (std::size_t i = 0; i < model::table_count; ++i) {
        std::string name(model::table(static_cast<TableId>(i)).name);
        Query query(database_, "SELECT count(*) FROM " + name + " WHERE organisation_id = ?");
        query.with(act.organisation).step();
        counts += (i ? ",\"" : "\"") + name + "\":" + std::to_string(query.integer(0));
    }
    std::string label = act.organisation;
    {
        Query query(database_,
                    "SELECT coalesce(name, organisation_id) FROM organisations WHERE organisation_id = ?");
        if (query.with(act.organisation).step())
            label = query.text(0);
    }
    auto none = std::nullopt;
    Query query(database_, insert_change);
    query.with(next_seq(), act.walk_id, act.time, act.organisation, none, none, model::op_name(Op::baseline),
               none, label, "[]", none, counts + "}", none);
    query.run();
}

Tally Mirror::take_tally() {
    return std::exchange(tally_, {});
}

} // namespace versori::store
