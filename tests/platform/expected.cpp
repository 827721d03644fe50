#include "tests/platform/expected.hpp"

#include "tests/platform/expected_secrets.hpp"
#include "tests/platform/json.hpp"

#include <tuple>

namespace versori::platform {
namespace {

using Text = std::optional<std::string>;

Text flag(bool value) {
    return value ? "1" : "0";
}
Text time(const std::optional<Time>& value) {
    return value ? Text(model::format_time(*value)) : std::nullopt;
}
Text count(std::size_t value) {
    return std::to_string(value);
}
Text extra(const Json::Object& members) {
    return members.empty() ? std::nullopt : Text(Json(members).canonical());
}

Text detail(const Message& message) {
    return message.detail ? Text(Json::strings(*message.detail).canonical()) : std::nullopt;
}

// An embedded scheme and where it stands; ordered by that place.
struct Copy {
    std::string connection;
    std::string purpose;
    std::string id;
    const AuthScheme* scheme;

    auto place() const { return std::tie(connection, purpose, id); }
    bool operator<(const Copy& other) const { return place() < other.place(); }
};

class Walk {
public:
    Walk(const Organisation& organisation, const Expectation& expectation)
        : organisation_(organisation), expectation_(expectation) {
        for (const auto& [table, columns] : mirrored_columns())
            tables_[table];
    }

    Tables tables() {
        for (const Connector* connector : listed(organisation_)) {
            if (connector->raw_json || (expectation_.visible && !expectation_.visible(*connector)))
                continue;
            connector_rows(*connector);
        }
        for (const auto& [id, credential] : credentials_)
            credential_rows(credential);
        return std::move(tables_);
    }

private:
    void add(const char* table, Row row) {
        row.insert(row.begin(), organisation_.id);
        tables_[table].insert(std::move(row));
    }

    void connector_rows(const Connector& connector) {
        add("connectors", {connector.id, connector.organisation_id, connector.name, flag(connector.is_public),
                           connector.protocol, connector.base_url, connector.dataset_id,
                           connector.documentation_url, connector.image_url, time(connector.created_at),
                           time(connector.updated_at), extra(connector.unknown)});
        tag_rows(connector);
        if (connector.variables)
            variable_rows("connector_variables", {connector.id}, *connector.variables);
        for (const Connection& connection : connector.connections)
            connection_rows(connector, connection);
        for (const Version& version : connector.versions)
            version_rows(connector, version);
        auto rows = scheme_rows(connector);
        for (const Connection& connection : connector.connections) {
            if (connection.action)
                link_rows(connector, connection, "action", *connection.action, rows);
            if (connection.trigger)
                link_rows(connector, connection, "trigger", *connection.trigger, rows);
        }
    }

    void tag_rows(const Connector& connector) {
        if (!connector.tags)
            return;
        for (const auto& [tag, values] : *connector.tags) {
            if (values.empty())
                add("connector_tags", {connector.id, tag, "0", std::nullopt});
            for (std::size_t i = 0; i < values.size(); ++i)
                add("connector_tags", {connector.id, tag, count(i), values[i]});
        }
    }

    void variable_rows(const char* table, const Row& parent, const std::vector<Variable>& variables) {
        std::map<std::string, std::size_t> occurrences;
        for (const Variable& variable : variables) {
            bool is_secret = is_secret_variable(variable.name, expectation_.secret_variables);
            Json::Object secret = variable.unknown;
            if (is_secret)
                secret["value"] = variable.value;
            Row row = parent;
            row.insert(row.end(), {variable.name, count(occurrences[variable.name]++),
                                   is_secret ? Text() : Text(variable.value), secret_fingerprint(secret)});
            add(table, row);
        }
    }

    void connection_rows(const Connector& connector, const Connection& connection) {
        add("connections", {connector.id, connection.id, connection.name, time(connection.created_at),
                            time(connection.updated_at), extra(connection.unknown)});
        variable_rows("connection_variables", {connector.id, connection.id}, connection.variables);
    }

    void version_rows(const Connector& connector, const Version& version) {
        add("versions", {connector.id, version.id, version.name, version.description, flag(version.is_latest),
                         flag(version.is_default), time(version.created_at), time(version.updated_at),
                         time(version.published_at), extra(version.unknown)});
        if (!version.messages)
            return;
        for (std::size_t i = 0; i < version.messages->size(); ++i) {
            const Message& message = (*version.messages)[i];
            add("version_messages", {connector.id, version.id, count(i), message.severity, message.text,
                                     detail(message), extra(message.unknown)});
        }
    }

