// A page of List Connectors: taken apart, decoded, and decoded again with canaries where its secrets stand.
#include "daemon/decode/page.hpp"
#include "daemon/decode/connector.hpp"
#include "daemon/model/change.hpp"
#include "daemon/model/time.hpp"
#include "tests/fuzz/canaries.hpp"
#include "tests/fuzz/expect.hpp"

#include <algorithm>
#include <array>

using namespace versori;
using fuzz::expect;
using model::Kind;

namespace {

bool is_json(std::string_view text) {
    return model::JsonParser().parse(text).has_value();
}

void check_value(const model::Column& column, const model::Value& value) {
    if (model::is_null(value))
        return expect(column.need != model::Need::required, "a required column is not NULL");
    bool number = column.kind == Kind::boolean || column.kind == Kind::integer;
    expect(number == std::holds_alternative<std::int64_t>(value), "a value is of its column's kind");
    auto text = model::text_of(value);
    expect(model::find_invalid_utf8(text) == text.npos, "a text is UTF-8");
    if (column.kind == Kind::time)
        expect(text.size() == 27 && model::parse_time(text), "a time is written as the mirror writes it");
    if (column.kind == Kind::json)
        expect(is_json(text), "a JSON column holds JSON");
}

// What of a document reaches rows, change records and the log.
std::string check_rows(const model::Document& document) {
    std::string told;
    for (auto id : model::tables_of(document.subject())) {
        const auto& table = model::table(id);
        for (std::size_t i = 0; i < document.rows(id).size(); ++i) {
            auto row = document.row(id, i);
            expect(row.size() == table.columns.size(), "a row has its table's columns");
            for (std::size_t c = 0; c < row.size(); ++c) {
                expect(c >= table.key_size || !model::is_null(row[c]), "a key is not NULL");
                check_value(table.columns[c], row[c]);
                told.append(model::text_of(row[c])) += '\n';
            }
            expect(document.find(id, row.first(table.key_size)).data() == row.data(),
                   "a row is found by its key");
        }
    }
    for (const auto& change : model::diff(model::Document(document.subject()), document))
        expect(is_json(model::key_json(change)) && is_json(model::row_json(change.table, change.after)),
               "a row makes a change record");
    return told;
}

std::string check_connector(std::string_view raw) {
    static const decode::Fingerprinter fingerprint(std::array<std::uint8_t, 32>{'k', 'e', 'y'});
    static const decode::SecretNames names({"*secret*"});
    decode::Drift drift;
    auto connector = decode::ConnectorDecoder(fingerprint, names, drift).decode(raw);
    std::string told;
    if (connector.has_error()) {
        expect(connector.error().json_path.starts_with('$'), "a rejection has a place");
        told = connector.error().json_path + connector.error().reason;
    } else {
        told = check_rows(connector->document);
        for (const auto& credential : connector->credentials)
            told += check_rows(credential);
    }
    for (const auto& [where, count] : drift.notes())
        told += where.first + where.second + '\n';
    return told;
}

void check_element(const decode::Element& element, std::string_view body) {
    std::string_view raw = element.raw, id = element.id;
    if (raw.empty())
        return expect(id.empty(), "what is no object has no id");
    expect(raw.data() >= body.data() && raw.data() + raw.size() <= body.data() + body.size(),
           "an element stands in the body");
    model::JsonParser parser;
    auto json = parser.parse(raw);
    expect(json && json->is(model::Json::Type::object), "an element is an object by itself");
    auto member = json->find("id");
    expect(id == (member && member->is(model::Json::Type::string) ? member->text() : ""),
           "an id is the object's");
    check_connector(raw);
    if (auto planted = fuzz::with_canaries(raw))
        expect(check_connector(*planted).find(fuzz::canary) == std::string::npos, "no secret is told");
}

// What a walk knows: an element of a page, by its last id.
bool could_be_known(const decode::Element& element) {
    std::string in_a_page = "[[" + std::string(element.raw) + "]]";
    model::JsonParser parser;
    auto json = parser.parse(in_a_page);
    if (!json || model::find_invalid_utf8(in_a_page) != in_a_page.npos)
        return false;
    auto object = *(*json->elements().begin()).elements().begin();
    auto id = object.find("id");
    return object.is(model::Json::Type::object) && id && id->is(model::Json::Type::string) &&
           id->text() == element.id;
}

void check_known(std::string_view body, const Result<decode::Page>& whole) {
    static decode::PageSplitter splitter;
    auto page = splitter.split_known(body, could_be_known);
    if (!page)
        return;
    expect(whole.has_value(), "a page of known elements is one");
    expect(page->total_count == whole->total_count && page->next == whole->next, "it says the same");
    expect(std::ranges::equal(page->elements, whole->elements,
                              [](const auto& a, const auto& b) { return a.id == b.id && a.raw == b.raw; }),
           "it has the same elements");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static decode::PageSplitter splitter; // keeps its memory from page to page
    auto body = fuzz::text_of(data, size);
    decode::parse_error_body(body);
    auto page = splitter.split(body);
    check_known(body, page);
    if (!page)
        return 0;
    expect(is_json(body), "a page that was taken apart is JSON");
    expect(page->total_count.value_or(0) >= 0, "a count is a count");
    for (const auto& element : page->elements)
        check_element(element, body);
    return 0;
}
