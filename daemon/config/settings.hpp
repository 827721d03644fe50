#pragma once

#include "daemon/config/url.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace versori::config {

using Duration = std::chrono::milliseconds;
using Bytes = std::uint64_t;

inline constexpr std::string_view default_file = "/etc/versori-mirror/versori-mirror.toml";

// The configuration, one struct a TOML section, with the documented defaults. Plain values: whatever `load`
// or `from_flags` returned is valid, and nothing here looks at the machine.

struct Mirror {
    std::string database = "/var/lib/versori-mirror/mirror.db";
    Bytes commit_batch = 4 << 20;

    bool operator==(const Mirror&) const = default;
};

struct Platform {
    Url url{"https", "platform.versori.com", 443, "/api/connect/v1"};
    std::string authorization = "Bearer"; // the word before the token
    int page_size = 100;
    Duration connect_timeout = std::chrono::seconds{10};
    Duration request_timeout = std::chrono::seconds{30};
    int retry_limit = 6;
    Duration retry_max_delay = std::chrono::seconds{60};
    Bytes max_page_bytes = 64 << 20;
    std::string ca_file; // empty: the system's roots
    std::string proxy;   // http://[user:password@]host:port, secret for that; empty: from the environment

    bool operator==(const Platform&) const = default;
};

struct Schedule {
    Duration interval = std::chrono::minutes{5};
    double jitter = 10; // percent of the interval
    int concurrency = 4;
    Duration walk_deadline = std::chrono::minutes{30};
    std::optional<Duration> head_interval; // nothing: off

    bool operator==(const Schedule&) const = default;
};

struct Fidelity {
    int settle_attempts = 3;
    bool confirm_deletions = true;
    int confirm_limit = 50;
    int guard_count = 10;
    int guard_percent = 20;

    bool operator==(const Fidelity&) const = default;
};

enum class Baseline { summary, rows };

struct Changes {
    bool journal = true;
    std::string file; // empty: none
    Bytes file_max_size = 64 << 20;
    int file_keep = 5;
    Duration retention = std::chrono::days{90};
    Baseline baseline = Baseline::summary;

    bool operator==(const Changes&) const = default;
};

struct Secrets {
    std::vector<std::string> variables = {"*secret*", "*token*", "*password*", "*key*"}; // globs

    bool operator==(const Secrets&) const = default;
};

struct Metrics {
    std::string textfile; // empty: none

    bool operator==(const Metrics&) const = default;
};

// Where an organisation's token comes from. `read_token` (token.hpp) fetches it.
struct TokenFile {
    std::string path;
    bool operator==(const TokenFile&) const = default;
};
struct TokenEnv {
    std::string name;
    bool operator==(const TokenEnv&) const = default;
};
struct TokenCredential {
    std::string name; // of a file in $CREDENTIALS_DIRECTORY, by systemd's LoadCredential
    bool operator==(const TokenCredential&) const = default;
};
using TokenSource = std::variant<TokenFile, TokenEnv, TokenCredential>;

struct Organisation {
    std::string id;
    std::string name; // empty: none
    TokenSource token;
    std::optional<Duration> interval; // instead of schedule.interval
    std::optional<int> page_size;     // instead of platform.page_size

    // The API's filters, as its parameters take them, not yet percent-encoded; empty: not sent.
    std::string tags; // key:value,key
    std::vector<std::string> categories;
    std::string protocol;
    std::string name_contains;

    const std::string& label() const { return name.empty() ? id : name; }
    bool operator==(const Organisation&) const = default;
};

struct Settings {
    Mirror mirror;
    Platform platform;
    Schedule schedule;
    Fidelity fidelity;
    Changes changes;
    Secrets secrets;
    Metrics metrics;
    std::vector<Organisation> organisations; // in the file's order; may be empty

    Duration interval_of(const Organisation& o) const { return o.interval.value_or(schedule.interval); }
    int page_size_of(const Organisation& o) const { return o.page_size.value_or(platform.page_size); }
    bool operator==(const Settings&) const = default;
};

} // namespace versori::config
