#include "tests/platform/json.hpp"

#include "tests/platform/world.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>

namespace versori::platform {
namespace {

class Out {
public:
    Out(const Organisation* organisation, std::uint64_t style)
        : organisation_(organisation), style_(style), writer_(buffer_) {}

    std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

    template <class Body>
    void object(Body body) {
        writer_.StartObject();
        body();
        writer_.EndObject();
    }

    void string(const char* name, std::string_view value) {
        writer_.Key(name);
        text(value);
    }

    void optional(const char* name, const std::optional<std::string>& value) {
        if (value)
            string(name, *value);
    }

    void boolean(const char* name, bool value) {
        writer_.Key(name);
        writer_.Bool(value);
    }

    void time(const char* name, Time value, const std::string& salt) {
        string(name, spell(value, salt, style_));
    }

    void json(const Json& value) {
        std::string text = value.canonical();
        writer_.RawValue(text.data(), text.size(), rapidjson::kObjectType);
    }

    void members(const Json::Object& some) {
        for (const auto& [name, value] : some) {
            writer_.Key(name.c_str());
            json(value);
        }
    }

    template <class Range, class Each>
    void array(const char* name, const Range& range, Each each) {
        writer_.Key(name);
        writer_.StartArray();
        for (const auto& item : range)
            each(item);
        writer_.EndArray();
    }

    void strings(const char* name, const std::vector<std::string>& some) {
        array(name, some, [&](const std::string& item) { text(item); });
    }

    void message(const Message&);
    void messages(const char* name, const std::optional<std::vector<Message>>&);
    void variables(const char* name, const std::vector<Variable>&);
    void scheme(const AuthScheme&);
    void usage(const Usage&);
    void credential(const Credential&);
    void connection_credentials(const char* name, const Connector&, const std::vector<ConnectionCredential>&);
    void connection(const Connector&, const Connection&);
    void version(const Version&);
    void tags(const Connector&);
    void connector(const Connector&);
    void key(const char* name) { writer_.Key(name); }

private:
    void text(std::string_view value) { writer_.String(value.data(), static_cast<unsigned>(value.size())); }

