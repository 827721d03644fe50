#include "daemon/cli/status_report.hpp"

#include "daemon/cli/table.hpp"
#include "daemon/model/json.hpp"
#include "daemon/sync/report.hpp"

#include <algorithm>
#include <utility>

namespace versori::cli {
namespace {

using std::chrono::seconds;
using store::Condition;
using sync::grouped;

struct Column {
    const char* title;
    Align align;
};
constexpr Column columns_of_table[] = {{"ORGANISATION", Align::left}, {"STATE", Align::left},
                                       {"CONNECTORS", Align::right},  {"COMPLETE", Align::right},
                                       {"NEXT WALK", Align::right},   {"CHANGES 24 H", Align::right},
                                       {"HELD", Align::right}};
constexpr std::size_t state_column = 1;
constexpr const char* indent = "    ";
constexpr std::size_t key_width = 12; // of `next walk` and the like with the gap behind them

using Cells = std::vector<std::string>;
using Details = std::vector<std::pair<std::string, std::string>>;

// Since when an organisation is without a complete walk.
model::Time without_since(const Condition& one) {
    if (one.last_complete_at)
        return *one.last_complete_at;
    return std::min(one.first_attempt_at.value_or(one.state_since), one.state_since);
}

Cells cells_of(const Condition& one, model::Time now) {
    std::string next = !one.next_attempt_at         ? "-"
                       : *one.next_attempt_at > now ? "in " + age(*one.next_attempt_at - now)
                                                    : "due";
    return {one.label(),
            one.state,
            grouped(one.connectors),
            one.last_complete_at ? age(now - *one.last_complete_at) + " ago" : "never",
            next,
            grouped(one.changes),
            grouped(one.held())};
}

std::string held_sentence(const Condition& one, model::Time now) {
    return "deletions are held for " + age(now - *one.held_since) + ": " + one.held_reason +
           "; see `versori-mirror deletions list`, then approve or reject";
}

Details details_of(const Condition& one, model::Time now) {
    Details out;
    if (!one.name.empty())
        out.emplace_back("id", one.id);
    if (!one.state_reason.empty())
        out.emplace_back("reason",
                         one.state + " for " + age(now - one.state_since) + ": " + one.state_reason);
    if (!healthy(one, now))
        out.emplace_back("overdue", "no complete walk for " + age(now - without_since(one)) +
                                        "; there should be one every " +
                                        age(one.interval.value_or(std::chrono::milliseconds{})));
    if (one.held_since)
        out.emplace_back("held", held_sentence(one, now));
    else if (one.missing > 0)
        out.emplace_back("missing", grouped(one.missing) + (one.missing == 1 ? " connector" : " connectors") +
                                        " upstream, not yet taken for deleted");
    if (!one.last_error.empty() && !one.state_reason.starts_with(one.last_error))
        out.emplace_back("last error", (one.last_error_at ? age(now - *one.last_error_at) + " ago: " : "") +
                                           one.last_error);
    if (!one.evidence.empty())
        out.emplace_back("evidence", one.evidence);
    return out;
}

std::string in_color(const std::string& text, const Condition& one, bool colored) {
    if (!colored)
        return text;
    const char* color = one.state == "ok"                                 ? "\033[32m"
                        : one.state == "failing" || one.state == "denied" ? "\033[31m"
                        : one.state == "unconfigured"                     ? "\033[2m"
                                                                          : "\033[33m";
    return color + text + "\033[0m";
}

void add_detail(std::string& out, const std::string& key, const std::string& text, std::size_t columns) {
    std::size_t before = width(indent) + key_width;
    std::string first = indent + padded(key, key_width);
    for (const std::string& line : wrapped(text, columns > before + 10 ? columns - before : 0)) {
        out += first + line + "\n";
        first = std::string(before, ' ');
    }
}

std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
}

std::vector<std::size_t> widths_of(const std::vector<Cells>& rows) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < std::size(columns_of_table); ++i) {
        out.push_back(width(columns_of_table[i].title));
        for (const Cells& row : rows)
            out.back() = std::max(out.back(), width(row[i]));
    }
    return out;
}

// `state` wraps the state's cell in its colour.
template <class State>
std::string line_of(const Cells& cells, const std::vector<std::size_t>& widths, const State& state) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        std::string cell = padded(cells[i], widths[i], columns_of_table[i].align);
        out += (i ? "  " : "") + (i == state_column ? state(cell) : cell);
    }
    return out + "\n";
}

std::string list_of(const Condition& one, const Cells& cells, bool colored) {
    std::string out = cells[0] + "\n";
    for (std::size_t i = 1; i < cells.size(); ++i)
        out += indent + padded(lower(columns_of_table[i].title), key_width + 2) +
               (i == state_column ? in_color(cells[i], one, colored) : cells[i]) + "\n";
    return out;
}

