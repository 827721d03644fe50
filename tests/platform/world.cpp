#include "tests/platform/world.hpp"

#include "tests/platform/compose.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace versori::platform {
namespace {

template <class Range>
auto& find(Range& range, const std::string& id, const char* what) {
    auto at = std::ranges::find(range, id, [](const auto& item) { return item.id; });
    if (at == range.end())
        throw std::out_of_range(std::string("there is no ") + what + " " + id);
    return *at;
}

// Splitmix64: spreads a counter over all bits.
std::uint64_t mix(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

// A use in a connector that the organisation does not list.
Usage foreign_usage(World& world, const Credential& credential) {
    Usage usage;
    usage.connection_id = world.new_id();
    usage.connection_name = "elsewhere";
    usage.created_at = usage.updated_at = world.now;
    usage.connector = {
        world.new_id(), credential.organisation_id, "Private \"bridge\"", "http", world.now, world.now, {}};
    return usage;
}

void share_library(World& world) {
    // A connector of the public library stands in every organisation, under one id.
    Connector shared =
        compose_connector(world, world.organisations.front(), 13, world.now - std::chrono::hours(2000));
    shared.connections.clear();
    for (auto& organisation : world.organisations)
        if (organisation.connectors.size() > 4)
            organisation.connectors.back() = shared;
}

std::vector<int> shares(int total, int parts) {
    std::vector<int> some;
    int left = total, weight = parts * (parts + 1) / 2;
    for (int part = parts; part > 0; --part) {
        some.push_back(part == 1 ? left : total * part / weight);
        left -= some.back();
    }
    return some;
}

void fill_organisation(World& world, Organisation& organisation, int connectors, std::size_t first) {
    using namespace std::chrono_literals;
    std::size_t credentials = 12 + connectors / 2;
    for (std::size_t n = 0; n < credentials; ++n) {
        Credential credential = compose_credential(world, organisation, n);
        organisation.credentials.emplace(credential.id, std::move(credential));
    }
    for (int i = 0; i < connectors; ++i) {
        Time when = world.now - 37min * (i + 1);
        if (i % 3 == 1)
            when += 123ms;
        if (i % 3 == 2)
            when += 456789us;
        organisation.connectors.push_back(compose_connector(world, organisation, first + i, when));
    }
}

// Some stay empty although the credential is embedded: the platform loads them when it likes.
void fill_usages(World& world, Organisation& organisation) {
    Dice dice(organisation.connectors.size());
    for (auto& [id, credential] : organisation.credentials) {
        if (!credential.usages || dice.one_in(3))
            continue;
        world.refresh_usages(organisation.id, id);
        credential.usages->push_back(foreign_usage(world, credential));
        if (dice.one_in(2))
            continue;
        Usage& usage = credential.usages->back();
        usage.unknown = {{"note", world.canary()}, {"since", 2024}};
        usage.connection_unknown = {{"owner", Json::Object{{"mail", world.canary()}}}};
        usage.connector.unknown = {{"flags", Json::Array{world.canary(), true}}, {"none", Json()}};
    }
}

} // namespace

World World::seeded(const SeedOptions& options) {
    World world;
    world.seed_ = options.seed;
    world.now = options.now;
    std::size_t first = 0;
    for (int share : shares(options.connectors, options.organisations)) {
        Organisation& organisation =
            world.add_organisation("org-" + std::to_string(world.organisations.size() + 1));
        fill_organisation(world, organisation, share, first + options.seed % 1000);
        first += share;
    }
    share_library(world);
    for (auto& organisation : world.organisations)
        fill_usages(world, organisation);
    world.mutations = 0;
    return world;
}

Organisation& World::organisation(const std::string& org) {
    return find(organisations, org, "organisation");
}

const Organisation& World::organisation(const std::string& org) const {
    return find(organisations, org, "organisation");
}

Connector& World::connector(const std::string& org, const std::string& id) {
    return find(organisation(org).connectors, id, "connector");
}

Connection& World::connection(const std::string& org, const std::string& parent, const std::string& id) {
    return find(connector(org, parent).connections, id, "connection");
}

Version& World::version(const std::string& org, const std::string& parent, const std::string& id) {
    return find(connector(org, parent).versions, id, "version");
}

Credential& World::credential(const std::string& org, const std::string& id) {
    auto& credentials = organisation(org).credentials;
    auto at = credentials.find(id);
    if (at == credentials.end())
        throw std::out_of_range("there is no credential " + id);
    return at->second;
}

const Organisation& World::as_of(const std::string& org, std::size_t edits) const {
    auto at = past_.find(org);
    if (edits == 0 || at == past_.end() || at->second.empty())
        return organisation(org);
    const auto& states = at->second;
    return states[states.size() - std::min(edits, states.size())];
}

Time World::stamp() {
    return now += std::chrono::microseconds(1);
}

std::string World::new_id() {
    static constexpr char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::uint64_t number = ++ids_;
    std::uint64_t random[] = {mix(seed_ ^ (number << 20)), mix(~seed_ + number)};
    std::string id = "01J";
    for (int i = 0; i < 7; ++i)
        id += digits[(number >> (5 * (6 - i))) % 32];
    for (int i = 0; i < 16; ++i)
        id += digits[(random[i / 8] >> (5 * (i % 8))) % 32];
    return id;
}

std::string World::canary() {
    ++canaries_;
    char text[48];
    std::snprintf(text, sizeof text, "CANARY-%llu-%016llx", static_cast<unsigned long long>(canaries_),
                  static_cast<unsigned long long>(mix(seed_ * 31 + canaries_)));
    return text;
}

Organisation& World::add_organisation(std::string name) {
    Organisation& organisation = organisations.emplace_back();
    organisation.id = new_id();
    organisation.name = std::move(name);
    return organisation;
}

Organisation& World::edit(const std::string& org) {
    Organisation& present = organisation(org);
    ++mutations;
    if (remember > 0) {
        auto& states = past_[org];
        states.push_back(present);
        while (states.size() > remember)
            states.pop_front();
    }
    return present;
}

void World::edited(Connector& connector) {
    connector.updated_at = stamp();
}

std::vector<const Connector*> listed(const Organisation& organisation) {
    std::vector<const Connector*> order;
    for (const Connector& connector : organisation.connectors)
        order.push_back(&connector);
    std::ranges::sort(order, [](const Connector* a, const Connector* b) {
        return a->updated_at != b->updated_at ? a->updated_at > b->updated_at : a->id < b->id;
    });
    return order;
}

const Credential& embedded_credential(const Organisation& organisation, const Connector& connector,
                                      const std::string& credential_id) {
    auto other = organisation.overrides.find({connector.id, credential_id});
    if (other != organisation.overrides.end())
        return other->second;
    auto at = organisation.credentials.find(credential_id);
    if (at == organisation.credentials.end())
        throw std::out_of_range("there is no credential " + credential_id);
    return at->second;
}

} // namespace versori::platform
