#include "daemon/sync/report.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace versori::sync {
namespace {

using Ending = WalkResult::Ending;

std::string outcome(const WalkResult& result) {
    switch (result.ending) {
    case Ending::settled:
        return "settled";
    case Ending::complete:
        return "complete, not settled (" + result.reason + ")";
    case Ending::incomplete:
        return "incomplete: " + result.reason;
    case Ending::denied:
        return "denied: " + result.reason;
    case Ending::cancelled:
        break;
    }
    return "stopped before its end";
}

// What became of the connectors; what else changed is told by rows.
std::string differences(const store::Tally& tally, std::string_view minus) {
    if (tally.connectors_inserted + tally.connectors_updated + tally.connectors_deleted > 0)
        return "+" + grouped(tally.connectors_inserted) + " ~" + grouped(tally.connectors_updated) + " " +
               std::string(minus) + grouped(tally.connectors_deleted);
    return tally.rows() > 0 ? grouped(tally.rows()) + " rows changed" : "nothing changed";
}

} // namespace

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

std::string duration(std::chrono::milliseconds time) {
    using namespace std::chrono;
    auto whole = duration_cast<seconds>(time).count();
    if (time < minutes{1}) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
        return text;
    }
    if (time < hours{1})
        return std::to_string(whole / 60) + " m " + std::to_string(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " m";
}

std::vector<std::string> walk_facts(const WalkResult& result, std::chrono::milliseconds took,
                                    std::string_view minus) {
    std::vector<std::string> facts = {outcome(result)};
    if (result.ending == Ending::denied || result.ending == Ending::cancelled)
        return facts;
    facts.push_back(grouped(result.progress.connectors) + " connectors");
    if (!result.complete() && result.progress.total_count)
        facts.back() += " of " + grouped(*result.progress.total_count);
    facts.push_back(differences(result.tally, minus));
    if (result.missing > 0)
        facts.push_back(grouped(result.missing) + " missing");
    facts.push_back(duration(took));
    return facts;
}

std::string walk_line(std::string_view label, const WalkResult& result, std::chrono::milliseconds took) {
    std::string line(label), gap = ": ";
    for (const std::string& fact : walk_facts(result, took, "-"))
        line += std::exchange(gap, ", ") + fact;
    return line;
}

std::string head_line(std::string_view label, const store::Tally& tally) {
    return std::string(label) + ": head, " + differences(tally, "-");
}

std::vector<std::string> walk_warnings(std::string_view label, const WalkResult& result) {
    std::vector<std::string> out;
    std::string name(label);
    if (result.newly_held)
        out.push_back(name + ": deletions are held: " + result.held_reason +
                      "; see `versori-mirror deletions list`, then approve or reject");
    if (result.rejects > 0)
        out.push_back(name + ": " + grouped(result.rejects) +
                      (result.rejects == 1 ? " connector" : " connectors") +
                      " could not be read and kept the old rows; see the table `rejects`");
    constexpr std::size_t shown = 3;
    for (std::size_t i = 0; i < std::min(shown, result.surprises.size()); ++i)
        out.push_back(name + ": the platform sends something new: " + result.surprises[i]);
    if (result.surprises.size() > shown)
        out.push_back(name + ": and " + grouped(static_cast<std::int64_t>(result.surprises.size() - shown)) +
                      " things more that are new; see the table `contract_drift`");
    return out;
}

std::string trouble(const WalkResult& result) {
    if (!result.complete())
        return outcome(result);
    return result.held_reason.empty() ? "" : "deletions are held: " + result.held_reason;
}

std::string status_line(std::size_t organisations, const std::map<std::string, std::string>& troubled) {
    if (organisations == 0)
        return "No organisation is configured: add an [[organisation]] to the configuration, then reload.";
    std::string line = "Mirroring " + std::to_string(organisations) +
                       (organisations == 1 ? " organisation" : " organisations");
    if (troubled.empty())
        return line + ".";
    std::string labels;
    bool same = true;
    for (const auto& [label, sentence] : troubled) {
        labels += (labels.empty() ? "" : ", ") + label;
        same = same && sentence == troubled.begin()->second;
    }
    if (same)
        return line + "; " + labels + ": " + troubled.begin()->second;
    return line + "; in trouble: " + labels + " (see versori-mirror status).";
}

} // namespace versori::sync
