#include "daemon/model/change.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace versori::model {
namespace {

using enum TableId;
using Cells = std::initializer_list<std::pair<std::string_view, Value>>;

Row add(Document& document, TableId id, Cells cells) {
    Row row = document.add(id);
    for (const auto& [column, value] : cells)
        row[table(id).column(column)] =
            std::holds_alternative<std::string_view>(value) ? document.text(text_of(value)) : value;
    return row;
}

Value t(std::string_view text) {
    return text;
}
Value n(std::int64_t number) {
    return number;
}

Document connector(std::string_view name = "Shopify") {
    Document out(Subject::connector);
    add(out, connectors, {{"connector_id", t("C")}, {"name", t(name)}});
    return out;
}

Document with_connections(std::initializer_list<std::pair<std::string_view, std::string_view>> connections) {
    Document out = connector();
    for (auto [id, name] : connections)
        add(out, TableId::connections,
            {{"connector_id", t("C")}, {"connection_id", t(id)}, {"name", t(name)}});
    out.sort();
    return out;
}

// `insert connections {"connector_id":"C","connection_id":"N"}`, one a line.
std::string changes_of(const Document& before, const Document& after) {
    std::string out;
    for (const Change& change : diff(before, after)) {
        out += std::string(op_name(change.op)) + " " + std::string(table(change.table).name) + " " +
               key_json(change);
        if (change.op == Op::update)
            out += " " + changed_json(change);
        out += "\n";
    }
    return out;
}

const Document nothing{Subject::connector};

TEST_CASE("diff: what is equal gives nothing") {
    CHECK(changes_of(with_connections({{"a", "1"}, {"b", "2"}}),
                     with_connections({{"a", "1"}, {"b", "2"}})) == "");
    CHECK(changes_of(nothing, nothing) == "");
}

TEST_CASE("diff: another order of the same rows gives nothing") {
    CHECK(changes_of(with_connections({{"a", "1"}, {"b", "2"}, {"c", "3"}}),
                     with_connections({{"c", "3"}, {"a", "1"}, {"b", "2"}})) == "");
}

TEST_CASE("diff: inserts and updates with parents first, then deletions with children first") {
    Document before = with_connections({{"a", "1"}, {"b", "2"}, {"d", "4"}});
    add(before, connection_variables,
        {{"connector_id", t("C")}, {"connection_id", t("a")}, {"name", t("v")}, {"occurrence", n(0)}});
    add(before, connector_tags, {{"connector_id", t("C")}, {"tag", t("x")}, {"position", n(0)}});
    before.sort();
    Document after = with_connections({{"b", "two"}, {"c", "3"}, {"e", "5"}});
    add(after, connection_variables,
        {{"connector_id", t("C")}, {"connection_id", t("c")}, {"name", t("v")}, {"occurrence", n(0)}});
    after.sort();
    CHECK(changes_of(before, after) ==
          R"(update connections {"connector_id":"C","connection_id":"b"} ["name"]
insert connections {"connector_id":"C","connection_id":"c"}
insert connections {"connector_id":"C","connection_id":"e"}
insert connection_variables {"connector_id":"C","connection_id":"c","name":"v","occurrence":0}
delete connection_variables {"connector_id":"C","connection_id":"a","name":"v","occurrence":0}
delete connections {"connector_id":"C","connection_id":"a"}
delete connections {"connector_id":"C","connection_id":"d"}
delete connector_tags {"connector_id":"C","tag":"x","position":0}
)");
}

TEST_CASE("diff: a whole document comes and goes") {
    Document document = with_connections({{"a", "1"}});
    CHECK(changes_of(nothing, document) == R"(insert connectors {"connector_id":"C"}
insert connections {"connector_id":"C","connection_id":"a"}
)");
    CHECK(changes_of(document, nothing) == R"(delete connections {"connector_id":"C","connection_id":"a"}
delete connectors {"connector_id":"C"}
)");
}

TEST_CASE("diff: NULL, empty and zero differ") {
    auto with_url = [](Value url) {
        Document out(Subject::connector);
        add(out, connectors, {{"connector_id", t("C")}, {"name", t("x")}, {"base_url", url}});
        return out;
    };
    CHECK(changes_of(with_url({}), with_url(t(""))) ==
          "update connectors {\"connector_id\":\"C\"} [\"base_url\"]\n");
    CHECK(changes_of(with_url(t("")), with_url({})) ==
          "update connectors {\"connector_id\":\"C\"} [\"base_url\"]\n");
}

TEST_CASE("diff: each change shows both rows") {
    Document before = with_connections({{"a", "1"}}), after = with_connections({{"a", "2"}});
    auto changes = diff(before, after);
    REQUIRE(changes.size() == 1);
    CHECK(text_of(changes[0].before[2]) == "1");
    CHECK(text_of(changes[0].after[2]) == "2");
    CHECK(text_of(changes[0].row()[2]) == "2");
    auto gone = diff(before, connector());
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].after.empty());
    CHECK(text_of(gone[0].row()[2]) == "1");
}

