#include "daemon/emit/sentence.hpp"

#include "tests/emit/records.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::emit;
using model::Op;

namespace {

struct Case {
    const char* name;
    const char* table; // "" for none
    Op op;
    const char* label;
    const char* changed;
    const char* before; // "" for null
    const char* after;
    const char* evidence;
    const char* sentence;
};

constexpr const char* soon = R"({"expires_at":"2026-07-08T11:59:58.000000Z","valid":null})";

const Case cases[] = {
    {"a renamed connection", "connections", Op::update, "Shopify / production", R"(["name","updated_at"])",
     R"({"name":"a"})", R"({"name":"b"})", "", "acme: connection Shopify / production updated: name"},
    {"only the time moved", "connections", Op::update, "Shopify / production", R"(["updated_at"])", "{}",
     "{}", "", "acme: connection Shopify / production updated: updated_at"},
    {"several columns", "connectors", Op::update, "Shopify", R"(["name","base_url","updated_at"])", "{}",
     "{}", "", "acme: connector Shopify updated: name, base_url"},
    {"a new connector", "connectors", Op::insert, "Shopify", "[]", "", R"({"name":"Shopify"})", "",
     "acme: connector Shopify added"},
    {"a deleted connection", "connections", Op::remove, "Shopify / production", "[]", R"({"name":"a"})", "",
     "", "acme: connection Shopify / production deleted"},
    {"deleted: not_found", "connectors", Op::remove, "Shopify", "[]", "{}", "", "not_found",
     "acme: connector Shopify deleted: the platform does not find it any more"},
    {"deleted: two_walks", "connectors", Op::remove, "Shopify", "[]", "{}", "", "two_walks",
     "acme: connector Shopify deleted: two walks with the same list did not list it"},
    {"deleted: unlisted", "connectors", Op::remove, "Shopify", "[]", "{}", "", "unlisted",
     "acme: connector Shopify deleted: it exists, but is not listed any more"},
    {"deleted: approved", "connectors", Op::remove, "Shopify", "[]", "{}", "", "approved",
     "acme: connector Shopify deleted: approved"},
    {"deleted: forgotten", "connectors", Op::remove, "Shopify", "[]", "{}", "", "forgotten",
     "acme: connector Shopify deleted: its organisation is forgotten"},

    {"a new credential", "credentials", Op::insert, "Stripe key", "[]", "",
     R"({"valid":1,"expires_at":null})", "", "acme: credential \"Stripe key\" added"},
    {"a new credential, invalid and about to expire", "credentials", Op::insert, "Stripe key", "[]", "",
     R"({"valid":0,"expires_at":"2026-07-02T13:00:00.000000Z"})", "",
     "acme: credential \"Stripe key\" added, invalid, expires in 1 day"},
    {"a credential turned invalid", "credentials", Op::update, "Stripe key", R"(["valid"])", R"({"valid":1})",
     R"({"valid":0})", "", "acme: credential \"Stripe key\" now invalid"},
    {"a credential turned valid", "credentials", Op::update, "Stripe key", R"(["valid"])", R"({"valid":0})",
     R"({"valid":1})", "", "acme: credential \"Stripe key\" now valid"},
    {"a credential no longer validated", "credentials", Op::update, "Stripe key", R"(["valid"])",
     R"({"valid":0})", R"({"valid":null})", "", "acme: credential \"Stripe key\" not validated any more"},
    {"a rotated credential", "credentials", Op::update, "Stripe key", R"(["secret_fingerprint"])",
     R"({"secret_fingerprint":"aa"})", R"({"secret_fingerprint":"bb"})", "",
     "acme: credential \"Stripe key\" rotated"},
    {"an expiry appears", "credentials", Op::update, "Stripe key", R"(["expires_at"])",
     R"({"expires_at":null})", soon, "", "acme: credential \"Stripe key\" expires in 7 days"},
    {"an expiry moves to the past", "credentials", Op::update, "Stripe key", R"(["expires_at"])", soon,
     R"({"expires_at":"2026-07-01T11:59:59.000000Z"})", "", "acme: credential \"Stripe key\" has expired"},
    {"an expiry within the day", "credentials", Op::update, "Stripe key", R"(["expires_at"])", soon,
     R"({"expires_at":"2026-07-02T11:59:59.000000Z"})", "",
     "acme: credential \"Stripe key\" expires within a day"},
    {"an expiry goes", "credentials", Op::update, "Stripe key", R"(["expires_at"])", soon,
     R"({"expires_at":null})", "", "acme: credential \"Stripe key\" does not expire any more"},
    {"all of it at once", "credentials", Op::update, "Stripe key",
     R"(["name","secret_fingerprint","valid","expires_at"])", R"({"valid":0})",
     R"({"valid":1,"expires_at":"2026-07-08T12:00:00.000000Z"})", "",
     "acme: credential \"Stripe key\" rotated, now valid, expires in 7 days, updated: name"},
    {"a deleted credential", "credentials", Op::remove, "Stripe key", "[]", soon, "", "",
     "acme: credential \"Stripe key\" deleted"},
    {"an error of a credential", "credential_errors", Op::insert, "Stripe key / 0", "[]", "",
     R"({"text":"401 from\nStripe"})", "",
     "acme: credential \"Stripe key\": error \"401 from Stripe\" added"},
    {"an error of a credential goes", "credential_errors", Op::remove, "Stripe / key / 0", "[]",
     R"({"text":"401"})", "", "", "acme: credential \"Stripe / key\": error \"401\" deleted"},
    {"a use of a credential", "credential_usages", Op::insert, "Stripe key / production", "[]", "",
     R"({"connection_name":"production"})", "",
     "acme: credential \"Stripe key\": usage by connection production added"},

    {"a new version, published", "versions", Op::insert, "Shopify / 1.4", "[]", "",
     R"({"name":"1.4","is_latest":1,"is_default":0,"published_at":"2026-07-01T00:00:00.000000Z"})", "",
     "acme: version 1.4 of Shopify published, is now the latest"},
    {"a new version, a draft", "versions", Op::insert, "Shopify / 1.4", "[]", "",
     R"({"name":"1.4","is_latest":0,"is_default":0,"published_at":null})", "",
     "acme: version 1.4 of Shopify added"},
    {"a new draft that is the default", "versions", Op::insert, "Shopify / 1.4", "[]", "",
     R"({"name":"1.4","is_latest":0,"is_default":1,"published_at":null})", "",
     "acme: version 1.4 of Shopify added, is now the default"},
    {"a version published", "versions", Op::update, "Shopify / 1.4", R"(["published_at","updated_at"])",
     R"({"name":"1.4","published_at":null})",
     R"({"name":"1.4","published_at":"2026-07-01T00:00:00.000000Z"})", "",
     "acme: version 1.4 of Shopify published"},
    {"a version becomes the default", "versions", Op::update, "Shopify / 1.4",
     R"(["is_default","updated_at"])", R"({"name":"1.4","is_default":0})", R"({"name":"1.4","is_default":1})",
     "", "acme: version 1.4 of Shopify is now the default"},
    {"a version is the default no more, and described", "versions", Op::update, "Shop / EU / 1.4",
     R"(["description","is_default"])", R"({"name":"1.4","is_default":1})",
     R"({"name":"1.4","is_default":0})", "",
     "acme: version 1.4 of Shop / EU is no longer the default, updated: description"},
    {"a deleted version", "versions", Op::remove, "Shopify / 1.4", "[]", R"({"name":"1.4","is_latest":1})",
     "", "", "acme: version 1.4 of Shopify deleted"},

    {"a tag", "connector_tags", Op::insert, "Shopify / region", "[]", "", "{}", "",
     "acme: tag Shopify / region added"},
    {"a variable of a connection", "connection_variables", Op::update, "Shopify / production / url",
     R"(["value"])", "{}", "{}", "", "acme: variable Shopify / production / url updated: value"},
    {"a link to a credential", "connection_credentials", Op::remove, "Shopify / production / action", "[]",
     "{}", "", "", "acme: credential link Shopify / production / action deleted"},
    {"the baseline", "", Op::baseline, "acme", "[]", "",
     R"({"connectors":12,"connections":1,"versions":0,"credentials":3,"auth_schemes":9})", "",
     "acme: baseline: 12 connectors, 1 connection, 0 versions, 3 credentials"},
    {"control characters do not reach the terminal", "connectors", Op::insert, "a\033[31m\nb\u009bc\u00e9",
     "[]", "", "{}", "", "acme: connector a [31m b  c\u00e9 added"},
};

model::ChangeRecord record_of(const Case& c) {
    auto text = [](const char* value) { return *value ? std::optional<std::string>(value) : std::nullopt; };
    model::ChangeRecord record = renamed(1);
    record.table_name = text(c.table);
    record.op = c.op;
    record.label = c.label;
    record.changed = c.changed;
    record.before = text(c.before);
    record.after = text(c.after);
    record.evidence = text(c.evidence);
    return record;
}

} // namespace

