#include "tests/property/history.hpp"

#include "daemon/model/time.hpp"

#include <algorithm>

namespace versori::property {
namespace {

using platform::Ask;
using platform::Connector;
using platform::Fault;
using platform::Wire;

bool is_get(const Ask& ask) {
    return ask.target.find("/connectors/") != ask.target.npos;
}

platform::Answer gateway() {
    platform::Answer answer;
    answer.status = 404;
    answer.body = "<html>no such page</html>";
    answer.content_type = "text/html";
    return answer;
}

} // namespace

History::History(const Terms& terms, platform::Platform& platform, std::string organisation)
    : terms_(terms), platform_(platform), organisation_(std::move(organisation)), random_(terms.seed),
      noted_(platform.world.now) {
    for (const Connector& connector : platform.world.organisation(organisation_).connectors)
        note(connector);
}

void History::begin() {
    platform_.behaviour = terms_.behaviour;
    platform_.between_requests = [this] { request_comes(); };
    platform_.after_list = [this] { edits(terms_.churn / 3); };
    auto before_get = [this](const Ask& ask) {
        if (is_get(ask))
            edits(terms_.churn / 3);
        return false;
    };
    platform_.fail_when(before_get, {});
    for (const Fault& fault : {Fault::status(500), Fault::status(403), Fault::with(gateway()),
                               Fault::on_wire(Wire::close), Fault::on_wire(Wire::short_length)})
        platform_.fail_when([this](const Ask& ask) { return is_get(ask) && happens(terms_.faults / 5); },
                            fault);
}

void History::quiet() {
    platform_.between_requests = {};
    platform_.after_list = {};
    platform_.clear_faults();
}

bool History::happens(double share) {
    return static_cast<double>(random_() % 1'000'000) < share * 1'000'000;
}

void History::edits(double mean) {
    auto whole = static_cast<std::uint64_t>(2 * mean);
    std::uint64_t count = whole ? random_() % (whole + 1) : happens(mean);
    for (std::uint64_t i = 0; i < count; ++i)
        edit();
}

void History::between_walks() {
    edits(terms_.churn * 4 + 1);
}

void History::request_comes() {
    edits(terms_.churn);
    if (happens(terms_.faults))
        platform_.fail_next(fault(), random_() % 3 == 0 ? 3 : 1);
}

Fault History::fault() {
    switch (random_() % 9) {
    case 0:
        return Fault::status(429, {{"Retry-After", "1"}});
    case 1:
        return Fault::status(403);
    case 2:
        return Fault::status(404);
    case 3:
        return Fault::on_wire(Wire::close);
    case 4:
        return Fault::on_wire(Wire::cut);
    case 5:
        return Fault::on_wire(Wire::short_length);
    case 6:
        return Fault::on_wire(Wire::silent);
    case 7:
        return Fault::with(gateway());
    default:
        return Fault::status(503);
    }
}

void History::edit() {
    ++edits_;
    std::string done = platform_.world.random_mutation(random_, organisation_);
    constexpr std::string_view deleted = "delete connector ";
    if (done.starts_with(deleted))
        removed_.push_back(done.substr(deleted.size()));
    note();
    bool loses =
        done.starts_with(deleted) || done.starts_with("remove connection") || done.starts_with("detach");
    if (!loses || throughout_.empty())
        return;
    auto now = referenced();
    std::erase_if(throughout_, [&](const std::string& id) { return !now.contains(id); });
}

void History::remove_one(bool oldest) {
    auto order = platform::listed(platform_.world.organisation(organisation_));
    if (order.empty())
        return;
    removed_.push_back(oldest ? order.back()->id : order[random_() % order.size()]->id);
    platform_.world.remove(organisation_, removed_.back());
}

void History::walk_begins() {
    throughout_ = referenced();
}

bool History::exists(const std::string& connector) const {
    const auto& all = platform_.world.organisation(organisation_).connectors;
    return std::ranges::find(all, connector, &Connector::id) != all.end();
}

// An edit leaves its connectors with a new time, or at the end when it makes one.
void History::note() {
    const auto& organisation = platform_.world.organisation(organisation_);
    for (const Connector& connector : organisation.connectors)
        if (connector.updated_at > noted_)
            note(connector);
    if (!organisation.connectors.empty())
        note(organisation.connectors.back());
    noted_ = platform_.world.now;
}

void History::note(const Connector& connector) {
    ever_.insert(connector.id + " " + model::format_time(connector.updated_at));
    for (const auto& version : connector.versions)
        ever_.insert(connector.id + " " + version.id);
    for (const auto& connection : connector.connections) {
        ever_.insert(connector.id + " " + connection.id);
        for (auto* links : {&connection.action, &connection.trigger})
            if (*links)
                for (const auto& link : **links)
                    ever_.insert(link.credential_id);
    }
}

std::set<std::string> History::referenced() const {
    std::set<std::string> out;
    for (const Connector& connector : platform_.world.organisation(organisation_).connectors)
        for (const auto& connection : connector.connections)
            for (auto* links : {&connection.action, &connection.trigger})
                if (*links)
                    for (const auto& link : **links)
                        out.insert(link.credential_id);
    return out;
}

} // namespace versori::property
