#include "daemon/decode/reading.hpp"

#include <algorithm>
#include <unordered_map>

namespace versori::decode {

using model::Json;
using model::TableId;

namespace {

void set_key(model::Document& out, model::Row row, std::initializer_list<std::string_view> key) {
    std::size_t i = 0;
    for (std::string_view part : key)
        row[i++] = out.text(part);
}

bool is_object(Reading& reading, Json json, const Path& path) {
    if (json.is(Json::Type::object))
        return true;
    reading.reject(path, "expected an object, got " + std::string(type_name(json.type())));
    return false;
}

bool is_flat(Json json) {
    return !json.is(Json::Type::object) && !json.is(Json::Type::array);
}

// The messages of an embedded scheme: documented members as they are, others redacted.
std::string shown_messages(const Reading& reading, Json messages) {
    std::string out = "[";
    for (Json message : messages.elements()) {
        Parts parts;
        for (model::Member member : message.members()) {
            bool documented =
                ((member.name == "text" || member.name == "severity") && is_flat(member.value)) ||
                (member.name == "detail" && std::ranges::all_of(member.value.elements(), is_flat) &&
                 !member.value.is(Json::Type::object));
            parts.emplace_back(member.name,
                               documented ? model::canonical(member.value) : reading.redacted(member.value));
        }
        (out += out.size() > 1 ? "," : "") += object_text(std::move(parts));
    }
    return out += "]";
}

} // namespace

void read_versions(Reading& reading, model::Document& out, Json connector, const Path& root) {
    Path path(root, "versions");
    std::size_t index = 0;
    for (Json version : reading.array(connector, "versions", true, root)) {
        Path here(path, index++);
        if (!is_object(reading, version, here))
            continue;
        auto row = out.add(TableId::versions);
        row[0] = out.text(out.id());
        auto unknown = reading.fill(out, TableId::versions, row, version, {"messages"}, here);
        reading.note_left_over(TableId::versions, unknown, here);
        set(TableId::versions, row, "extra", reading.extra(out, unknown));
        Path messages(here, "messages");
        read_messages(reading, out, TableId::version_messages, {out.id(), model::text_of(row[1])},
                      reading.array(version, "messages", false, here), false, messages);
    }
}

void read_messages(Reading& reading, model::Document& out, TableId id,
                   std::initializer_list<std::string_view> key, std::vector<Json> messages,
                   bool secret_bearing, const Path& path) {
    std::int64_t position = 0;
    for (Json message : messages) {
        Path here(path, static_cast<std::size_t>(position));
        if (!is_object(reading, message, here))
            return;
        auto row = out.add(id);
        set_key(out, row, key);
        row[key.size()] = position++;
        auto unknown = reading.fill(out, id, row, message, {}, here);
        reading.note_left_over(id, unknown, here);
        set(id, row, "extra",
            secret_bearing ? reading.redacted_extra(out, unknown) : reading.extra(out, unknown));
    }
}

void read_variables(Reading& reading, model::Document& out, TableId id,
                    std::initializer_list<std::string_view> key, std::vector<Json> variables,
                    const Path& path) {
    std::unordered_map<std::string_view, std::int64_t> occurrences;
    std::size_t index = 0;
    for (Json variable : variables) {
        Path here(path, index++);
        if (!is_object(reading, variable, here))
            continue;
        auto row = out.add(id);
        set_key(out, row, key);
        auto unknown = reading.fill(out, id, row, variable, {"value"}, here);
        std::string_view name = model::text_of(row[key.size()]);
        set(id, row, "occurrence", occurrences[name]++);

        static constexpr Field open_value[] = {{"value", Field::Form::scalar}};
        static constexpr Field secret_value[] = {{"value", Field::Form::secret}};
        auto value = variable.find("value");
        if (value && !value->is(Json::Type::null))
            unknown.push_back({"value", *value});
        Shape shape{"", reading.secret_names.match(name) ? std::span(secret_value) : std::span(open_value)};
        Split parts = split(unknown, shape, reading.drift, here);
        if (!parts.open.empty())
            set(id, row, "value",
                out.text(value->is(Json::Type::string) ? value->text() : parts.open.front().second));
        if (!parts.secret.empty())
            set(id, row, "secret_fingerprint",
                out.text(reading.fingerprint(object_text(std::move(parts.secret)))));
    }
}

Schemes read_schemes(Reading& reading, model::Document& out, Json connector, const Path& root) {
    Schemes own;
    Path path(root, "authSchemeConfigs");
    std::size_t position = 0;
    for (Json json : reading.array(connector, "authSchemeConfigs", true, root)) {
        Path here(path, position);
        auto noted = reading.drift.count();
        if (auto scheme = read_scheme(reading, json, here)) {
            bool plain = reading.drift.count() == noted;
            add_scheme(reading, out, *scheme, position, here);
            own.emplace(scheme->id,
                        OwnScheme{std::move(scheme->comparable), plain ? std::optional(json) : std::nullopt});
        }
        ++position;
    }
    return own;
}

std::optional<Scheme> read_scheme(Reading& reading, Json json, const Path& path) {
    if (!is_object(reading, json, path))
        return {};
    auto id = json.find("id"), type = json.find("schemeType");
    if (!id || !id->is(Json::Type::string) || !type || !type->is(Json::Type::string)) {
        reading.reject(path, "an auth scheme needs `id` and `schemeType` as strings");
        return {};
    }
    Reading::Members own;
    Parts shown;
    for (model::Member member : json.members()) {
        bool common = member.name == "id" || member.name == "schemeType" ||
                      (member.name == "description" &&
                       (member.value.is(Json::Type::string) || member.value.is(Json::Type::null)));
        if (common)
            shown.emplace_back(member.name, model::canonical(member.value));
        else if (member.name != "validationMessages")
            own.push_back(member);
    }
    Scheme out{id->text(), json, split(own, scheme_shape(type->text()), reading.drift, path), "", ""};
    if (!out.split.secret.empty()) {
        out.secret_fingerprint = reading.fingerprint(object_text(out.split.secret));
        shown.emplace_back("secretFingerprint", model::quoted(out.secret_fingerprint));
    }
    if (auto messages = json.find("validationMessages"); messages && messages->is(Json::Type::array))
        shown.emplace_back("validationMessages", shown_messages(reading, *messages));
    shown.insert(shown.end(), out.split.open.begin(), out.split.open.end());
    out.comparable = object_text(std::move(shown));
    return out;
}

void add_scheme(Reading& reading, model::Document& out, const Scheme& scheme,
                std::optional<std::size_t> position, const Path& path) {
    auto row = out.add(TableId::auth_schemes);
    row[0] = out.text(out.id());
    reading.fill(out, TableId::auth_schemes, row, scheme.json, {"validationMessages"}, path);
    if (position)
        set(TableId::auth_schemes, row, "position", static_cast<std::int64_t>(*position));
    set(TableId::auth_schemes, row, "settings", out.text(object_text(scheme.split.open)));
    if (!scheme.secret_fingerprint.empty())
        set(TableId::auth_schemes, row, "secret_fingerprint", out.text(scheme.secret_fingerprint));
    Path messages(path, "validationMessages");
    read_messages(reading, out, TableId::auth_scheme_messages, {out.id(), scheme.id},
                  reading.array(scheme.json, "validationMessages", false, path), true, messages);
}

} // namespace versori::decode
