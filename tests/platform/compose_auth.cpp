#include "tests/platform/compose.hpp"

#include <array>

namespace versori::platform {
namespace {

using Object = Json::Object;
using Array = Json::Array;

constexpr std::array scheme_types = {"none", "api-key",     "basic-auth", "oauth2",
                                     "hmac", "certificate", "saml"};
constexpr std::array credential_types = {
    "none",        "string",          "binary",       "basic-auth",      "oauth2-client",
    "oauth2-code", "oauth2-password", "oauth2-token", "custom-function", "certificate",
    "jwt-bearer",  "passkey"};

Object grant(World& world, std::size_t n) {
    switch (n % 4) {
    case 0:
        return {{"grantType", "authorization_code"}, {"credentialId", world.new_id()}};
    case 1:
        return {{"grantType", "client_credentials"},
                {"clientId", "client-" + std::to_string(n)},
                {"clientSecret", world.canary()},
                {"organisationId", library_organisation}};
    case 2:
        return {{"grantType", "password"}};
    }
    return {{"grantType", "device_code"}, {"deviceSecret", world.canary()}};
}

Object oauth2_settings(World& world, std::size_t n) {
    Object settings{
        {"authorizeUrl", "https://id.example.com/authorize?prompt=login&app=\"x\""},
        {"tokenUrl", "https://id.example.com/token"},
        {"scopes", Array{Object{{"name", "orders.read"}, {"description", "Read orders & refunds"}},
                         Object{{"name", "orders.write"}}}},
        {"defaultScopes", Array{"orders.read"}},
        {"grant", grant(world, n / 2)},
    };
    if (n % 3 == 0)
        settings["additionalTokenParams"] = Object{{"audience", world.canary()}};
    if (n % 5 == 0)
        settings["additionalAuthorizeParams"] = Object{{"tenant", world.canary()}};
    if (n % 4 == 1) {
        settings["mtlsEnabled"] = true;
        settings["mtlsCredentialId"] = world.new_id();
    }
    if (n % 4 == 3)
        settings["mtlsEnabled"] = false;
    return settings;
}

Object scheme_settings(World& world, const std::string& type, std::size_t n) {
    static constexpr std::array places = {"header", "query", "cookie"};
    if (type == "api-key")
        return {{"name", "X-Api-Key"}, {"in", places[n / 7 % 3]}};
    if (type == "oauth2")
        return oauth2_settings(world, n / 7);
    if (type == "hmac")
        return {{"name", "X-Signature"},
                {"in", places[n / 7 % 3]},
                {"algorithm", "sha256"},
                {"digestInputs", Array{"body", "header:Date"}}};
    if (type == "saml")
        return {{"entityId", world.canary()}, {"metadata", Object{{"url", world.canary()}}}};
    return {};
}

std::optional<std::vector<Message>> validation(World& world, std::size_t n) {
    if (n % 4 == 1)
        return std::vector<Message>{};
    if (n % 4 != 2)
        return {};
    std::vector<Message> messages{
        {"The token URL answers slowly", "warning", {}, {}},
        {"Unknown \"scope\"", "error", std::vector<std::string>{"orders.admin"}, {}}};
    if (n % 8 == 2)
        messages[1].unknown = {{"trace", world.canary()}, {"line", Json::number("12.50")}};
    return messages;
}

Object oauth2_client(World& world, std::size_t n) {
    Object data{{"clientId", "client-" + std::to_string(n)},
                {"clientSecret", n % 3 == 2 ? "********" : world.canary()},
                {"authorizeUrl", "https://id.example.com/authorize"},
                {"tokenUrl", "https://id.example.com/token"}};
    if (n % 2 == 0)
        data["scopes"] = Array{"read", "write"};
    if (n % 3 == 0)
        data["additionalParams"] = Object{{"audience", world.canary()}};
    if (n % 3 == 1) {
        data["mTLSEnabled"] = true;
        data["mTLSCredentialId"] = world.new_id();
    }
    return data;
}

Object credential_data(World& world, const std::string& type, std::size_t n) {
    if (type == "string")
        return {{"value", world.canary()}};
    if (type == "binary")
        return {{"valueBase64", world.canary()}};
    if (type == "basic-auth")
        return {{"username", "svc-häuser"}, {"password", world.canary()}};
    if (type == "oauth2-client")
        return oauth2_client(world, n);
    if (type == "oauth2-code")
        return {{"code", world.canary()}, {"state", world.canary()}};
    if (type == "oauth2-password") {
        Object data{{"username", "svc@example.com"}, {"password", world.canary()}};
        if (n % 2 == 0)
            data["clientId"] = "client-" + std::to_string(n);
        if (n % 2 == 0)
            data["clientSecret"] = world.canary();
        return data;
    }
    if (type == "oauth2-token") {
        Object data{{"scopes", Array{"read"}}};
        if (n % 3 != 0)
            data["accessToken"] = world.canary();
        if (n % 3 == 1)
            data["refreshToken"] = world.canary();
        return data;
    }
    if (type == "certificate")
        return {{"certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"},
                {"key", world.canary()},
                {"ca", ""}};
    if (type == "none")
        return {};
    return {{"body", world.canary()}, {"options", Object{{"retries", 3}, {"salt", world.canary()}}}};
}

} // namespace

AuthScheme compose_scheme(World& world, std::size_t n, std::string id) {
    AuthScheme scheme;
    scheme.id = std::move(id);
    scheme.scheme_type = scheme_types[n % scheme_types.size()];
    scheme.description = n % 5 == 4 ? "" : "How " + scheme.scheme_type + " works here";
    scheme.settings = scheme_settings(world, scheme.scheme_type, n);
    if (n % 11 == 10)
        scheme.settings["hint"] = world.canary();
    scheme.validation_messages = validation(world, n / 3);
    return scheme;
}

Credential compose_credential(World& world, const Organisation& owner, std::size_t n) {
    return compose_credential(world, owner, credential_types[n % credential_types.size()],
                              n / credential_types.size());
}

Credential compose_credential(World& world, const Organisation& owner, std::string type, std::size_t n) {
    Dice dice(n * 31 + world.mutations + type.size());
    Credential credential;
    credential.id = world.new_id();
    credential.organisation_id = dice.one_in(6) ? library_organisation : owner.id;
    credential.type = std::move(type);
    credential.name =
        credential.type + (n == 0 ? "" : " " + std::to_string(n)) + (dice.one_in(9) ? " “prod” 🔑" : "");
    credential.data = credential_data(world, credential.type, n);
    if (dice.one_in(3))
        credential.usages.emplace();
    if (auto state = dice.below(3); state != 0)
        credential.errors.emplace();
    if (dice.one_in(4))
        credential.errors = {"invalid_grant: token \"expired\"", "HTTP 401"};
    if (dice.one_in(4))
        credential.expires_at = world.now + std::chrono::hours(24 * (1 + dice.below(60)));
    if (dice.one_in(10))
        credential.unknown = {{"vaultPath", world.canary()}, {"generation", 3}};
    return credential;
}

} // namespace versori::platform
