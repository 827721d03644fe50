#include "daemon/decode/reading.hpp"

#include <algorithm>

namespace versori::decode {

using model::Json;
using model::Row;
using model::TableId;

namespace {

// The members of `object` whose name is in `names`, or is not.
Reading::Members pick(Json object, std::initializer_list<std::string_view> names, bool in) {
    Reading::Members out;
    for (model::Member member : object.members())
        if ((std::ranges::find(names, member.name) != names.end()) == in)
            out.push_back(member);
    return out;
}

class UsageReader {
public:
    UsageReader(Reading& reading, model::Document& out) : reading_(reading), out_(out) {}

    void read(Json usage, const Path& path) {
        auto row = out_.add(TableId::credential_usages);
        row[0] = out_.text(out_.id());
        Parts extra = redacted(pick(usage, {"connection"}, false), path);
        Path here(path, "connection");
        auto connection = usage.find("connection");
        auto id = connection ? connection->find("id") : std::nullopt;
        if (!id || !id->is(Json::Type::string))
            return reading_.reject(here, "a usage needs its connection's `id`");
        row[1] = out_.text(id->text());
        take(row, "connection_name", *connection, "name", here);

        Parts connection_extra = times(*connection, here);
        append(
            connection_extra,
            redacted(pick(*connection, {"id", "name", "createdAt", "updatedAt", "connector"}, false), here));
        auto connector = connection->find("connector");
        if (connector && !connector->is(Json::Type::null)) {
            Parts connector_extra = read_connector(row, *connector, Path(here, "connector"));
            if (!connector_extra.empty())
                connection_extra.emplace_back("connector", object_text(connector_extra));
        }
        if (!connection_extra.empty())
            extra.emplace_back("connection", object_text(connection_extra));
        if (!extra.empty())
            set(TableId::credential_usages, row, "extra", out_.text(object_text(extra)));
    }

private:
    Parts read_connector(Row row, Json connector, const Path& path) {
        take(row, "connector_id", connector, "id", path);
        take(row, "connector_name", connector, "name", path);
        take(row, "connector_protocol", connector, "protocol", path);
        take(row, "connector_organisation_id", connector, "organisationId", path);
        if (!connector.is(Json::Type::object))
            reading_.note_wrong_type(path, connector);
        Parts extra = times(connector, path);
        append(extra,
               redacted(pick(connector,
                             {"id", "name", "protocol", "organisationId", "createdAt", "updatedAt"}, false),
                        path));
        return extra;
    }

    void take(Row row, std::string_view column, Json object, std::string_view name, const Path& path) {
        auto value = object.find(name);
        if (!value || value->is(Json::Type::null))
            return;
        if (value->is(Json::Type::string))
            set(TableId::credential_usages, row, column, out_.text(value->text()));
        else
            reading_.note_wrong_type(Path(path, name), *value);
    }

    Parts times(Json object, const Path& path) {
        Parts out;
        for (const auto& member : pick(object, {"createdAt", "updatedAt"}, true)) {
            bool expected = member.value.is(Json::Type::string);
            if (!expected)
                reading_.note_wrong_type(Path(path, member.name), member.value);
            out.emplace_back(member.name,
                             expected ? model::canonical(member.value) : reading_.redacted(member.value));
        }
        return out;
    }

    Parts redacted(const Reading::Members& members, const Path& path) {
        Parts out;
        for (const auto& member : members) {
            reading_.note_unknown(Path(path, member.name), member.value);
            out.emplace_back(member.name, reading_.redacted(member.value));
        }
        return out;
    }

    static void append(Parts& to, Parts from) {
        to.insert(to.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
    }

    Reading& reading_;
    model::Document& out_;
};

void read_errors(Reading& reading, model::Document& out, Row row, Json credential, const Path& path) {
    auto errors = credential.find("errors");
    if (!errors || errors->is(Json::Type::null))
        return out.leave_unstated(TableId::credential_errors);
    std::int64_t position = 0;
    Path list(path, "errors");
    for (Json error : reading.array(credential, "errors", false, path)) {
        Path here(list, static_cast<std::size_t>(position));
        if (!error.is(Json::Type::string))
            return reading.reject(here, "expected a string");
        auto line = out.add(TableId::credential_errors);
        line[0] = out.text(out.id());
        line[1] = position++;
        line[2] = out.text(error.text());
    }
    set(TableId::credentials, row, "valid", std::int64_t{position == 0});
}

void read_usages(Reading& reading, model::Document& out, Row row, Json credential, const Path& path) {
    set(TableId::credentials, row, "usages_loaded", std::int64_t{0});
    auto usages = credential.find("usages");
    if (!usages || usages->is(Json::Type::null))
        return out.leave_unstated(TableId::credential_usages);
    UsageReader reader(reading, out);
    Path list(path, "usages");
    std::size_t index = 0;
    for (Json usage : reading.array(credential, "usages", false, path))
        reader.read(usage, Path(list, index++));
    set(TableId::credentials, row, "usages_loaded", std::int64_t{1});
}

} // namespace

void read_credential(Reading& reading, Connector& into, Json credential, const Path& path) {
    if (!credential.is(Json::Type::object))
        return reading.reject(path, "expected an object");
    model::Document out(model::Subject::credential);
    auto row = out.add(TableId::credentials);
    auto unknown =
        reading.fill(out, TableId::credentials, row, credential, {"data", "usages", "errors"}, path);

    reading.note_left_over(TableId::credentials, unknown, path);
    Parts secret;
    for (const auto& member : unknown)
        secret.emplace_back(member.name, model::canonical(member.value));
    auto data = credential.find("data");
    if (data && data->is(Json::Type::object)) {
        Reading::Members members;
        for (model::Member member : data->members())
            members.push_back(member);
        auto type = model::text_of(row[model::table(TableId::credentials).column("type")]);
        Split parts = split(members, credential_shape(type), reading.drift, Path(path, "data"));
        set(TableId::credentials, row, "data", out.text(object_text(std::move(parts.open))));
        if (!parts.secret.empty())
            secret.emplace_back("data", object_text(std::move(parts.secret)));
    } else if (data && !data->is(Json::Type::null)) {
        reading.note_wrong_type(Path(path, "data"), *data);
        secret.emplace_back("data", model::canonical(*data));
    }
    if (!secret.empty())
        set(TableId::credentials, row, "secret_fingerprint",
            out.text(reading.fingerprint(object_text(std::move(secret)))));
    read_errors(reading, out, row, credential, path);
    read_usages(reading, out, row, credential, path);

    auto same =
        std::ranges::find_if(into.credentials, [&](const auto& other) { return other.id() == out.id(); });
    if (same == into.credentials.end()) {
        into.credentials.push_back(std::move(out));
    } else {
        out.inherit(*same);
        *same = std::move(out);
    }
}

} // namespace versori::decode