TEST_CASE("records: a row without its key, values as in the row, JSON nested") {
    Document document(Subject::connector);
    add(document, connectors,
        {{"connector_id", t("C")},
         {"owner_organisation_id", t("O\"1\"")},
         {"name", t("a\nb")},
         {"public", n(1)},
         {"protocol", t("http")},
         {"base_url", t("")},
         {"created_at", t("2025-01-01T00:00:00.000000Z")},
         {"updated_at", t("2025-01-02T00:00:00.000000Z")},
         {"extra", t(R"({"rank":1.50})")}});
    CHECK(row_json(connectors, document.row(connectors, 0)) ==
          R"({"owner_organisation_id":"O\"1\"","name":"a\nb","public":1,"protocol":"http","base_url":"",)"
          R"("dataset_id":null,"documentation_url":null,"image_url":null,)"
          R"("created_at":"2025-01-01T00:00:00.000000Z","updated_at":"2025-01-02T00:00:00.000000Z",)"
          R"("extra":{"rank":1.50}})");
    Change insert{connectors, Op::insert, {}, document.row(connectors, 0)};
    CHECK(key_json(insert) == R"({"connector_id":"C"})");
    CHECK(changed_json(insert) == "[]");
}

TEST_CASE("records: changed names columns in the table's order") {
    Document before = connector("a");
    Document later(Subject::connector);
    add(later, connectors,
        {{"extra", t("{}")}, {"connector_id", t("C")}, {"name", t("z")}, {"public", n(0)}});
    auto changes = diff(before, later);
    REQUIRE(changes.size() == 1);
    CHECK(changed_json(changes[0]) == R"(["name","public","extra"])");
}

TEST_CASE("records: what a person calls the row") {
    Document document = with_connections({{"N", "production"}});
    add(document, connection_variables,
        {{"connector_id", t("C")}, {"connection_id", t("N")}, {"name", t("region")}, {"occurrence", n(1)}});
    add(document, connection_credentials,
        {{"connector_id", t("C")},
         {"connection_id", t("N")},
         {"purpose", t("action")},
         {"connection_credential_id", t("L")}});
    add(document, auth_schemes, {{"connector_id", t("C")}, {"auth_scheme_id", t("oauth")}});
    add(document, auth_scheme_messages,
        {{"connector_id", t("C")}, {"auth_scheme_id", t("oauth")}, {"position", n(2)}});
    add(document, TableId::versions, {{"connector_id", t("C")}, {"version_id", t("V")}, {"name", t("v1")}});
    add(document, version_messages, {{"connector_id", t("C")}, {"version_id", t("V")}, {"position", n(0)}});
    add(document, connector_tags, {{"connector_id", t("C")}, {"tag", t("team")}, {"position", n(0)}});
    document.sort();

    std::string labels;
    for (const Change& change : diff(nothing, document))
        labels += label(document, change) + "\n";
    CHECK(labels == "Shopify\n"
                    "Shopify / team\n"
                    "Shopify / oauth\n"
                    "Shopify / oauth / 2\n"
                    "Shopify / production\n"
                    "Shopify / production / region\n"
                    "Shopify / production / action\n"
                    "Shopify / v1\n"
                    "Shopify / v1 / 0\n");
}

TEST_CASE("records: the rows of a credential are called by its name") {
    Document document(Subject::credential);
    add(document, credentials, {{"credential_id", t("CR")}, {"name", t("login")}});
    add(document, credential_errors, {{"credential_id", t("CR")}, {"position", n(0)}, {"text", t("no")}});
    add(document, credential_usages,
        {{"credential_id", t("CR")}, {"connection_id", t("N")}, {"connection_name", t("production")}});
    add(document, credential_usages, {{"credential_id", t("CR")}, {"connection_id", t("nameless")}});
    document.sort();
    std::string labels;
    for (const Change& change : diff(Document(Subject::credential), document))
        labels += label(document, change) + ", " + key_json(change) + "\n";
    CHECK(labels == R"(login, {"credential_id":"CR"}
login / 0, {"credential_id":"CR","position":0}
login / production, {"credential_id":"CR","connection_id":"N"}
login / nameless, {"credential_id":"CR","connection_id":"nameless"}
)");
}

} // namespace
} // namespace versori::model
