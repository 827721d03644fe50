#include "tests/property/oracle.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace versori::property {
namespace {

std::vector<std::string> gone(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    std::vector<std::string> out;
    std::ranges::set_difference(before, after, std::back_inserter(out));
    return out;
}

std::vector<std::string> sorted(std::vector<std::string> rows) {
    std::ranges::sort(rows);
    return rows;
}

std::string text(const platform::Row& row) {
    std::string out;
    for (const auto& value : row)
        out += " | " + value.value_or("-");
    return out;
}

// The first row that only one side has.
std::string difference(const platform::Tables& mirror, const platform::Tables& platform) {
    for (const auto& [table, rows] : mirror) {
        const auto& other = platform.at(table);
        for (const auto& row : rows)
            if (!other.contains(row))
                return table + ": only the mirror has" + text(row);
        for (const auto& row : other)
            if (!rows.contains(row))
                return table + ": only the platform has" + text(row);
    }
    return {};
}

} // namespace

Figures& Figures::operator+=(const Figures& more) {
    histories += more.histories;
    walks += more.walks;
    edits += more.edits;
    deletions += more.deletions;
    naive_deletions += more.naive_deletions;
    false_deletions += more.false_deletions;
    phantoms += more.phantoms;
    unequal_mirrors += more.unequal_mirrors;
    replay_breaks += more.replay_breaks;
    return *this;
}

bool Figures::good() const {
    return false_deletions + phantoms + unequal_mirrors + replay_breaks == 0;
}

std::string Figures::text() const {
    return "histories " + std::to_string(histories) + ", walks " + std::to_string(walks) +
           ", false deletions " + std::to_string(false_deletions) + ", phantoms " + std::to_string(phantoms) +
           ", unequal mirrors " + std::to_string(unequal_mirrors) + ", replay breaks " +
           std::to_string(replay_breaks);
}

Oracle::Oracle(sync::Rig& rig, History& history) : rig_(rig), history_(history), replay_(rig.reader()) {}

void Oracle::complain(std::int64_t& count, const std::string& what) {
    ++count;
    complaints_ += "  walk " + std::to_string(figures_.walks) + ": " + what + "\n";
}

sync::WalkResult Oracle::walk() {
    constexpr auto connectors = "SELECT connector_id FROM connectors";
    constexpr auto credentials = "SELECT credential_id FROM credentials";
    auto connectors_before = sorted(rig_.select(connectors));
    auto credentials_before = sorted(rig_.select(credentials));
    history_.walk_begins();
    auto result = rig_.walk();
    ++figures_.walks;

    for (const std::string& id : gone(connectors_before, sorted(rig_.select(connectors)))) {
        ++figures_.deletions;
        if (history_.exists(id))
            complain(figures_.false_deletions,
                     "connector " + id + " was deleted falsely: " +
                         rig_.value("SELECT evidence FROM changes WHERE op = 'delete' AND "
                                    "table_name = 'connectors' AND connector_id = '" +
                                    id + "'"));
    }
    for (const std::string& id : gone(credentials_before, sorted(rig_.select(credentials))))
        if (history_.referenced_throughout(id))
            complain(figures_.false_deletions, "credential " + id + " was deleted falsely");
    check_origins();
    if (!rig_.select("PRAGMA foreign_key_check").empty())
        complain(figures_.phantoms, "a row refers to one that is not there");
    if (std::string broken = replaying_ ? replay_.check() : ""; !broken.empty()) {
        complain(figures_.replay_breaks, broken);
        replaying_ = false;
    }
    return result;
}

void Oracle::check_origins() {
    for (const char* rows :
         {"SELECT connector_id, updated_at FROM connectors",
          "SELECT connector_id, connection_id FROM connections",
          "SELECT connector_id, version_id FROM versions", "SELECT credential_id FROM credentials"})
        for (const std::string& row : rig_.select(rows))
            if (!history_.ever(row))
                complain(figures_.phantoms, row + " was never on the platform");
}

void Oracle::equal() {
    if (auto what = difference(rig_.rows(), rig_.expected()); !what.empty())
        complain(figures_.unequal_mirrors, what);
    check_leaks();
}

void Oracle::restless() {
    auto seq = rig_.last_seq();
    walk();
    if (rig_.last_seq() != seq)
        complain(figures_.unequal_mirrors, "a walk over a platform at rest recorded changes");
}

void Oracle::check_leaks() {
    for (const char* suffix : {"", "-wal"}) {
        std::ifstream file(rig_.path() + suffix, std::ios::binary | std::ios::ate);
        std::string bytes(file ? static_cast<std::size_t>(file.tellg()) : 0, '\0');
        file.seekg(0).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (bytes.find("CANARY") != bytes.npos)
            complain(figures_.unequal_mirrors, "a secret stands in the file of the mirror");
    }
}

} // namespace versori::property