    // The connector's own schemes, then those that only connections embed; gives the scheme of each row.
    std::map<std::string, const AuthScheme*> scheme_rows(const Connector& connector) {
        std::map<std::string, const AuthScheme*> rows;
        for (std::size_t i = 0; i < connector.auth_schemes.size(); ++i) {
            const AuthScheme& scheme = connector.auth_schemes[i];
            rows[scheme.id] = &scheme;
            scheme_row(connector, scheme, count(i));
        }
        for (const Copy& copy : copies(connector))
            if (rows.emplace(copy.scheme->id, copy.scheme).second)
                scheme_row(connector, *copy.scheme, {});
        return rows;
    }

    static std::set<Copy> copies(const Connector& connector) {
        std::set<Copy> all;
        auto take = [&](const Connection& connection, const char* purpose, const auto& links) {
            if (!links)
                return;
            for (const auto& link : *links)
                all.insert({connection.id, purpose, link.id, &link.auth_scheme});
        };
        for (const Connection& connection : connector.connections) {
            take(connection, "action", connection.action);
            take(connection, "trigger", connection.trigger);
        }
        return all;
    }

    void scheme_row(const Connector& connector, const AuthScheme& scheme, Text position) {
        Split parts = split_settings(scheme);
        add("auth_schemes", {connector.id, scheme.id, position, scheme.scheme_type, scheme.description,
                             Json(parts.open).canonical(), secret_fingerprint(parts.secret)});
        if (!scheme.validation_messages)
            return;
        for (std::size_t i = 0; i < scheme.validation_messages->size(); ++i) {
            const Message& message = (*scheme.validation_messages)[i];
            add("auth_scheme_messages", {connector.id, scheme.id, count(i), message.severity, message.text,
                                         detail(message), extra(masked(expectation_.key, message.unknown))});
        }
    }

    // What is comparable and public of an embedded scheme.
    std::string scheme_json(const AuthScheme& scheme) const {
        Split parts = split_settings(scheme);
        Json::Object json = parts.open;
        json["id"] = scheme.id;
        json["description"] = scheme.description;
        json["schemeType"] = scheme.scheme_type;
        if (auto print = secret_fingerprint(parts.secret))
            json["secretFingerprint"] = *print;
        if (!scheme.validation_messages)
            return Json(json).canonical();
        Json::Array messages;
        for (const Message& message : *scheme.validation_messages) {
            Json::Object one = masked(expectation_.key, message.unknown);
            one["text"] = message.text;
            one["severity"] = message.severity;
            if (message.detail)
                one["detail"] = Json::strings(*message.detail);
            messages.emplace_back(one);
        }
        json["validationMessages"] = messages;
        return Json(json).canonical();
    }

    void link_rows(const Connector& connector, const Connection& connection, const char* purpose,
                   const std::vector<ConnectionCredential>& links,
                   const std::map<std::string, const AuthScheme*>& schemes) {
        for (std::size_t i = 0; i < links.size(); ++i) {
            const ConnectionCredential& link = links[i];
            std::string copy = scheme_json(link.auth_scheme);
            bool differs = copy != scheme_json(*schemes.at(link.auth_scheme.id));
            add("connection_credentials",
                {connector.id, connection.id, purpose, link.id, count(i), link.credential_id,
                 link.auth_scheme.id, differs ? Text(copy) : Text(), extra(link.unknown)});
            read_credential(embedded_credential(organisation_, connector, link.credential_id));
        }
    }

    // The copy read last wins; `usages` and `errors` that it does not load stay as they are.
    void read_credential(const Credential& copy) {
        auto [at, fresh] = credentials_.try_emplace(copy.id, copy);
        if (fresh)
            return;
        Credential before = std::exchange(at->second, copy);
        if (!copy.usages)
            at->second.usages = before.usages;
        if (!copy.errors)
            at->second.errors = before.errors;
    }