TEST_CASE("the sentence of a change record") {
    for (const Case& c : cases) {
        CAPTURE(c.name);
        CHECK(sentence(record_of(c), "acme") == c.sentence);
    }
}

TEST_CASE("the sentence with values: old and new where both are short") {
    struct {
        const char* name;
        const char* changed;
        const char* before;
        const char* after;
        const char* told;
    } const values[] = {
        {"a text", R"(["name"])", R"({"name":"a"})", R"({"name":"b"})", R"(name "a" → "b")"},
        {"a number", R"(["position"])", R"({"position":1})", R"({"position":2})", "position 1 → 2"},
        {"from null", R"(["base_url"])", R"({"base_url":null})", R"({"base_url":"x"})",
         R"(base_url null → "x")"},
        {"a long text", R"(["name"])", R"({"name":"a"})",
         R"({"name":"0123456789012345678901234567890123456789"})", "name"},
        {"JSON", R"(["extra"])", R"({"extra":{"a":1}})", R"({"extra":null})", "extra"},
        {"a fingerprint", R"(["secret_fingerprint"])", R"({"secret_fingerprint":"aa"})",
         R"({"secret_fingerprint":"bb"})", "secret_fingerprint"},
        {"two", R"(["name","base_url","updated_at"])", R"({"name":"a","base_url":"x"})",
         R"({"name":"b","base_url":"y"})", R"(name "a" → "b", base_url "x" → "y")"},
    };
    for (const auto& c : values) {
        CAPTURE(c.name);
        auto record = renamed(1);
        record.table_name = "connectors";
        record.label = "Shopify";
        record.changed = c.changed;
        record.before = c.before;
        record.after = c.after;
        CHECK(sentence(record, "acme", Detail::values) ==
              std::string("acme: connector Shopify updated: ") + c.told);
    }
}

TEST_CASE("a long error is cut between characters") {
    auto record = renamed(1);
    record.table_name = "credential_errors";
    record.op = Op::insert;
    record.label = "key / 0";
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "é";
    record.after = "{\"text\":\"" + text + "\"}";
    CHECK(sentence(record, "acme") ==
          "acme: credential \"key\": error \"" + text.substr(0, 200) + "…\" added");
}
