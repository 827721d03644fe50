#include "daemon/decode/connector.hpp"

#include "daemon/decode/reading.hpp"

namespace versori::decode {
namespace {

using model::Json;
using model::TableId;

void add_tag(model::Document& out, std::string_view tag, std::int64_t position, model::Value value) {
    auto row = out.add(TableId::connector_tags);
    row[0] = out.text(out.id());
    row[1] = out.text(tag);
    row[2] = position;
    row[3] = value;
}

bool is_tag(Json values) {
    for (Json value : values.elements())
        if (!value.is(Json::Type::string))
            return false;
    return values.is(Json::Type::array);
}

// Tags of an unexpected form are left to `unknown`.
void read_tags(Reading& reading, model::Document& out, Json connector, Reading::Members& unknown,
               const Path& root) {
    auto tags = connector.find("tags");
    if (!tags || tags->is(Json::Type::null))
        return;
    bool expected = tags->is(Json::Type::object);
    for (auto [tag, values] : tags->members()) {
        if (!is_tag(values)) {
            expected = false;
            continue;
        }
        std::int64_t position = 0;
        for (Json value : values.elements())
            add_tag(out, tag, position++, out.text(value.text()));
        if (position == 0)
            add_tag(out, tag, 0, {});
    }
    if (expected)
        return;
    reading.note_wrong_type(Path(root, "tags"), *tags);
    unknown.push_back({"tags", *tags});
}

} // namespace

boost::system::result<Connector, Rejection> ConnectorDecoder::decode(std::string_view raw) {
    constexpr std::size_t page_and_list = 2; // what is too deep for a page is too deep by itself
    auto json = parser_.parse(raw, page_and_list);
    if (!json)
        return Rejection{json.error().message, "$"};

    Reading reading(fingerprint_, secret_names_, drift_);
    Path root;
    Connector out;
    auto row = out.document.add(TableId::connectors);
    auto unknown =
        reading.fill(out.document, TableId::connectors, row, *json,
                     {"authSchemeConfigs", "connections", "versions", "tags", "connectionVariables"}, root);
    reading.note_left_over(TableId::connectors, unknown, root);
    read_tags(reading, out.document, *json, unknown, root);
    set(TableId::connectors, row, "extra", reading.extra(out.document, unknown));

    auto schemes = read_schemes(reading, out.document, *json, root);
    read_connections(reading, out, *json, std::move(schemes), root);
    read_versions(reading, out.document, *json, root);
    Path variables(root, "connectionVariables");
    read_variables(reading, out.document, TableId::connector_variables, {out.document.id()},
                   reading.array(*json, "connectionVariables", false, root), variables);

    if (auto twice = out.document.sort())
        reading.reject(root, "the same key stands twice in " + std::string(model::table(*twice).name));
    for (model::Document& credential : out.credentials)
        if (auto twice = credential.sort())
            reading.reject(root, "the same key stands twice in " + std::string(model::table(*twice).name));
    if (reading.rejection)
        return *reading.rejection;
    return out;
}

} // namespace versori::decode
