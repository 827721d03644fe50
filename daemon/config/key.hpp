#pragma once

#include "daemon/config/kind.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace versori::config {

// A key of the configuration, described once: loading, explaining and the flags all go by this list.
template <class T>
struct Key {
    std::string_view section; // "" for a key of an organisation
    std::string_view name;
    // Sets the member from the value, or adds complaints and leaves it.
    std::function<void(T&, const Node&, std::vector<Complaint>&)> read;
    std::function<std::string(const T&)> show; // as TOML; "" when it is unset
};

// Every key of the sections, in the order of the documentation.
const std::vector<Key<Settings>>& keys();

// What to say of a key that stands where it is not known: the section it belongs in, the one of `known` that
// may be meant, or all of these.
std::string unknown_key(std::string_view name, const std::vector<std::string_view>& known);

// Every key of [[organisation]], likewise.
const std::vector<Key<Organisation>>& organisation_keys();

} // namespace versori::config
