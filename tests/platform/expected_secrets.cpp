#include "tests/platform/expected_secrets.hpp"

#include <fnmatch.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace versori::platform {
namespace {

using Names = std::set<std::string>;

const std::map<std::string, Names> public_settings{
    {"none", {}},
    {"api-key", {"name", "in"}},
    {"basic-auth", {}},
    {"oauth2", {"authorizeUrl", "tokenUrl", "scopes", "defaultScopes", "mtlsEnabled", "mtlsCredentialId"}},
    {"hmac", {"name", "in", "algorithm", "digestInputs"}},
    {"certificate", {}},
};
const Names public_grant{"grantType", "credentialId", "organisationId", "clientId"};
const std::map<std::string, Names> public_data{
    {"basic-auth", {"username"}},
    {"oauth2-client", {"clientId", "authorizeUrl", "tokenUrl", "scopes", "mTLSEnabled", "mTLSCredentialId"}},
    {"oauth2-token", {"scopes"}},
    {"oauth2-password", {"username", "clientId"}},
    {"certificate", {"certificate", "ca"}},
};

const Names& names_of(const std::map<std::string, Names>& table, const std::string& type) {
    static const Names none;
    auto at = table.find(type);
    return at == table.end() ? none : at->second;
}

Split split(const Json::Object& members, const Names& open) {
    Split parts;
    for (const auto& [name, value] : members)
        (open.contains(name) ? parts.open : parts.secret)[name] = value;
    return parts;
}

} // namespace

Split split_settings(const AuthScheme& scheme) {
    Split parts = split(scheme.settings, names_of(public_settings, scheme.scheme_type));
    auto grant = parts.secret.find("grant");
    if (scheme.scheme_type != "oauth2" || grant == parts.secret.end())
        return parts;
    Split inner = split(grant->second.members(), public_grant);
    parts.open["grant"] = inner.open;
    if (inner.secret.empty())
        parts.secret.erase(grant);
    else
        grant->second = inner.secret;
    return parts;
}

Split split_credential(const Credential& credential) {
    Split parts = split(credential.data, names_of(public_data, credential.type));
    Json::Object secret = credential.unknown;
    if (!parts.secret.empty())
        secret["data"] = parts.secret;
    return {parts.open, secret};
}

bool is_secret_variable(const std::string& name, const std::vector<std::string>& globs) {
    return std::ranges::any_of(globs, [&](const std::string& glob) {
        return fnmatch(glob.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
    });
}

std::string fingerprint(const std::string& key, const Json& value) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text = value.canonical(), hex;
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    for (unsigned i = 0; i < size; ++i)
        hex += {digits[mac[i] >> 4], digits[mac[i] & 15]};
    return hex;
}

Json::Object masked(const std::string& key, const Json::Object& members) {
    Json::Object some;
    for (const auto& [name, value] : members)
        some[name] =
            Json::Object{{"fingerprint", fingerprint(key, value)}, {"type", std::string(value.type())}};
    return some;
}

std::optional<std::string> fingerprint_of(const std::string& key, const Json::Object& secret) {
    if (secret.empty())
        return {};
    return fingerprint(key, secret);
}

} // namespace versori::platform