    const Organisation* organisation_;
    std::uint64_t style_;
    rapidjson::StringBuffer buffer_;
    rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

void Out::message(const Message& message) {
    object([&] {
        string("text", message.text);
        string("severity", message.severity);
        if (message.detail)
            strings("detail", *message.detail);
        members(message.unknown);
    });
}

void Out::messages(const char* name, const std::optional<std::vector<Message>>& some) {
    if (some)
        array(name, *some, [&](const Message& one) { message(one); });
}

void Out::variables(const char* name, const std::vector<Variable>& some) {
    array(name, some, [&](const Variable& one) {
        object([&] {
            string("name", one.name);
            string("value", one.value);
            members(one.unknown);
        });
    });
}

void Out::scheme(const AuthScheme& scheme) {
    object([&] {
        string("id", scheme.id);
        string("schemeType", scheme.scheme_type);
        string("description", scheme.description);
        messages("validationMessages", scheme.validation_messages);
        members(scheme.settings);
    });
}

void Out::usage(const Usage& usage) {
    object([&] {
        key("connection");
        object([&] {
            string("id", usage.connection_id);
            string("name", usage.connection_name);
            time("createdAt", usage.created_at, usage.connection_id);
            time("updatedAt", usage.updated_at, usage.connection_id);
            key("connector");
            object([&] {
                string("id", usage.connector.id);
                string("organisationId", usage.connector.organisation_id);
                string("name", usage.connector.name);
                string("protocol", usage.connector.protocol);
                time("createdAt", usage.connector.created_at, usage.connector.id);
                time("updatedAt", usage.connector.updated_at, usage.connector.id);
                members(usage.connector.unknown);
            });
            members(usage.connection_unknown);
        });
        members(usage.unknown);
    });
}

void Out::credential(const Credential& credential) {
    object([&] {
        string("id", credential.id);
        string("organisationId", credential.organisation_id);
        string("type", credential.type);
        string("name", credential.name);
        key("data");
        json(credential.data);
        if (credential.usages)
            array("usages", *credential.usages, [&](const Usage& one) { usage(one); });
        if (credential.errors)
            strings("errors", *credential.errors);
        if (credential.expires_at)
            time("expiresAt", *credential.expires_at, credential.id);
        members(credential.unknown);
    });
}

void Out::connection_credentials(const char* name, const Connector& connector,
                                 const std::vector<ConnectionCredential>& some) {
    array(name, some, [&](const ConnectionCredential& one) {
        object([&] {
            string("id", one.id);
            key("authSchemeConfig");
            scheme(one.auth_scheme);
            key("credential");
            credential(embedded_credential(*organisation_, connector, one.credential_id));
            members(one.unknown);
        });
    });
}

void Out::connection(const Connector& connector, const Connection& connection) {
    object([&] {
        string("id", connection.id);
        string("name", connection.name);
        key("credentials");
        object([&] {
            if (connection.action)
                connection_credentials("action", connector, *connection.action);
            if (connection.trigger)
                connection_credentials("trigger", connector, *connection.trigger);
        });
        variables("variables", connection.variables);
        time("createdAt", connection.created_at, connection.id);
        time("updatedAt", connection.updated_at, connection.id);
        members(connection.unknown);
    });
}

void Out::version(const Version& version) {
    object([&] {
        string("id", version.id);
        string("name", version.name);
        optional("description", version.description);
        boolean("isLatest", version.is_latest);
        boolean("isDefault", version.is_default);
        time("createdAt", version.created_at, version.id);
        time("updatedAt", version.updated_at, version.id);
        key("publishedAt");
        if (version.published_at)
            text(spell(*version.published_at, version.id, style_));
        else
            writer_.Null();
        messages("messages", version.messages);
        members(version.unknown);
    });
}

void Out::tags(const Connector& connector) {
    key("tags");
    object([&] {
        for (const auto& [tag, values] : *connector.tags)
            strings(tag.c_str(), values);
    });
}

void Out::connector(const Connector& connector) {
    object([&] {
        string("id", connector.id);
        string("organisationId", connector.organisation_id);
        string("name", connector.name);
        boolean("public", connector.is_public);
        string("protocol", connector.protocol);
        optional("baseUrl", connector.base_url);
        optional("datasetId", connector.dataset_id);
        array("authSchemeConfigs", connector.auth_schemes, [&](const AuthScheme& one) { scheme(one); });
        array("connections", connector.connections,
              [&](const Connection& one) { connection(connector, one); });
        array("versions", connector.versions, [&](const Version& one) { version(one); });
        time("createdAt", connector.created_at, connector.id);
        time("updatedAt", connector.updated_at, connector.id);
        optional("documentationURL", connector.documentation_url);
        optional("imageURL", connector.image_url);
        if (connector.tags)
            tags(connector);
        if (connector.variables)
            variables("connectionVariables", *connector.variables);
        members(connector.unknown);
    });
}

std::uint64_t hash(std::string_view text, std::uint64_t seed) {
    std::uint64_t value = 0xcbf29ce484222325 ^ seed;
    for (unsigned char c : text)
        value = (value ^ c) * 0x100000001b3;
    return value ^ (value >> 29);
}

} // namespace

std::string spell(Time time, std::string_view salt, std::uint64_t style) {
    using namespace std::chrono;
    static constexpr std::array<std::pair<int, const char*>, 7> offsets = {
        {{0, "Z"}, {0, "Z"}, {0, "Z"}, {0, "+00:00"}, {120, "+02:00"}, {-330, "-05:30"}, {0, "z"}}};
    auto choice = hash(salt, time.time_since_epoch().count() * 31 + style * 0x9e3779b97f4a7c15);
    auto [minutes_east, suffix] = offsets[choice % offsets.size()];
    std::string text = model::format_time(time + minutes(minutes_east));
    std::string whole = text.substr(0, 19), fraction = text.substr(20, 6);
    if (choice / 7 % 4 == 0)
        fraction += std::to_string(choice / 28 % 900 + 100);
    else if (fraction == "000000")
        fraction = choice / 7 % 4 == 1 ? "0" : "";
    else if (fraction.ends_with("000"))
        fraction.resize(3);
    return whole + (fraction.empty() ? "" : "." + fraction) + suffix;
}

std::string connector_json(const Organisation& organisation, const Connector& connector,
                           std::uint64_t style) {
    if (connector.raw_json)
        return *connector.raw_json;
    Out out(&organisation, style);
    out.connector(connector);
    return out.text();
}

std::string error_json(std::string_view code, std::string_view message, std::string_view field) {
    Out out(nullptr, 0);
    out.object([&] {
        out.string("code", code);
        out.string("message", message);
        if (field.empty())
            return;
        out.array("fields", std::array{field}, [&](std::string_view name) {
            out.object([&] {
                out.string("field", name);
                out.string("message", message);
            });
        });
    });
    return out.text();
}

} // namespace versori::platform
