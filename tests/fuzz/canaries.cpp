#include "tests/fuzz/canaries.hpp"

#include <rapidjson/document.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

namespace versori::fuzz {
namespace {

using Json = rapidjson::Value;

// Members of a credential's `data` that some type shows; all others are secret in every type.
constexpr std::array<std::string_view, 9> open = {"username",         "clientId",    "authorizeUrl",
                                                  "tokenUrl",         "scopes",      "mTLSEnabled",
                                                  "mTLSCredentialId", "certificate", "ca"};

std::string_view text_of(const Json& json) {
    return {json.GetString(), json.GetStringLength()};
}

void plant(Json& json) {
    json.SetString(rapidjson::StringRef(canary.data(), canary.size()));
}

void each_member(Json& object, auto visit) {
    if (object.IsObject())
        for (auto at = object.MemberBegin(); at < object.MemberEnd(); ++at)
            visit(text_of(at->name), at->value);
}

// The members of that name: it may stand twice.
void each(Json& object, std::string_view name, auto visit) {
    each_member(object, [&](std::string_view other, Json& value) {
        if (other == name)
            visit(value);
    });
}

void each_element(Json& object, std::string_view name, auto visit) {
    each(object, name, [&](Json& list) {
        if (list.IsArray())
            for (auto& element : list.GetArray())
                visit(element);
    });
}

void plant_scheme(Json& scheme) {
    each(scheme, "additionalAuthorizeParams", plant);
    each(scheme, "additionalTokenParams", plant);
    each(scheme, "grant", [](Json& grant) { each(grant, "clientSecret", plant); });
}

void plant_credential(Json& credential) {
    each(credential, "data", [](Json& data) {
        each_member(data, [](std::string_view name, Json& value) {
            if (std::ranges::find(open, name) == open.end())
                plant(value);
        });
    });
}

void plant_variable(Json& variable) {
    bool secret = false;
    each(variable, "name",
         [&](Json& name) { secret = name.IsString() && text_of(name).starts_with("secret"); });
    if (secret)
        each(variable, "value", plant);
}

void plant_link(Json& link) {
    each(link, "credential", plant_credential);
    each(link, "authSchemeConfig", plant_scheme);
}

void plant_connection(Json& connection) {
    each_element(connection, "variables", plant_variable);
    each(connection, "credentials", [](Json& credentials) {
        each_element(credentials, "action", plant_link);
        each_element(credentials, "trigger", plant_link);
    });
}

} // namespace

std::optional<std::string> with_canaries(std::string_view connector) {
    if (connector.find("CANA") != connector.npos || connector.find("\\u") != connector.npos)
        return {};
    rapidjson::Document json;
    json.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(connector.data(),
                                                                                       connector.size());
    if (json.HasParseError())
        return {};
    each_element(json, "connections", plant_connection);
    each_element(json, "connectionVariables", plant_variable);
    each_element(json, "authSchemeConfigs", plant_scheme);
    rapidjson::StringBuffer out;
    rapidjson::Writer<rapidjson::StringBuffer> writer(out);
    json.Accept(writer);
    return std::string(out.GetString(), out.GetSize());
}

} // namespace versori::fuzz
