#include "tests/platform/compose.hpp"

#include <algorithm>
#include <stdexcept>

namespace versori::platform {
namespace {

template <class Item>
void erase(std::vector<Item>& items, const std::string& id, const char* what) {
    auto found = std::ranges::find(items, id, &Item::id);
    if (found == items.end())
        throw std::out_of_range(std::string("there is no ") + what + " " + id);
    items.erase(found); // `id` may be its own
}

template <class Items>
void shuffle(Items& items, std::mt19937_64& random) {
    for (std::size_t i = items.size(); i > 1; --i)
        std::swap(items[i - 1], items[random() % i]);
}

Usage usage_of(const Connector& connector, const Connection& connection) {
    Usage usage;
    usage.connection_id = connection.id;
    usage.connection_name = connection.name;
    usage.created_at = connection.created_at;
    usage.updated_at = connection.updated_at;
    usage.connector = {connector.id,
                       connector.organisation_id,
                       connector.name,
                       connector.protocol,
                       connector.created_at,
                       connector.updated_at,
                       {}};
    return usage;
}

bool uses(const Connection& connection, const std::string& credential) {
    auto matches = [&](const ConnectionCredential& one) { return one.credential_id == credential; };
    return (connection.action && std::ranges::any_of(*connection.action, matches)) ||
           (connection.trigger && std::ranges::any_of(*connection.trigger, matches));
}

void edited_connection(World& world, Connector& connector, Connection& connection) {
    connector.updated_at = connection.updated_at = world.stamp();
}

void edited_version(World& world, Connector& connector, Version& version) {
    connector.updated_at = version.updated_at = world.stamp();
}

} // namespace

std::string World::create(const std::string& org, std::string name) {
    return import_connector(org, stamp(), std::move(name));
}

std::string World::import_connector(const std::string& org, Time updated_at, std::string name) {
    Organisation& organisation = edit(org);
    Connector connector = compose_connector(*this, organisation, ids_, updated_at);
    if (!name.empty())
        connector.name = std::move(name);
    return organisation.connectors.emplace_back(std::move(connector)).id;
}

void World::rename(const std::string& org, const std::string& id, std::string name) {
    connector(org, id);
    edit(org);
    Connector& changed = connector(org, id);
    changed.name = std::move(name);
    edited(changed);
}

void World::remove(const std::string& org, const std::string& id) {
    connector(org, id);
    erase(edit(org).connectors, id, "connector");
}

void World::touch(const std::string& org, const std::string& id) {
    connector(org, id);
    edit(org);
    edited(connector(org, id));
}

void World::reorder_children(const std::string& org, const std::string& id, std::uint64_t seed) {
    Connector& changed = connector(org, id);
    edit(org);
    std::mt19937_64 random(seed);
    shuffle(changed.connections, random);
    shuffle(changed.versions, random);
    shuffle(changed.auth_schemes, random);
    for (Connection& connection : changed.connections) {
        if (connection.action)
            shuffle(*connection.action, random);
        if (connection.trigger)
            shuffle(*connection.trigger, random);
    }
    edited(changed);
}

std::string World::add_connection(const std::string& org, const std::string& id, std::string name) {
    Connector& changed = connector(org, id);
    Organisation& organisation = edit(org);
    Connection connection = compose_connection(*this, organisation, changed, ids_, stamp());
    if (!name.empty())
        connection.name = std::move(name);
    edited(changed);
    return changed.connections.emplace_back(std::move(connection)).id;
}

void World::rename_connection(const std::string& org, const std::string& parent, const std::string& id,
                              std::string name) {
    Connection& changed = connection(org, parent, id);
    edit(org);
    changed.name = std::move(name);
    edited_connection(*this, connector(org, parent), changed);
}

void World::remove_connection(const std::string& org, const std::string& parent, const std::string& id) {
    connection(org, parent, id);
    edit(org);
    Connector& changed = connector(org, parent);
    erase(changed.connections, id, "connection");
    edited(changed);
}

void World::move_connection(const std::string& org, const std::string& from, const std::string& id,
                            const std::string& to) {
    Connection moved = connection(org, from, id);
    Connector& target = connector(org, to);
    edit(org);
    Connector& source = connector(org, from);
    erase(source.connections, id, "connection");
    edited(source);
    edited_connection(*this, target, target.connections.emplace_back(std::move(moved)));
}

std::string World::attach_credential(const std::string& org, const std::string& parent, const std::string& id,
                                     const std::string& credential_id, const std::string& purpose) {
    Connection& changed = connection(org, parent, id);
    credential(org, credential_id);
    edit(org);
    Connector& owner = connector(org, parent);
    auto& list = purpose == "trigger" ? changed.trigger : changed.action;
    if (!list)
        list.emplace();
    ConnectionCredential one{new_id(), {}, credential_id, {}};
    one.auth_scheme =
        owner.auth_schemes.empty() ? compose_scheme(*this, ids_, "embedded-0") : owner.auth_schemes.front();
    list->push_back(one);
    edited_connection(*this, owner, changed);
    return one.id;
}

void World::detach_credential(const std::string& org, const std::string& parent, const std::string& id,
                              const std::string& connection_credential) {
    Connection& changed = connection(org, parent, id);
    edit(org);
    auto matches = [&](const ConnectionCredential& one) { return one.id == connection_credential; };
    std::size_t erased = 0;
    for (auto* list : {&changed.action, &changed.trigger})
        if (*list)
            erased += std::erase_if(**list, matches);
    if (erased == 0)
        throw std::out_of_range("there is no connection credential " + connection_credential);
    edited_connection(*this, connector(org, parent), changed);
}

std::string World::add_credential(const std::string& org, std::string type, std::string name) {
    Organisation& organisation = edit(org);
    Credential added = compose_credential(*this, organisation, std::move(type), ids_);
    if (!name.empty())
        added.name = std::move(name);
    std::string id = added.id;
    organisation.credentials.emplace(id, std::move(added));
    return id;
}

void World::rename_credential(const std::string& org, const std::string& id, std::string name) {
    Credential& changed = credential(org, id);
    edit(org);
    changed.name = std::move(name);
}

void World::rotate_secret(const std::string& org, const std::string& id) {
    static const std::map<std::string, std::string> secrets{
        {"string", "value"},     {"binary", "valueBase64"},       {"basic-auth", "password"},
        {"oauth2-code", "code"}, {"oauth2-token", "accessToken"}, {"oauth2-client", "clientSecret"},
        {"certificate", "key"},  {"oauth2-password", "password"},
    };
    Credential& changed = credential(org, id);
    edit(org);
    auto member = secrets.find(changed.type);
    changed.data[member == secrets.end() ? "secret" : member->second] = canary();
}

void World::invalidate(const std::string& org, const std::string& id, std::string error) {
    Credential& changed = credential(org, id);
    edit(org);
    if (!changed.errors)
        changed.errors.emplace();
    changed.errors->push_back(std::move(error));
}

void World::validate(const std::string& org, const std::string& id) {
    Credential& changed = credential(org, id);
    edit(org);
    changed.errors.emplace();
}

void World::refresh_usages(const std::string& org, const std::string& id) {
    Credential& changed = credential(org, id);
    Organisation& organisation = edit(org);
    changed.usages.emplace();
    for (const Connector& connector : organisation.connectors)
        for (const Connection& connection : connector.connections)
            if (uses(connection, id))
                changed.usages->push_back(usage_of(connector, connection));
}

std::string World::add_version(const std::string& org, const std::string& id, std::string name) {
    Connector& changed = connector(org, id);
    edit(org);
    Version version = compose_version(*this, changed, ids_, stamp());
    if (!name.empty())
        version.name = std::move(name);
    edited(changed);
    return changed.versions.emplace_back(std::move(version)).id;
}

void World::publish(const std::string& org, const std::string& parent, const std::string& id) {
    Version& changed = version(org, parent, id);
    edit(org);
    edited_version(*this, connector(org, parent), changed);
    changed.published_at = changed.updated_at;
}

void World::rename_version(const std::string& org, const std::string& parent, const std::string& id,
                           std::string name) {
    Version& changed = version(org, parent, id);
    edit(org);
    changed.name = std::move(name);
    edited_version(*this, connector(org, parent), changed);
}

void World::remove_version(const std::string& org, const std::string& parent, const std::string& id) {
    version(org, parent, id);
    edit(org);
    Connector& changed = connector(org, parent);
    erase(changed.versions, id, "version");
    edited(changed);
}

void World::make_default(const std::string& org, const std::string& parent, const std::string& id) {
    Version& changed = version(org, parent, id);
    edit(org);
    Connector& owner = connector(org, parent);
    for (Version& other : owner.versions)
        other.is_default = false;
    changed.is_default = true;
    edited_version(*this, owner, changed);
}

void World::make_latest(const std::string& org, const std::string& parent, const std::string& id) {
    Version& changed = version(org, parent, id);
    edit(org);
    Connector& owner = connector(org, parent);
    for (Version& other : owner.versions)
        other.is_latest = false;
    changed.is_latest = true;
    edited_version(*this, owner, changed);
}

} // namespace versori::platform
