#pragma once

#include "daemon/model/time.hpp"
#include "tests/platform/value.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// The resources of the API as plain values. An optional member is one that the API may leave out; `unknown`
// holds members that the API does not document, with the object they stand in. Tests may set anything.
namespace versori::platform {

using model::Time;

struct Message {
    std::string text;
    std::string severity = "info";
    std::optional<std::vector<std::string>> detail;
    Json::Object unknown;
};

struct Variable {
    std::string name;
    std::string value;
    Json::Object unknown;
};

// AuthSchemeConfig. `settings` holds whatever belongs to the scheme type, and unknown members too.
struct AuthScheme {
    std::string id;
    std::string description;
    std::string scheme_type = "none";
    std::optional<std::vector<Message>> validation_messages;
    Json::Object settings;
};

// One use of a credential: the connection, and the connector it belongs to.
struct Usage {
    std::string connection_id;
    std::string connection_name;
    Time created_at{};
    Time updated_at{};
    struct {
        std::string id;
        std::string organisation_id;
        std::string name;
        std::string protocol = "http";
        Time created_at{};
        Time updated_at{};
        Json::Object unknown;
    } connector;
    Json::Object unknown;            // of the usage
    Json::Object connection_unknown; // of usage.connection
};

struct Credential {
    std::string id;
    std::string organisation_id; // the owner
    std::string type = "none";
    std::string name;
    Json::Object data;
    std::optional<std::vector<Usage>> usages;
    std::optional<std::vector<std::string>> errors;
    std::optional<Time> expires_at;
    Json::Object unknown;
};

// The credential itself is looked up in the organisation, so that all copies agree.
struct ConnectionCredential {
    std::string id;
    AuthScheme auth_scheme;
    std::string credential_id;
    Json::Object unknown;
};

struct Connection {
    std::string id;
    std::string name;
    std::optional<std::vector<ConnectionCredential>> action;
    std::optional<std::vector<ConnectionCredential>> trigger;
    std::vector<Variable> variables;
    Time created_at{};
    Time updated_at{};
    Json::Object unknown;
};

struct Version {
    std::string id;
    std::string name;
    std::optional<std::string> description;
    bool is_latest = false;
    bool is_default = false;
    Time created_at{};
    Time updated_at{};
    std::optional<Time> published_at; // null while it is a draft
    std::optional<std::vector<Message>> messages;
    Json::Object unknown;
};

struct Connector {
    std::string id;
    std::string organisation_id; // the owner
    std::string name;
    bool is_public = false;
    std::string protocol = "http";
    std::optional<std::string> base_url;
    std::optional<std::string> dataset_id;
    std::vector<AuthScheme> auth_schemes;
    std::vector<Connection> connections;
    std::vector<Version> versions;
    Time created_at{};
    Time updated_at{};
    std::optional<std::string> documentation_url;
    std::optional<std::string> image_url;
    std::optional<std::vector<std::pair<std::string, std::vector<std::string>>>> tags;
    std::optional<std::vector<Variable>> variables; // connectionVariables
    Json::Object unknown;

    std::set<std::string> categories; // what the filter asks for; never rendered
    std::optional<std::string>
        raw_json; // rendered instead of everything above; such a connector has no expected rows
};

struct Organisation {
    std::string id;
    std::string name;
    std::vector<Connector> connectors;
    std::map<std::string, Credential> credentials;
    // Copies that disagree: (connector id, credential id) → what that connector embeds instead.
    std::map<std::pair<std::string, std::string>, Credential> overrides;
};

} // namespace versori::platform
