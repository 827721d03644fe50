#include "daemon/config/key.hpp"

#include "daemon/config/closest.hpp"

namespace versori::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr Bytes KiB = Bytes{1} << 10, GiB = Bytes{1} << 30, TiB = Bytes{1} << 40;

template <class S>
struct Section {
    std::string_view name;
    S Settings::*section;

    template <class V>
    Key<Settings> key(std::string_view key_name, V S::*member, Kind<V> kind) const {
        auto in = section;
        return {name, key_name,
                [=](Settings& settings, const Node& node, std::vector<Complaint>& complaints) {
                    if (auto value = kind.read(node, complaints))
                        settings.*in.*member = std::move(*value);
                },
                [=](const Settings& settings) { return kind.show(settings.*in.*member); }};
    }
};

constexpr Section<Mirror> mirror{"mirror", &Settings::mirror};
constexpr Section<Platform> platform{"platform", &Settings::platform};
constexpr Section<Schedule> schedule{"schedule", &Settings::schedule};
constexpr Section<Fidelity> fidelity{"fidelity", &Settings::fidelity};
constexpr Section<Changes> changes{"changes", &Settings::changes};
constexpr Section<Secrets> secrets{"secrets", &Settings::secrets};
constexpr Section<Metrics> metrics{"metrics", &Settings::metrics};

Kind<Duration> interval() {
    return duration(100ms, days{366});
}

Kind<int> page_size() {
    return whole_number(1, 10'000);
}

template <class V>
Key<Organisation> organisation_key(std::string_view name, V Organisation::*member, Kind<V> kind) {
    return {"", name,
            [=](Organisation& organisation, const Node& node, std::vector<Complaint>& complaints) {
                if (auto value = kind.read(node, complaints))
                    organisation.*member = std::move(*value);
            },
            [=](const Organisation& organisation) { return kind.show(organisation.*member); }};
}

template <class Source>
Key<Organisation> token_key(std::string_view name, std::string Source::*member, Kind<std::string> kind) {
    return {"", name,
            [=](Organisation& organisation, const Node& node, std::vector<Complaint>& complaints) {
                if (auto value = kind.read(node, complaints))
                    organisation.token = Source{std::move(*value)};
            },
            [=](const Organisation& organisation) {
                auto* source = std::get_if<Source>(&organisation.token);
                return source ? kind.show(source->*member) : std::string{};
            }};
}

std::vector<Key<Settings>> platform_keys() {
    return {
        platform.key("url", &Platform::url, url()),
        platform.key("authorization", &Platform::authorization, scheme_word()),
        platform.key("page_size", &Platform::page_size, page_size()),
        platform.key("connect_timeout", &Platform::connect_timeout, duration(10ms, 1h)),
        platform.key("request_timeout", &Platform::request_timeout, duration(10ms, 24h)),
        platform.key("retry_limit", &Platform::retry_limit, whole_number(0, 100)),
        platform.key("retry_max_delay", &Platform::retry_max_delay, duration(1ms, 24h)),
        platform.key("max_page_bytes", &Platform::max_page_bytes, size(KiB, GiB)),
        platform.key("ca_file", &Platform::ca_file, optional_path()),
        platform.key("proxy", &Platform::proxy, proxy()),
    };
}

std::vector<Key<Settings>> schedule_and_fidelity_keys() {
    return {
        schedule.key("interval", &Schedule::interval, interval()),
        schedule.key("jitter", &Schedule::jitter, percent()),
        schedule.key("concurrency", &Schedule::concurrency, whole_number(1, 100)),
        schedule.key("walk_deadline", &Schedule::walk_deadline, duration(100ms, days{7})),
        schedule.key("head_interval", &Schedule::head_interval, duration_or_off(100ms, days{366})),
        fidelity.key("settle_attempts", &Fidelity::settle_attempts, whole_number(1, 100)),
        fidelity.key("confirm_deletions", &Fidelity::confirm_deletions, yes_or_no()),
        fidelity.key("confirm_limit", &Fidelity::confirm_limit, whole_number(1, 100'000)),
        fidelity.key("guard_count", &Fidelity::guard_count, whole_number(0, 1'000'000)),
        fidelity.key("guard_percent", &Fidelity::guard_percent, whole_number(0, 100)),
    };
}

std::vector<Key<Settings>> changes_keys() {
    return {
        changes.key("journal", &Changes::journal, yes_or_no()),
        changes.key("file", &Changes::file, optional_path()),
        changes.key("file_max_size", &Changes::file_max_size, size(KiB, TiB)),
        changes.key("file_keep", &Changes::file_keep, whole_number(0, 10'000)),
        changes.key("retention", &Changes::retention,
                    duration(24h, days{36'500}, ", since the guard counts a day's deletions")),
        changes.key("baseline", &Changes::baseline, baseline()),
    };
}

std::vector<Key<Settings>> all_keys() {
    std::vector<Key<Settings>> all = {
        mirror.key("database", &Mirror::database, path()),
        mirror.key("commit_batch", &Mirror::commit_batch, size(KiB, GiB)),
    };
    for (auto part : {platform_keys(), schedule_and_fidelity_keys(), changes_keys()})
        all.insert(all.end(), part.begin(), part.end());
    all.push_back(secrets.key("variables", &Secrets::variables, globs()));
    all.push_back(metrics.key("textfile", &Metrics::textfile, optional_path()));
    return all;
}

} // namespace

const std::vector<Key<Settings>>& keys() {
    static const auto list = all_keys();
    return list;
}

const std::vector<Key<Organisation>>& organisation_keys() {
    static const std::vector<Key<Organisation>> list = {
        organisation_key("id", &Organisation::id, organisation_id()),
        organisation_key("name", &Organisation::name, text()),
        token_key("token_file", &TokenFile::path, token_path()),
        token_key("token_env", &TokenEnv::name, variable_name()),
        token_key("token_credential", &TokenCredential::name, credential_name()),
        organisation_key("interval", &Organisation::interval, unset_or(interval())),
        organisation_key("page_size", &Organisation::page_size, unset_or(page_size())),
        organisation_key("tags", &Organisation::tags, tags()),
        organisation_key("categories", &Organisation::categories, categories()),
        organisation_key("protocol", &Organisation::protocol, text()),
        organisation_key("name_contains", &Organisation::name_contains, text()),
    };
    return list;
}

std::string unknown_key(std::string_view name, const std::vector<std::string_view>& known) {
    for (const auto& key : keys())
        if (key.name == name)
            return "unknown key here; it belongs in [" + std::string{key.section} + ']';
    return "unknown key; " + suggestion(name, known);
}

} // namespace versori::config
