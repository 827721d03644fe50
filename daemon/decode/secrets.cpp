#include "daemon/decode/secrets.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace versori::decode {

using model::Json;
using model::Member;

void Fingerprinter::Free::operator()(void* context) const {
    EVP_MAC_CTX_free(static_cast<EVP_MAC_CTX*>(context));
}

Fingerprinter::Fingerprinter(std::span<const std::uint8_t> key) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    if (!context_ || !EVP_MAC_init(static_cast<EVP_MAC_CTX*>(context_.get()), key.data(), key.size(), params))
        throw std::runtime_error("OpenSSL offers no HMAC-SHA-256");
}

std::string Fingerprinter::operator()(std::string_view text) const {
    auto* context = static_cast<EVP_MAC_CTX*>(context_.get());
    unsigned char mac[32];
    std::size_t size = 0;
    EVP_MAC_init(context, nullptr, 0, nullptr);
    EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MAC_final(context, mac, &size, sizeof mac);
    static constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (unsigned char byte : mac)
        (out += hex[byte >> 4]) += hex[byte & 15];
    return out;
}

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool glob_match(std::string_view glob, std::string_view name) {
    std::size_t g = 0, n = 0, star = glob.npos, resume = 0;
    while (n < name.size()) {
        if (g < glob.size() && glob[g] == '*')
            star = g++, resume = n;
        else if (g < glob.size() && (glob[g] == '?' || lower(glob[g]) == lower(name[n])))
            ++g, ++n;
        else if (star != glob.npos)
            g = star + 1, n = ++resume;
        else
            return false;
    }
    return glob.find_first_not_of('*', g) == glob.npos;
}

using enum Field::Form;

constexpr Field string_data[] = {{"value", secret}};
constexpr Field binary_data[] = {{"valueBase64", secret}};
constexpr Field basic_data[] = {{"username", scalar}, {"password", secret}};
constexpr Field client_data[] = {{"clientId", scalar},     {"clientSecret", secret},
                                 {"authorizeUrl", scalar}, {"tokenUrl", scalar},
                                 {"scopes", scalars},      {"additionalParams", secret},
                                 {"mTLSEnabled", scalar},  {"mTLSCredentialId", scalar}};
constexpr Field token_data[] = {{"scopes", scalars}, {"accessToken", secret}, {"refreshToken", secret}};
constexpr Field code_data[] = {{"code", secret}, {"state", secret}};
constexpr Field password_data[] = {
    {"username", scalar}, {"password", secret}, {"clientId", scalar}, {"clientSecret", secret}};
constexpr Field certificate_data[] = {{"certificate", scalar}, {"key", secret}, {"ca", scalar}};

constexpr Shape credential_shapes[] = {
    {"none", {}},
    {"string", string_data},
    {"binary", binary_data},
    {"basic-auth", basic_data},
    {"oauth2-client", client_data},
    {"oauth2-token", token_data},
    {"oauth2-code", code_data},
    {"oauth2-password", password_data},
    {"certificate", certificate_data},
    {"custom-function", {}, false},
    {"jwt-bearer", {}, false},
};

constexpr Field key_settings[] = {{"name", scalar}, {"in", scalar}};
constexpr Field hmac_settings[] = {
    {"name", scalar}, {"in", scalar}, {"algorithm", scalar}, {"digestInputs", scalars}};
constexpr Field scope[] = {{"name", scalar}, {"description", scalar}};
constexpr Field grant[] = {{"grantType", scalar},
                           {"credentialId", scalar},
                           {"organisationId", scalar},
                           {"clientId", scalar},
                           {"clientSecret", secret}};
constexpr Field oauth2_settings[] = {{"authorizeUrl", scalar},
                                     {"tokenUrl", scalar},
                                     {"scopes", objects, scope},
                                     {"defaultScopes", scalars},
                                     {"additionalAuthorizeParams", secret},
                                     {"additionalTokenParams", secret},
                                     {"mtlsEnabled", scalar},
                                     {"mtlsCredentialId", scalar},
                                     {"grant", object, grant}};

constexpr Shape scheme_shapes[] = {
    {"none", {}},
    {"api-key", key_settings},
    {"basic-auth", {}},
    {"oauth2", oauth2_settings},
    {"hmac", hmac_settings},
    {"certificate", {}},
};

