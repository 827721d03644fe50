#include "daemon/decode/reading.hpp"

#include "daemon/model/time.hpp"

#include <algorithm>

namespace versori::decode {

using model::Column;
using model::Json;
using model::Kind;
using model::Need;
using model::TableId;
using model::Value;

namespace {

std::string_view expectation(Kind kind) {
    switch (kind) {
    case Kind::text:
        return "a string";
    case Kind::time:
        return "an RFC 3339 date-time";
    case Kind::boolean:
        return "a boolean";
    case Kind::integer:
        return "an integer";
    case Kind::json:
        return "an array of strings";
    }
    return "";
}

bool documented(std::string_view known, std::string_view value) {
    while (true) {
        auto bar = known.find('|');
        if (known.substr(0, bar) == value)
            return true;
        if (bar == known.npos)
            return false;
        known.remove_prefix(bar + 1);
    }
}

// At most 60 bytes, whole characters.
std::string_view beginning(std::string_view text) {
    if (text.size() <= 60)
        return text;
    std::size_t size = 60;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
        --size;
    return text.substr(0, size);
}

bool is_string(Json json) {
    return json.is(Json::Type::string);
}

} // namespace

void set(TableId id, model::Row row, std::string_view column, Value value) {
    row[model::table(id).column(column)] = value;
}

void Reading::reject(const Path& path, std::string reason) {
    if (!rejection)
        rejection = {std::move(reason), path.exact()};
}

void Reading::note_unknown(const Path& path, Json value) {
    drift.note(path.general(), "unknown member (" + std::string(type_name(value.type())) + ")");
}

void Reading::note_wrong_type(const Path& path, Json value) {
    drift.note(path.general(), "wrong type (" + std::string(type_name(value.type())) + ")");
}

void Reading::note_left_over(TableId id, const Members& members, const Path& path) {
    for (const model::Member& member : members) {
        Path here(path, member.name);
        bool has_column = std::ranges::count(model::table(id).columns, member.name, &Column::member) > 0;
        has_column ? note_wrong_type(here, member.value) : note_unknown(here, member.value);
    }
}

// False when the value is not of the column's kind.
bool Reading::take(model::Document& document, const Column& column, Value& into, Json json,
                   const Path& path) {
    switch (column.kind) {
    case Kind::text:
        if (!is_string(json))
            return false;
        into = document.text(json.text());
        if (!column.known.empty() && !documented(column.known, json.text()))
            drift.note(path.general(), "unknown value \"" + std::string(beginning(json.text())) + "\"");
        return true;
    case Kind::time: {
        auto time = is_string(json) ? model::parse_time(json.text()) : std::nullopt;
        if (time)
            into = document.text(model::format_time(*time));
        return time.has_value();
    }
    case Kind::boolean:
        if (!json.is(Json::Type::boolean))
            return false;
        into = std::int64_t{json.text() == "true"};
        return true;
    case Kind::json:
        if (!json.is(Json::Type::array) || !std::ranges::all_of(json.elements(), is_string))
            return false;
        into = document.text(model::canonical(json));
        return true;
    case Kind::integer:
        break;
    }
    return false;
}

Reading::Members Reading::fill(model::Document& document, TableId id, model::Row row, Json object,
                               std::initializer_list<std::string_view> elsewhere, const Path& path) {
    Members unknown;
    auto columns = model::table(id).columns;
    std::size_t next = 0;
    for (model::Member member : object.members()) {
        std::size_t index = columns.size();
        for (std::size_t i = 0; i < columns.size() && index == columns.size(); ++i) {
            std::size_t candidate = (next + i) % columns.size();
            if (!columns[candidate].member.empty() && columns[candidate].member == member.name)
                index = candidate;
        }
        if (index == columns.size()) {
            if (std::ranges::find(elsewhere, member.name) == elsewhere.end())
                unknown.push_back(member);
            continue;
        }
        next = index + 1;
        const Column& column = columns[index];
        if (member.value.is(Json::Type::null) && column.need == Need::optional) {
            row[index] = {};
            continue;
        }
        Path here(path, member.name);
        if (take(document, column, row[index], member.value, here))
            continue;
        std::string got(type_name(member.value.type()));
        if (column.need == Need::required)
            reject(here, "expected " + std::string(expectation(column.kind)) +
                             (is_string(member.value) ? "" : ", got " + got));
        else
            unknown.push_back(member);
    }
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].need == Need::required && model::is_null(row[i]))
            reject(Path(path, columns[i].member), "is missing");
    return unknown;
}

Value Reading::extra(model::Document& document, Members members) {
    if (members.empty())
        return {};
    Parts parts;
    for (const model::Member& member : members)
        parts.emplace_back(member.name, model::canonical(member.value));
    return document.text(object_text(std::move(parts)));
}

std::string Reading::redacted(Json value) const {
    return R"({"fingerprint":")" + fingerprint(model::canonical(value)) + R"(","type":")" +
           std::string(type_name(value.type())) + "\"}";
}

Value Reading::redacted_extra(model::Document& document, Members members) {
    if (members.empty())
        return {};
    Parts parts;
    for (const model::Member& member : members)
        parts.emplace_back(member.name, redacted(member.value));
    return document.text(object_text(std::move(parts)));
}

std::vector<Json> Reading::array(Json object, std::string_view name, bool required, const Path& path) {
    std::vector<Json> out;
    Path here(path, name);
    auto value = object.find(name);
    if (!value) {
        if (required)
            reject(here, "is missing");
    } else if (value->is(Json::Type::array)) {
        for (Json element : value->elements())
            out.push_back(element);
    } else if (value->is(Json::Type::null)) {
        if (required)
            note_wrong_type(here, *value);
    } else {
        reject(here, "expected an array, got " + std::string(type_name(value->type())));
    }
    return out;
}

} // namespace versori::decode
