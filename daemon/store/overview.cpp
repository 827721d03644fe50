#include "daemon/store/overview.hpp"

#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/query.hpp"

#include <algorithm>

namespace versori::store {
namespace {

using std::chrono::microseconds;

std::string interval_key(std::string_view organisation) {
    return "interval " + std::string(organisation);
}

std::optional<model::Time> time_of(const Query& query, int column) {
    return model::parse_time(query.text(column));
}

// Both are times as `format_time` writes them.
microseconds between(std::string_view from, std::string_view to) {
    auto first = model::parse_time(from), second = model::parse_time(to);
    return first && second ? *second - *first : microseconds{};
}

// The organisations and what one row says of each.
const char* const rows =
    "SELECT o.organisation_id, o.name, o.state, o.state_reason, o.state_since, o.held_since, o.held_reason, "
    "o.total_count, o.connector_count, o.last_complete_at, o.last_attempt_at, o.next_attempt_at, "
    "o.consecutive_failures, d.evidence, "
    "(SELECT count(*) FROM missing m WHERE m.organisation_id = o.organisation_id AND m.rejected_at IS NULL), "
    "(SELECT started_at FROM walks w WHERE w.organisation_id = o.organisation_id ORDER BY walk_id LIMIT 1), "
    "(SELECT walk_id FROM walks w WHERE w.organisation_id = o.organisation_id "
    "AND outcome IN ('incomplete', 'abandoned') AND error IS NOT NULL ORDER BY walk_id DESC LIMIT 1), "
    "(SELECT value FROM _settings s WHERE s.name = 'interval ' || o.organisation_id) "
    "FROM organisations o LEFT JOIN _organisations d USING (organisation_id) "
    "ORDER BY o.state = 'unconfigured', coalesce(o.name, o.organisation_id), o.organisation_id";

// `error_walk` becomes the walk that the last error is of, 0 without one.
Condition condition_of(const Query& query, std::int64_t& error_walk) {
    Condition out;
    out.id = query.text(0);
    out.name = query.text(1);
    out.state = query.text(2);
    out.state_reason = query.text(3);
    out.state_since = time_of(query, 4).value_or(model::Time{});
    out.held_since = time_of(query, 5);
    out.held_reason = query.text(6);
    out.total_count = query.integer_or_null(7);
    out.connectors = query.integer(8);
    out.last_complete_at = time_of(query, 9);
    out.last_attempt_at = time_of(query, 10);
    out.next_attempt_at = time_of(query, 11);
    out.consecutive_failures = query.integer(12);
    out.evidence = query.text(13);
    out.missing = query.integer(14);
    out.first_attempt_at = time_of(query, 15);
    error_walk = query.integer_or_null(16).value_or(0);
    if (!query.is_null(17))
        out.interval = std::chrono::milliseconds(std::stoll("0" + std::string(query.text(17))));
    return out;
}

} // namespace

std::vector<Condition> Overview::conditions(model::Time now) {
    std::optional<Snapshot> snapshot;
    if (!database_.in_transaction())
        snapshot.emplace(database_);
    std::vector<Condition> out;
    std::vector<std::int64_t> error_walks;
    {
        Query query(database_, rows);
        while (query.step())
            out.push_back(condition_of(query, error_walks.emplace_back()));
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        Query query(database_,
                    "SELECT error, coalesce(finished_at, started_at) FROM walks WHERE walk_id = ?");
        if (!query.with(error_walks[i]).step())
            continue;
        out[i].last_error = query.text(0);
        out[i].last_error_at = time_of(query, 1);
    }
    Query query(database_, "SELECT organisation_id, count(*) FROM changes INDEXED BY changes_by_time "
                           "WHERE time >= ? AND op <> 'baseline' GROUP BY organisation_id");
    query.with(now - std::chrono::hours{24});
    while (query.step())
        if (auto at = std::ranges::find(out, query.text(0), &Condition::id); at != out.end())
            at->changes = query.integer(1);
    return out;
}

std::map<std::tuple<std::string, std::string, std::string>, std::int64_t>
Overview::changes(std::int64_t after) {
    Query query(database_, "SELECT organisation_id, coalesce(table_name, ''), op, count(*) FROM changes "
                           "WHERE seq > ? GROUP BY 1, 2, 3");
    query.with(after);
    std::map<std::tuple<std::string, std::string, std::string>, std::int64_t> out;
    while (query.step())
        out[{std::string(query.text(0)), std::string(query.text(1)), std::string(query.text(2))}] =
            query.integer(3);
    return out;
}

std::map<std::string, WalkSums> Overview::walks(std::string_view organisation, std::int64_t& after) {
    Query query(database_,
                "SELECT iif(outcome = 'incomplete' AND error IS NULL, 'head', outcome), pages, requests, "
                "retries, bytes_received, started_at, finished_at, walk_id FROM walks WHERE organisation_id "
                "= ? AND walk_id > ? AND outcome <> 'running' "
                "ORDER BY walk_id");
    query.with(organisation, after);
    std::map<std::string, WalkSums> out;
    while (query.step()) {
        WalkSums& sums = out[std::string(query.text(0))];
        ++sums.walks;
        sums.pages += query.integer(1);
        sums.requests += query.integer(2);
        sums.retries += query.integer(3);
        sums.bytes += query.integer(4);
        sums.time += between(query.text(5), query.text(6));
        after = query.integer(7);
    }
    return out;
}

std::int64_t Overview::newest_walk() {
    Query query(database_, "SELECT coalesce(max(walk_id), 0) FROM walks");
    query.step();
    return query.integer(0);
}

std::optional<microseconds> Overview::last_walk_time(std::string_view organisation) {
    Query query(database_, "SELECT started_at, finished_at FROM walks WHERE organisation_id = ? "
                           "AND finished_at IS NOT NULL AND NOT (outcome = 'incomplete' AND error IS NULL) "
                           "ORDER BY walk_id DESC LIMIT 1");
    if (!query.with(organisation).step())
        return {};
    return between(query.text(0), query.text(1));
}

void Overview::set_interval(std::string_view organisation, std::chrono::milliseconds interval) {
    Bookkeeping bookkeeping(database_);
    std::string key = interval_key(organisation), value = std::to_string(interval.count());
    if (bookkeeping.setting(key) != value)
        bookkeeping.set_setting(key, value);
}

} // namespace versori::store
