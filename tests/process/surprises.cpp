#include "tests/process/answers.hpp"

#include <algorithm>

namespace versori::process {
namespace {

using platform::Json;
using Path = std::string;

bool is_one_of(const std::string& text, std::initializer_list<const char*> known) {
    return std::ranges::find(known, text) != known.end();
}

// Goes through a world and notes what the API's reference does not have.
class Reading {
public:
    std::set<std::string> found;

    void connector(const platform::Connector& connector) {
        unknown("$", connector.unknown);
        if (!is_one_of(connector.protocol, {"http", "bigquery"}))
            value("$.protocol", connector.protocol);
        for (const auto& scheme : connector.auth_schemes)
            this->scheme("$.authSchemeConfigs[*]", scheme);
        if (connector.variables)
            variables("$.connectionVariables[*]", *connector.variables);
        for (const auto& version : connector.versions) {
            unknown("$.versions[*]", version.unknown);
            if (version.messages)
                messages("$.versions[*].messages[*]", *version.messages);
        }
    }

    void connection(const platform::Organisation& organisation, const platform::Connection& connection) {
        unknown("$.connections[*]", connection.unknown);
        variables("$.connections[*].variables[*]", connection.variables);
        links(organisation, "$.connections[*].credentials.action[*]", connection.action);
        links(organisation, "$.connections[*].credentials.trigger[*]", connection.trigger);
    }

private:
    void value(const Path& path, const std::string& text) {
        found.insert(path + "|unknown value \"" + text + "\"");
    }

    void member(const Path& path, const std::string& name, const Json& value) {
        found.insert(path + "." + name + "|unknown member (" + std::string(value.type()) + ")");
    }

    void unknown(const Path& path, const Json::Object& members) {
        for (const auto& [name, value] : members)
            member(path, name, value);
    }

    void variables(const Path& path, const std::vector<platform::Variable>& variables) {
        for (const auto& variable : variables)
            unknown(path, variable.unknown);
    }

    void messages(const Path& path, const std::vector<platform::Message>& messages) {
        for (const auto& message : messages) {
            unknown(path, message.unknown);
            if (!is_one_of(message.severity, {"info", "warning", "error"}))
                value(path + ".severity", message.severity);
        }
    }

    // What belongs to a type that is not documented is not documented either, and not noted member by member.
    void scheme(const Path& path, const platform::AuthScheme& scheme) {
        if (scheme.validation_messages)
            messages(path + ".validationMessages[*]", *scheme.validation_messages);
        if (scheme.scheme_type == "saml")
            return value(path + ".schemeType", scheme.scheme_type);
        for (const auto& [name, setting] : scheme.settings) {
            if (is_one_of(name, {"hint", "rotated"}))
                member(path, name, setting);
            if (name == "grant" && setting.members().contains("deviceSecret"))
                member(path + ".grant", "deviceSecret", setting.members().at("deviceSecret"));
        }
    }

    void credential(const Path& path, const platform::Credential& credential) {
        unknown(path, credential.unknown);
        if (credential.type == "passkey")
            value(path + ".type", credential.type);
        if (!credential.usages)
            return;
        for (const auto& usage : *credential.usages) {
            unknown(path + ".usages[*]", usage.unknown);
            unknown(path + ".usages[*].connection", usage.connection_unknown);
            unknown(path + ".usages[*].connection.connector", usage.connector.unknown);
        }
    }

    void links(const platform::Organisation& organisation, const Path& path,
               const std::optional<std::vector<platform::ConnectionCredential>>& links) {
        if (!links)
            return;
        for (const auto& link : *links) {
            unknown(path, link.unknown);
            scheme(path + ".authSchemeConfig", link.auth_scheme);
            credential(path + ".credential", organisation.credentials.at(link.credential_id));
        }
    }
};

} // namespace

std::set<std::string> surprises(const platform::World& world) {
    Reading reading;
    for (const auto& organisation : world.organisations)
        for (const auto& connector : organisation.connectors) {
            if (connector.raw_json)
                continue;
            reading.connector(connector);
            for (const auto& connection : connector.connections)
                reading.connection(organisation, connection);
        }
    return reading.found;
}

} // namespace versori::process