    void credential_rows(const Credential& credential) {
        Split parts = split_credential(credential);
        Text valid = credential.errors ? flag(credential.errors->empty()) : std::nullopt;
        add("credentials", {credential.id, credential.organisation_id, credential.type, credential.name,
                            Json(parts.open).canonical(), secret_fingerprint(parts.secret), valid,
                            flag(credential.usages.has_value()), time(credential.expires_at)});
        if (credential.errors)
            for (std::size_t i = 0; i < credential.errors->size(); ++i)
                add("credential_errors", {credential.id, count(i), (*credential.errors)[i]});
        if (credential.usages)
            for (const Usage& usage : *credential.usages)
                usage_row(credential, usage);
    }

    void usage_row(const Credential& credential, const Usage& usage) {
        auto spelled = [&](Time value, const std::string& salt) {
            return spell(value, salt, expectation_.spelling);
        };
        Json::Object connector = masked(expectation_.key, usage.connector.unknown);
        connector["createdAt"] = spelled(usage.connector.created_at, usage.connector.id);
        connector["updatedAt"] = spelled(usage.connector.updated_at, usage.connector.id);
        Json::Object connection = masked(expectation_.key, usage.connection_unknown);
        connection["connector"] = connector;
        connection["createdAt"] = spelled(usage.created_at, usage.connection_id);
        connection["updatedAt"] = spelled(usage.updated_at, usage.connection_id);
        Json::Object whole = masked(expectation_.key, usage.unknown);
        whole["connection"] = connection;
        add("credential_usages", {credential.id, usage.connection_id, usage.connection_name,
                                  usage.connector.id, usage.connector.name, usage.connector.protocol,
                                  usage.connector.organisation_id, Json(whole).canonical()});
    }

    Text secret_fingerprint(const Json::Object& secret) const {
        return fingerprint_of(expectation_.key, secret);
    }

    const Organisation& organisation_;
    const Expectation& expectation_;
    std::map<std::string, Credential> credentials_;
    Tables tables_;
};

} // namespace

const std::map<std::string, std::vector<std::string>>& mirrored_columns() {
    static const std::map<std::string, std::vector<std::string>> columns{
        {"connectors",
         {"organisation_id", "connector_id", "owner_organisation_id", "name", "public", "protocol",
          "base_url", "dataset_id", "documentation_url", "image_url", "created_at", "updated_at", "extra"}},
        {"connector_tags", {"organisation_id", "connector_id", "tag", "position", "value"}},
        {"connector_variables",
         {"organisation_id", "connector_id", "name", "occurrence", "value", "secret_fingerprint"}},
        {"auth_schemes",
         {"organisation_id", "connector_id", "auth_scheme_id", "position", "scheme_type", "description",
          "settings", "secret_fingerprint"}},
        {"auth_scheme_messages",
         {"organisation_id", "connector_id", "auth_scheme_id", "position", "severity", "text", "detail",
          "extra"}},
        {"connections",
         {"organisation_id", "connector_id", "connection_id", "name", "created_at", "updated_at", "extra"}},
        {"connection_variables",
         {"organisation_id", "connector_id", "connection_id", "name", "occurrence", "value",
          "secret_fingerprint"}},
        {"connection_credentials",
         {"organisation_id", "connector_id", "connection_id", "purpose", "connection_credential_id",
          "position", "credential_id", "auth_scheme_id", "auth_scheme", "extra"}},
        {"versions",
         {"organisation_id", "connector_id", "version_id", "name", "description", "is_latest", "is_default",
          "created_at", "updated_at", "published_at", "extra"}},
        {"version_messages",
         {"organisation_id", "connector_id", "version_id", "position", "severity", "text", "detail",
          "extra"}},
        {"credentials",
         {"organisation_id", "credential_id", "owner_organisation_id", "type", "name", "data",
          "secret_fingerprint", "valid", "usages_loaded", "expires_at"}},
        {"credential_errors", {"organisation_id", "credential_id", "position", "text"}},
        {"credential_usages",
         {"organisation_id", "credential_id", "connection_id", "connection_name", "connector_id",
          "connector_name", "connector_protocol", "connector_organisation_id", "extra"}},
    };
    return columns;
}

Tables expected_rows(const Organisation& organisation, const Expectation& expectation) {
    return Walk(organisation, expectation).tables();
}

Tables expected_rows(const Platform& platform, const std::string& org, const std::string& key) {
    Expectation expectation{key, platform.behaviour_of(org).visible};
    expectation.spelling = platform.world.spelling;
    return expected_rows(platform.world.organisation(org), expectation);
}

} // namespace versori::platform
