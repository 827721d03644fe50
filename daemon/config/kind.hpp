#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/config/toml.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versori::config {

// A complaint about a value: where it stands, and "expected …, got …".
struct Complaint {
    Place place;
    std::string message;
};

// A kind of value: how it is read from TOML and how it is shown, as TOML again. `read` returns nothing after
// it has added at least one complaint.
template <class V>
struct Kind {
    std::function<std::optional<V>(const Node&, std::vector<Complaint>&)> read;
    std::function<std::string(const V&)> show;
};

Kind<bool> yes_or_no();
Kind<int> whole_number(int low, int high);
Kind<Duration> duration(Duration low, Duration high, std::string_view reason = {});
Kind<std::optional<Duration>> duration_or_off(Duration low, Duration high);
Kind<Bytes> size(Bytes low, Bytes high);
Kind<double> percent();
Kind<Baseline> baseline();
Kind<Url> url();
Kind<std::string> proxy();       // shown without its password; "" is none
Kind<std::string> scheme_word(); // of the Authorization header; its errors do not repeat the value
Kind<std::string> path();        // of a file; never ""
Kind<std::string> optional_path();
Kind<std::string> text(); // without control characters; "" is none
Kind<std::string> organisation_id();
Kind<std::string> tags(); // key:value,key
Kind<std::vector<std::string>> globs();
Kind<std::vector<std::string>> categories(); // of the platform's list

// Their errors never repeat the value, since people paste tokens there.
Kind<std::string> token_path(); // begins with / or ./ or ../, which no token does
Kind<std::string> variable_name();
Kind<std::string> credential_name();

// The same kind for a member that may be unset.
template <class V>
Kind<std::optional<V>> unset_or(Kind<V> kind) {
    return {[kind](const Node& node, std::vector<Complaint>& complaints) -> std::optional<std::optional<V>> {
                auto value = kind.read(node, complaints);
                if (!value)
                    return {};
                return std::optional<V>{std::move(*value)};
            },
            [kind](const std::optional<V>& value) { return value ? kind.show(*value) : std::string{}; }};
}

} // namespace versori::config
