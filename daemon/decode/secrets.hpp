#pragma once

#include "daemon/decode/drift.hpp"
#include "daemon/decode/path.hpp"
#include "daemon/model/json.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versori::decode {

// HMAC-SHA-256 with the mirror's own key, as 64 hex digits: shows that a secret changed and not what it is.
class Fingerprinter {
public:
    explicit Fingerprinter(std::span<const std::uint8_t> key);
    std::string operator()(std::string_view canonical_json) const;

private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> context_;
};

// What is secret beyond the types below: variables whose name matches a glob (`*` and `?`, case-insensitive).
class SecretNames {
public:
    explicit SecretNames(std::vector<std::string> globs) : globs_(std::move(globs)) {}
    bool match(std::string_view name) const;

private:
    std::vector<std::string> globs_;
};

// The known members of a secret-bearing object. What is not listed as public is secret: members that are not
// listed, and public ones that arrive in an unexpected form, too.
struct Field {
    enum class Form : std::uint8_t { secret, scalar, scalars, object, objects };
    std::string_view name;
    Form form;
    std::span<const Field> fields = {};
};

// Members of `data`, and of an AuthSchemeConfig beside the common ones. `documented` false: no member is
// known.
struct Shape {
    std::string_view type;
    std::span<const Field> fields;
    bool documented = true;
};
const Shape& credential_shape(std::string_view type);
const Shape& scheme_shape(std::string_view type);

// Members of a JSON object as name and canonical text. The names must outlive it.
using Parts = std::vector<std::pair<std::string_view, std::string>>;

// Canonical JSON of an object with these members.
std::string object_text(Parts);

// A secret-bearing object taken apart, each member at its place.
struct Split {
    Parts open;
    Parts secret;
};
Split split(std::span<const model::Member> members, const Shape&, Drift&, const Path&);

} // namespace versori::decode
