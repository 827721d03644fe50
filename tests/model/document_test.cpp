#include "daemon/model/document.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::model {
namespace {

constexpr auto tags = TableId::connector_tags;
constexpr auto errors = TableId::credential_errors;
constexpr auto usages = TableId::credential_usages;

void add_tag(Document& document, std::string_view tag, std::int64_t position, std::string_view value) {
    auto row = document.add(tags);
    row[0] = document.text("C");
    row[1] = document.text(tag);
    row[2] = position;
    row[3] = document.text(value);
}

std::string all_tags(const Document& document) {
    std::string out;
    for (std::size_t i = 0; i < document.rows(tags).size(); ++i) {
        ConstRow row = document.row(tags, i);
        out += std::string(text_of(row[1])) + std::to_string(std::get<std::int64_t>(row[2])) + "=" +
               std::string(text_of(row[3])) + " ";
    }
    return out;
}

// A credential that says what `valid`, `error` and `usage` hold; nothing where they are empty.
Document credential(std::optional<std::int64_t> valid, std::string_view error,
                    std::optional<std::string_view> usage) {
    Document out(Subject::credential);
    auto row = out.add(TableId::credentials);
    row[0] = out.text("CR");
    if (valid)
        row[table(TableId::credentials).column("valid")] = *valid;
    else
        out.leave_unstated(errors);
    row[table(TableId::credentials).column("usages_loaded")] = std::int64_t{usage.has_value()};
    if (!usage)
        out.leave_unstated(usages);
    if (!error.empty()) {
        auto line = out.add(errors);
        line[0] = out.text("CR"), line[1] = std::int64_t{0}, line[2] = out.text(error);
    }
    if (usage && !usage->empty()) {
        auto line = out.add(usages);
        line[0] = out.text("CR"), line[1] = out.text(*usage);
    }
    return out;
}

std::string said(const Document& document) {
    auto row = document.row(TableId::credentials, 0);
    auto number = [&](std::string_view column) {
        const Value& value = row[table(TableId::credentials).column(column)];
        return is_null(value) ? std::string("null") : std::to_string(std::get<std::int64_t>(value));
    };
    std::string out = "valid " + number("valid") + " loaded " + number("usages_loaded");
    for (TableId id : {errors, usages})
        for (std::size_t i = 0; i < document.rows(id).size(); ++i)
            out += " " + std::string(text_of(document.row(id, i)[id == errors ? 2 : 1]));
    return out;
}

TEST_CASE("document: rows are sorted by key and found by it, whole or in part") {
    Document document(Subject::connector);
    document.add(TableId::connectors)[0] = document.text("C");
    add_tag(document, "b", 0, "4");
    add_tag(document, "a", 10, "3");
    add_tag(document, "a", 2, "2");
    add_tag(document, "a", 0, "1");
    add_tag(document, "\xc3\xa9", 0, "5");
    CHECK_FALSE(document.sort());
    CHECK(all_tags(document) == "a0=1 a2=2 a10=3 b0=4 \xc3\xa9"
                                "0=5 ");
    CHECK(document.id() == "C");

    const Value key[] = {std::string_view("C"), std::string_view("a"), std::int64_t{2}};
    REQUIRE_FALSE(document.find(tags, key).empty());
    CHECK(text_of(document.find(tags, key)[3]) == "2");
    CHECK(text_of(document.find(tags, ConstRow(key).first(2))[3]) == "1");
    const Value none[] = {std::string_view("C"), std::string_view("c"), std::int64_t{0}};
    CHECK(document.find(tags, none).empty());
}

TEST_CASE("document: a key that stands twice is told with its table") {
    Document document(Subject::connector);
    document.add(TableId::connectors)[0] = document.text("C");
    add_tag(document, "a", 0, "1");
    add_tag(document, "b", 0, "1");
    add_tag(document, "a", 0, "2");
    CHECK(document.sort() == tags);
}

TEST_CASE("document: rows and texts stay where they are when it is moved") {
    Document document(Subject::connector);
    CHECK(document.empty());
    std::string source = "text";
    document.add(TableId::connectors)[0] = document.text(source);
    source = "gone";
    for (int i = 0; i < 1000; ++i)
        add_tag(document, "t", i, std::string(50, 'x'));
    const Value* row = document.rows(TableId::connectors)[0];
    Document moved = std::move(document);
    CHECK(moved.rows(TableId::connectors)[0] == row);
    CHECK(moved.id() == "text");
    CHECK(moved.bytes() > 50'000);
}

TEST_CASE("document: what a copy of a credential leaves unsaid stays as it was before") {
    struct Case {
        std::string_view name;
        Document later, earlier;
        const char* expected;
    };
    Case cases[] = {
        {"all said anew", credential(0, "new", "n2"), credential(0, "old", "n1"), "valid 0 loaded 1 new n2"},
        {"nothing said", credential({}, "", {}), credential(0, "old", "n1"), "valid 0 loaded 1 old n1"},
        {"only errors said", credential(1, "", {}), credential(0, "old", "n1"), "valid 1 loaded 1 n1"},
        {"only usages said", credential({}, "", ""), credential(0, "old", "n1"), "valid 0 loaded 1 old"},
        {"never said", credential({}, "", {}), credential({}, "", {}), "valid null loaded 0"},
        {"said for the first time", credential(0, "new", "n2"), credential({}, "", {}),
         "valid 0 loaded 1 new n2"},
        {"empty is said", credential(1, "", ""), credential(0, "old", "n1"), "valid 1 loaded 1"},
        {"nothing before", credential({}, "", {}), Document(Subject::credential), "valid null loaded 0"},
    };
    for (Case& one : cases) {
        CAPTURE(one.name);
        one.later.inherit(one.earlier);
        CHECK(said(one.later) == one.expected);
    }
}

TEST_CASE("document: what was inherited counts as said only if it was") {
    Document first = credential({}, "", {}), second = credential({}, "", {}), third = credential(0, "e", "n");
    second.inherit(first);
    CHECK(second.unstated(errors));
    CHECK(second.unstated(usages));
    second.inherit(third);
    CHECK_FALSE(second.unstated(errors));
    CHECK_FALSE(second.unstated(usages));
    CHECK(said(second) == "valid 0 loaded 1 e n");
}

TEST_CASE("document: inherited texts outlive the document they came from") {
    Document later = credential({}, "", {});
    {
        Document earlier = credential(0, "an error that is long enough to be on the heap", "n1");
        later.inherit(earlier);
    }
    CHECK(said(later) == "valid 0 loaded 1 an error that is long enough to be on the heap n1");
}

} // namespace
} // namespace versori::model
