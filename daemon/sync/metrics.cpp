#include "daemon/sync/metrics.hpp"

#include "daemon/store/outbox.hpp"

#include <algorithm>
#include <filesystem>

namespace versori::sync {
namespace {

using emit::Family;
using Type = Family::Type;
using Labels = std::vector<std::pair<std::string, std::string>>;

double seconds(model::Time time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double seconds(std::chrono::microseconds time) {
    return std::chrono::duration<double>(time).count();
}

void add(store::WalkSums& to, const store::WalkSums& more) {
    to.walks += more.walks, to.pages += more.pages, to.requests += more.requests;
    to.retries += more.retries, to.bytes += more.bytes, to.time += more.time;
}

Labels labels_of(const store::Condition& one) {
    return {{"organisation_id", one.id}, {"organisation", one.label()}};
}

Labels with(Labels labels, const std::string& name, const std::string& value) {
    labels.emplace_back(name, value);
    return labels;
}

double size_of(const std::string& path) {
    std::error_code missing;
    auto size = std::filesystem::file_size(path, missing);
    return missing ? 0 : static_cast<double>(size);
}

// One sample an organisation; nothing where `value` gives nothing.
template <class Value>
Family family(const char* name, const char* help, const std::vector<store::Condition>& all, Value value) {
    Family out{name, help, Type::gauge, {}};
    for (const store::Condition& one : all)
        if (std::optional<double> known = value(one))
            out.samples.push_back({labels_of(one), *known});
    return out;
}

Family states(const std::vector<store::Condition>& all) {
    Family out{"versori_mirror_organisation_state",
               "1 for the state the organisation is in, 0 for the others.",
               Type::gauge,
               {}};
    for (const store::Condition& one : all)
        for (const char* state : {"new", "ok", "failing", "denied", "unconfigured"})
            out.samples.push_back({with(labels_of(one), "state", state), one.state == state ? 1.0 : 0.0});
    return out;
}

Family gauge(const char* name, const char* help, double value) {
    return {name, help, Type::gauge, {{{}, value}}};
}

std::vector<Family> conditions(store::Overview& overview, const std::vector<store::Condition>& all) {
    using Number = std::optional<double>;
    auto last_complete = [](const auto& one) {
        return one.last_complete_at ? Number(seconds(*one.last_complete_at)) : Number();
    };
    auto last_duration = [&](const auto& one) {
        auto time = overview.last_walk_time(one.id);
        return time ? Number(seconds(*time)) : Number();
    };
    return {
        family("versori_mirror_last_complete_walk_timestamp_seconds",
               "When the last complete walk ended; its age is time() minus this.", all, last_complete),
        states(all),
        family("versori_mirror_connectors", "Connectors in the mirror.", all,
               [](const auto& one) { return static_cast<double>(one.connectors); }),
        family("versori_mirror_held_deletions",
               "Connectors missing upstream whose deletion waits for a person.", all,
               [](const auto& one) { return static_cast<double>(one.held()); }),
        family("versori_mirror_consecutive_failures", "Walks in a row that did not complete.", all,
               [](const auto& one) { return static_cast<double>(one.consecutive_failures); }),
        family("versori_mirror_last_walk_duration_seconds", "How long the last walk took.", all,
               last_duration),
    };
}

store::WalkSums total(const std::map<std::string, store::WalkSums>& by_outcome) {
    store::WalkSums out;
    for (const auto& [outcome, sums] : by_outcome)
        add(out, sums);
    return out;
}

} // namespace

Metrics::Metrics(store::Database& database)
    : database_(database), first_walk_(store::Overview(database).newest_walk()),
      last_seq_(store::Outbox(database).extent().newest_seq) {}

std::vector<Family> Metrics::measure(model::Time now) {
    store::Overview overview(database_);
    auto all = overview.conditions(now);
    std::vector<Family> out = conditions(overview, all);
    for (auto&& families : {count_walks(all), count_changes(all), measure_storage()})
        out.insert(out.end(), families.begin(), families.end());
    return out;
}

std::vector<Family> Metrics::count_walks(const std::vector<store::Condition>& all) {
    Family walks{"versori_mirror_walks_total",
                 "Walks that ended, by outcome; head: looks at the head of the list that changed something.",
                 Type::counter,
                 {}};
    Family time{"versori_mirror_walk_seconds_total", "Time spent in walks.", Type::counter, {}};
    Family pages{"versori_mirror_pages_total", "Pages received.", Type::counter, {}};
    Family requests{"versori_mirror_requests_total", "Requests sent, retries included.", Type::counter, {}};
    Family retries{"versori_mirror_retries_total", "Requests that repeated another.", Type::counter, {}};
    Family bytes{"versori_mirror_received_bytes_total", "Bytes received.", Type::counter, {}};
    for (const store::Condition& one : all) {
        Labels labels = labels_of(one);
        Walks& ended = walks_.try_emplace(one.id, Walks{first_walk_, {}}).first->second;
        for (const auto& [outcome, more] : store::Overview(database_).walks(one.id, ended.last))
            add(ended.by_outcome[outcome], more);
        for (const char* outcome : {"settled", "complete", "incomplete", "abandoned", "head"})
            walks.samples.push_back(
                {with(labels, "outcome", outcome), static_cast<double>(ended.by_outcome[outcome].walks)});
        store::WalkSums sums = total(ended.by_outcome);
        time.samples.push_back({labels, seconds(sums.time)});
        pages.samples.push_back({labels, static_cast<double>(sums.pages)});
        requests.samples.push_back({labels, static_cast<double>(sums.requests)});
        retries.samples.push_back({labels, static_cast<double>(sums.retries)});
        bytes.samples.push_back({labels, static_cast<double>(sums.bytes)});
    }
    return {walks, time, pages, requests, retries, bytes};
}

std::vector<Family> Metrics::count_changes(const std::vector<store::Condition>& all) {
    store::Outbox outbox(database_);
    auto extent = outbox.extent();
    for (const auto& [key, more] : store::Overview(database_).changes(last_seq_))
        changes_[key] += more;
    last_seq_ = extent.newest_seq;
    Family changes{"versori_mirror_changes_total", "Change records, by table and op.", Type::counter, {}};
    for (const auto& [key, number] : changes_) {
        const auto& [organisation, table, op] = key;
        auto at = std::ranges::find(all, organisation, &store::Condition::id);
        if (at != all.end())
            changes.samples.push_back(
                {with(with(labels_of(*at), "table", table), "op", op), static_cast<double>(number)});
    }
    Family delivered{"versori_mirror_delivered_seq",
                     "The last change record each delivery is known to have taken.",
                     Type::gauge,
                     {}};
    for (const auto& [delivery, seq] : outbox.marks())
        delivered.samples.push_back({{{"delivery", delivery}}, static_cast<double>(seq)});
    return {changes, delivered,
            gauge("versori_mirror_newest_seq", "The newest change record.",
                  static_cast<double>(extent.newest_seq)),
            Family{"versori_mirror_info",
                   "The mirror as a consumer of its changes knows it.",
                   Type::gauge,
                   {{{{"mirror_id", extent.mirror_id}}, 1}}}};
}

std::vector<Family> Metrics::measure_storage() const {
    return {gauge("versori_mirror_database_bytes", "Size of the database.", size_of(database_.path())),
            gauge("versori_mirror_wal_bytes", "Size of the write-ahead log beside the database.",
                  size_of(database_.path() + "-wal"))};
}

} // namespace versori::sync