const Shape& shape_of(std::span<const Shape> shapes, std::string_view type) {
    static constexpr Shape unknown{"", {}, false};
    auto found = std::ranges::find(shapes, type, &Shape::type);
    return found == shapes.end() ? unknown : *found;
}

bool is_scalar(Json value) {
    return !value.is(Json::Type::object) && !value.is(Json::Type::array);
}
bool are_scalars(Json value) {
    return is_scalar(value) ||
           (value.is(Json::Type::array) && std::ranges::all_of(value.elements(), is_scalar));
}

class Splitter {
public:
    Splitter(Drift& drift, bool documented) : drift_(drift), documented_(documented) {}

    Split object_of(std::span<const Member> members, std::span<const Field> fields, const Path& path) {
        Split out;
        for (const Member& member : members) {
            auto field = std::ranges::find(fields, member.name, &Field::name);
            auto [open, hidden] =
                value_of(member.value, field == fields.end() ? nullptr : &*field, Path(path, member.name));
            if (!open.empty())
                out.open.emplace_back(member.name, std::move(open));
            if (!hidden.empty())
                out.secret.emplace_back(member.name, std::move(hidden));
        }
        return out;
    }

private:
    struct Texts {
        std::string open, hidden; // empty: nothing of that kind
    };

    Texts value_of(Json value, const Field* field, const Path& path) {
        auto form = field ? field->form : secret;
        if (!field && documented_)
            note("unknown member", value, path);
        if (form == object && value.is(Json::Type::object))
            return nested(value, field->fields, path);
        if (form == objects && value.is(Json::Type::array))
            return list(value, field->fields, path);
        bool open = (form == scalars && are_scalars(value)) || (form == scalar && is_scalar(value)) ||
                    ((form == object || form == objects) && value.is(Json::Type::null));
        if (open)
            return {model::canonical(value), ""};
        if (form != secret)
            note("wrong type", value, path);
        return {"", model::canonical(value)};
    }

    Texts nested(Json value, std::span<const Field> fields, const Path& path) {
        std::vector<Member> members;
        for (Member member : value.members())
            members.push_back(member);
        Split parts = object_of(members, fields, path);
        return {object_text(std::move(parts.open)),
                parts.secret.empty() ? "" : object_text(std::move(parts.secret))};
    }

    Texts list(Json value, std::span<const Field> fields, const Path& path) {
        Texts out;
        bool any_hidden = false;
        std::size_t index = 0;
        for (Json element : value.elements()) {
            Path here(path, index);
            const char* separator = index++ ? "," : "";
            Texts part{"{}", model::canonical(element)};
            if (element.is(Json::Type::object))
                part = nested(element, fields, here);
            else
                note("wrong type", element, here);
            any_hidden |= !part.hidden.empty();
            (out.open += separator) += part.open;
            (out.hidden += separator) += part.hidden.empty() ? "{}" : part.hidden;
        }
        return {"[" + out.open + "]", any_hidden ? "[" + out.hidden + "]" : ""};
    }

    void note(std::string_view what, Json value, const Path& path) {
        drift_.note(path.general(), std::string(what) + " (" + std::string(type_name(value.type())) + ")");
    }

    Drift& drift_;
    bool documented_;
};

} // namespace

bool SecretNames::match(std::string_view name) const {
    return std::ranges::any_of(globs_, [&](const std::string& glob) { return glob_match(glob, name); });
}

const Shape& credential_shape(std::string_view type) {
    return shape_of(credential_shapes, type);
}
const Shape& scheme_shape(std::string_view type) {
    return shape_of(scheme_shapes, type);
}

std::string object_text(Parts parts) {
    model::sort_by_name(parts, &Parts::value_type::first);
    std::size_t size = 2;
    for (const auto& [name, text] : parts)
        size += name.size() + text.size() + 4;
    std::string out;
    out.reserve(size);
    out += '{';
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i + 1 < parts.size() && parts[i + 1].first == parts[i].first)
            continue;
        if (out.size() > 1)
            out += ',';
        model::append_quoted(out, parts[i].first);
        (out += ':') += parts[i].second;
    }
    return out += '}';
}

Split split(std::span<const Member> members, const Shape& shape, Drift& drift, const Path& path) {
    return Splitter(drift, shape.documented).object_of(members, shape.fields, path);
}

} // namespace versori::decode
