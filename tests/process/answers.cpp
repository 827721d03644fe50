#include "tests/process/answers.hpp"

#include "tests/platform/expected_secrets.hpp"

#include <algorithm>
#include <map>

namespace versori::process {
namespace {

using platform::Connection;
using platform::Connector;
using platform::Credential;
using platform::Organisation;
using Rows = std::vector<std::string>;
using Cells = std::vector<std::string>;

const std::vector<std::string> secret_names{"*secret*", "*token*", "*password*", "*key*"};

std::string row(const Cells& cells) {
    std::string out;
    for (const std::string& cell : cells)
        (out += out.empty() ? "" : "|") += cell;
    return out;
}

Rows list(const std::set<std::string>& rows) {
    return {rows.begin(), rows.end()};
}

const Organisation& acme(const Administered& site) {
    return site.world.organisation(site.acme());
}

std::string time(model::Time value) {
    return model::format_time(value);
}

struct Use {
    const Connector& connector;
    const Connection& connection;
    std::string purpose;
    const platform::ConnectionCredential& link;
};

std::vector<Use> uses(const Organisation& organisation) {
    std::vector<Use> out;
    for (const Connector& connector : organisation.connectors)
        for (const Connection& connection : connector.connections) {
            auto take = [&](const char* purpose, const auto& links) {
                if (links)
                    for (const auto& link : *links)
                        out.push_back({connector, connection, purpose, link});
            };
            take("action", connection.action);
            take("trigger", connection.trigger);
        }
    return out;
}

// The credentials that are used, by id, with the connections that use them.
std::map<std::string, std::set<std::string>> used(const Organisation& organisation) {
    std::map<std::string, std::set<std::string>> out;
    for (const Use& use : uses(organisation))
        out[use.link.credential_id].insert(use.connector.id + " " + use.connection.id);
    return out;
}

Rows connections_of_a_credential(const Administered& site) {
    std::set<std::string> out;
    for (const Use& use : uses(acme(site)))
        if (acme(site).credentials.at(use.link.credential_id).name == "basic-auth")
            out.insert(row({use.connector.name, use.connection.name, use.purpose, use.link.auth_scheme.id}));
    return list(out);
}

Rows expiring(const Administered& site) {
    Rows out;
    auto now = std::chrono::system_clock::now();
    for (const auto& [id, connections] : used(acme(site))) {
        const Credential& credential = acme(site).credentials.at(id);
        if (!credential.expires_at || *credential.expires_at >= now + std::chrono::days{30})
            continue;
        auto days = std::chrono::duration_cast<std::chrono::days>(*credential.expires_at - now).count();
        out.push_back(row({credential.name, credential.type, time(*credential.expires_at),
                           std::to_string(days), std::to_string(connections.size())}));
    }
    return out;
}

Rows broken_connections(const Administered& site) {
    std::set<std::string> out;
    for (const Use& use : uses(acme(site))) {
        const Credential& credential = acme(site).credentials.at(use.link.credential_id);
        if (credential.errors && !credential.errors->empty())
            out.insert(row({credential.name, platform::Json::strings(*credential.errors).canonical(),
                            use.connector.name, use.connection.name}));
    }
    return list(out);
}

Rows out_of_use(const Administered& site) {
    Rows out;
    auto now = used(acme(site));
    for (const auto& [id, connections] : used(site.baseline.organisation(site.acme())))
        if (!now.contains(id)) {
            const Credential& credential = acme(site).credentials.at(id);
            out.push_back(row({site.ten_days_ago, credential.name, credential.type, id}));
        }
    return out;
}

Rows secret_variables(const Administered& site) {
    std::set<std::string> out;
    auto take = [&](const Connector& connector, const std::string& connection, const auto& variables) {
        for (const auto& variable : variables)
            if (platform::is_secret_variable(variable.name, secret_names))
                out.insert(row({connector.name, connection, variable.name}));
    };
    for (const Connector& connector : acme(site).connectors) {
        if (connector.variables)
            take(connector, "-", *connector.variables);
        for (const Connection& connection : connector.connections)
            take(connector, connection.name, connection.variables);
    }
    return list(out);
}

Rows without_credentials(const Administered& site) {
    Rows out;
    for (const Connector& connector : acme(site).connectors)
        for (const Connection& connection : connector.connections)
            if ((!connection.action || connection.action->empty()) &&
                (!connection.trigger || connection.trigger->empty()))
                out.push_back(row({connector.name, connection.name, time(connection.updated_at)}));
    return out;
}

// The connector's default and latest version; null where it has none.
std::pair<const platform::Version*, const platform::Version*> marked(const Connector& connector) {
    std::pair<const platform::Version*, const platform::Version*> out;
    for (const auto& version : connector.versions) {
        if (version.is_default)
            out.first = &version;
        if (version.is_latest)
            out.second = &version;
    }
    return out;
}

Rows no_default(const Administered& site) {
    Rows out;
    for (const Connector& connector : acme(site).connectors)
        if (auto [standard, latest] = marked(connector); !standard)
            out.push_back(row(
                {connector.name, std::to_string(connector.versions.size()), latest ? latest->name : "-"}));
    return out;
}

Rows latest_is_not_default(const Administered& site) {
    Rows out;
    for (const Connector& connector : acme(site).connectors)
        if (auto [standard, latest] = marked(connector); standard && latest && standard != latest)
            out.push_back(row({connector.name, standard->name, latest->name}));
    return out;
}

Rows drafts(const Administered& site) {
    Rows out;
    for (const Connector& connector : acme(site).connectors)
        for (const auto& version : connector.versions)
            if (!version.published_at)
                out.push_back(row({connector.name, version.name, time(version.created_at)}));
    return out;
}

Rows same_base_url(const Administered& site) {
    std::map<std::string, Rows> by_url;
    for (const Connector& connector : acme(site).connectors)
        if (connector.base_url) {
            std::string url = connector.base_url->substr(0, connector.base_url->find_last_not_of('/') + 1);
            by_url[url].push_back(row({url, connector.name, connector.id}));
        }
    Rows out;
    for (const auto& [url, rows] : by_url)
        if (rows.size() > 1)
            out.insert(out.end(), rows.begin(), rows.end());
    return out;
}

Rows imported(const Administered& site) {
    Rows out;
    for (const Connector& connector : acme(site).connectors)
        if (connector.organisation_id != site.acme())
            out.push_back(
                row({connector.name, connector.id, connector.organisation_id, time(connector.updated_at)}));
    return out;
}

Rows tagged(const Administered& site) {
    std::set<std::string> out;
    for (const Connector& connector : acme(site).connectors)
        if (connector.tags)
            for (const auto& [tag, values] : *connector.tags)
                if (tag == "region" && std::ranges::count(values, "eu") > 0)
                    out.insert(row({connector.name, connector.id}));
    return list(out);
}

Rows changed_yesterday(const Administered& site) {
    auto named = [&](const std::string& id) {
        return std::ranges::find(acme(site).connectors, id, &Connector::id)->name;
    };
    auto record = [](const std::string& connector, const std::string& table, const std::string& label,
                     const std::string& changed) {
        return row({"*", "acme", connector, table, "update", label, changed});
    };
    std::string busy = named(site.busy), drafty = named(site.drafty);
    const auto& versions = std::ranges::find(acme(site).connectors, site.drafty, &Connector::id)->versions;
    std::string draft = std::ranges::find(versions, site.draft, &platform::Version::id)->name;
    Rows out{record("Shopify", "connectors", "Shopify EU", R"(["name","updated_at"])"),
             record(busy, "connectors", busy, R"(["updated_at"])"),
             record(busy, "connections", busy + " / cut-over", R"(["name","updated_at"])"),
             record(drafty, "connectors", drafty, R"(["updated_at"])"),
             record(drafty, "versions", drafty + " / " + draft, R"(["updated_at","published_at"])")};
    std::set<std::pair<std::string, std::string>> touched;
    for (const Use& use : uses(acme(site)))
        if (acme(site).credentials.at(use.link.credential_id).name == "basic-auth" &&
            touched.emplace(use.link.credential_id, use.connector.id).second)
            out.push_back(
                record(use.connector.name, "credentials", "basic-auth", R"(["secret_fingerprint"])"));
    return out;
}

Rows last_tuesday(const Administered& site) {
    const auto& connectors = site.last_week.organisation(site.acme()).connectors;
    const Connector& then = *std::ranges::find(connectors, site.shopify, &Connector::id);
    return {row({then.name, then.protocol, then.base_url.value_or("-"), time(then.updated_at)})};
}

Rows freshness(const Administered& site) {
    auto count = [&](std::size_t organisation) {
        const auto& connectors = site.baseline.organisations[organisation].connectors;
        return std::to_string(std::ranges::count_if(
            connectors, [](const Connector& connector) { return !connector.raw_json; }));
    };
    return {row({"acme", "ok", count(0), "@", "*", "-"}), row({"globex", "ok", count(1), "@", "*", "-"}),
            row({"initech", "denied", count(2), "@", "*", "-"})};
}

Rows unsettled(const Administered&) {
    // The total that does not fit is looked at twice.
    return {"*|initech|complete|@|*", "*|initech|complete|@|*", "*|initech|incomplete|@|*"};
}

std::string globex_name(const Administered& site, const std::string& id) {
    const auto& connectors = site.baseline.organisation(site.globex()).connectors;
    return std::ranges::find(connectors, id, &Connector::id)->name;
}

Rows unreadable(const Administered& site) {
    return {row({"globex", site.unread, "-", "*", "$.name", "@"}),
            row({"globex", site.broken, globex_name(site, site.broken), "*", "$.name", "@"})};
}

Rows departures(const Administered& site) {
    std::set<std::string> out{"$.totalCount|differs from the connectors listed|*|@|@"}; // initech's
    for (const platform::World* world : {&site.baseline, &site.last_week, &site.world})
        for (const std::string& surprise : surprises(*world))
            out.insert(surprise + "|*|@|@");
    return list(out);
}

Rows pending(const Administered& site) {
    return {row({"globex", globex_name(site, site.missing), site.missing, "@", "403", "0"})};
}

} // namespace

const std::vector<Answer>& answers() {
    static const std::vector<Answer> all{
        {"Which connections use a credential?", connections_of_a_credential},
        {"Which credentials expire within 30 days?", expiring},
        {"Which credentials are invalid, and which connections do they break?", broken_connections},
        {"Which credentials went out of use?", out_of_use},
        {"Which variables hold a secret?", secret_variables},
        {"Which connections have no credentials?", without_credentials},
        {"Which connectors have no default version?", no_default},
        {"Where is the latest version not the default?", latest_is_not_default},
        {"Which drafts were never published?", drafts},
        {"Which connectors share a base URL?", same_base_url},
        {"Which connectors were imported from another organisation?", imported},
        {"Which connectors have a tag?", tagged},
        {"What changed yesterday, and which connectors did it touch?", changed_yesterday, {0}},
        {"What did a connector look like last Tuesday?", last_tuesday},
        {"How fresh is each organisation?", freshness, {4}},
        {"Which walks did not settle in the last week?", unsettled, {0, 4}},
        {"Which connectors could not be read?", unreadable, {3}},
        {"Where does the platform depart from its reference?", departures, {2}},
        {"Which deletions are pending?", pending},
    };
    return all;
}

} // namespace versori::process