class Object {
public:
    explicit Object(std::string& out) : out_(out) { out_ += '{'; }
    ~Object() { out_ += '}'; }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    void text(const char* name, const std::string& value) {
        raw(name, value.empty() ? "null" : model::quoted(value));
    }
    void number(const char* name, std::optional<std::int64_t> value) {
        raw(name, value ? std::to_string(*value) : "null");
    }
    void truth(const char* name, bool value) { raw(name, value ? "true" : "false"); }
    void time(const char* name, const std::optional<model::Time>& value) {
        text(name, value ? model::format_time(*value) : "");
    }
    void name(const char* name) { (out_ += std::exchange(between_, ",")).append("\"").append(name) += "\":"; }

private:
    void raw(const char* key, const std::string& value) {
        name(key);
        out_ += value;
    }

    std::string& out_;
    const char* between_ = "";
};

std::optional<std::int64_t> in_seconds(std::optional<std::chrono::microseconds> time) {
    if (!time)
        return {};
    return std::chrono::floor<seconds>(*time).count();
}

void add_json(std::string& out, const Condition& one, model::Time now) {
    Object object(out);
    object.text("organisation_id", one.id);
    object.text("name", one.name);
    object.text("state", one.state);
    object.text("state_reason", one.state_reason);
    object.time("state_since", one.state_since);
    object.truth("healthy", healthy(one, now));
    object.number("connectors", one.connectors);
    object.number("total_count", one.total_count);
    object.time("last_complete_at", one.last_complete_at);
    object.number("last_complete_age_seconds",
                  one.last_complete_at ? in_seconds(now - *one.last_complete_at) : std::nullopt);
    object.time("last_attempt_at", one.last_attempt_at);
    object.time("next_attempt_at", one.next_attempt_at);
    object.number("interval_seconds", in_seconds(one.interval));
    object.number("consecutive_failures", one.consecutive_failures);
    object.number("changes_24h", one.changes);
    object.number("missing", one.missing);
    object.number("held", one.held());
    object.time("held_since", one.held_since);
    object.text("held_reason", one.held_reason);
    object.text("last_error", one.last_error);
    object.time("last_error_at", one.last_error_at);
    object.text("evidence", one.evidence);
}

} // namespace

bool healthy(const Condition& one, model::Time now) {
    if (one.state == "unconfigured")
        return true;
    return now - without_since(one) <= 3 * one.interval.value_or(std::chrono::milliseconds{});
}

bool healthy(const Status& status) {
    return std::ranges::all_of(status.conditions,
                               [&](const Condition& one) { return healthy(one, status.now); });
}

std::string status_text(const Status& status, std::size_t columns, bool colored) {
    if (status.conditions.empty())
        return "The mirror has no organisation yet.\n";
    std::vector<Cells> rows;
    for (const Condition& one : status.conditions)
        rows.push_back(cells_of(one, status.now));
    auto widths = widths_of(rows);
    std::size_t whole = 2 * (widths.size() - 1);
    for (std::size_t one : widths)
        whole += one;
    bool as_table = columns == 0 || whole <= columns;

    std::string out;
    if (as_table) {
        Cells titles;
        for (const Column& column : columns_of_table)
            titles.push_back(column.title);
        out = line_of(titles, widths, [](const std::string& cell) { return cell; });
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Condition& one = status.conditions[i];
        auto state = [&](const std::string& cell) { return in_color(cell, one, colored); };
        out += as_table ? line_of(rows[i], widths, state) : list_of(one, rows[i], colored);
        for (const auto& [key, text] : details_of(one, status.now))
            add_detail(out, key, text, columns);
    }
    return out;
}

std::string status_json(const Status& status) {
    std::string out;
    {
        Object object(out);
        object.time("time", status.now);
        object.text("mirror_id", status.extent.mirror_id);
        object.number("newest_seq", status.extent.newest_seq);
        object.truth("healthy", healthy(status));
        object.name("organisations");
        out += '[';
        for (std::size_t i = 0; i < status.conditions.size(); ++i) {
            out += i ? "," : "";
            add_json(out, status.conditions[i], status.now);
        }
        out += ']';
    }
    return out + "\n";
}

std::string age(std::chrono::microseconds time) {
    auto whole = std::max<std::int64_t>(std::chrono::floor<seconds>(time).count(), 0);
    auto both = [](std::int64_t large, const char* unit, std::int64_t small, const char* smaller) {
        return std::to_string(large) + unit + (small ? " " + std::to_string(small) + smaller : "");
    };
    if (whole < 60)
        return std::to_string(whole) + " s";
    if (whole < 3600)
        return std::to_string(whole / 60) + " m";
    if (whole < 86400)
        return both(whole / 3600, " h", whole / 60 % 60, " m");
    return both(whole / 86400, " d", whole / 3600 % 24, " h");
}

} // namespace versori::cli
