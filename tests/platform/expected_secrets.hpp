#pragma once

#include "tests/platform/expected.hpp"

// Which members are public. Everything else in a secret-bearing object is secret.
namespace versori::platform {

struct Split {
    Json::Object open;
    Json::Object secret;
};

Split split_settings(const AuthScheme&);
// `secret` is what the fingerprint covers: the secret members of data under "data", and the undocumented
// ones.
Split split_credential(const Credential&);

bool is_secret_variable(const std::string& name, const std::vector<std::string>& globs);

// Undocumented members of a secret-bearing object: name → {"fingerprint":…,"type":…}.
Json::Object masked(const std::string& key, const Json::Object&);

// The fingerprint of the secret members, or nothing when there are none.
std::optional<std::string> fingerprint_of(const std::string& key, const Json::Object& secret);

} // namespace versori::platform
