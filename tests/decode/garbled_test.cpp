#include "daemon/decode/page.hpp"
#include "tests/decode/sample.hpp"

#include <random>
#include <vector>

namespace versori::decode {
namespace {

const std::string page_text =
    R"({"totalCount":2,"next":"n","connectors":[{"id":"A","n":-1.5e3,"a":[1,{"id":"x"}]}, {"x":{"id":1},"id":"B\u00e9"}],)"
    R"("prev":null,"more":[[{"connectors":[{"id":"y"}]}]]})";

const std::string connector_text =
    Sample{
        .connections =
            R"([{"id":"N","name":"prod","createdAt":"2025-01-03T00:00:00Z","updatedAt":"2025-01-04T00:00:00+01:00",
             "variables":[{"name":"region","value":"eu"}],"credentials":{"trigger":[{"id":"L1"}],"action":[{"id":"L2",
             "credential":{"id":"CR","organisationId":"X","type":"basic-auth","name":"c","data":{"username":"u","password":"p"},
             "errors":["one"],"usages":[{"connection":{"id":"N","name":"prod","connector":{"id":"C","name":"Shop"}}}]},
             "authSchemeConfig":{"id":"S","schemeType":"oauth2","grant":{"grantType":"password","clientSecret":"s"}}}]}}])",
        .schemes =
            R"([{"id":"S","schemeType":"oauth2","scopes":[{"name":"a"}],"validationMessages":[{"text":"t","severity":"info"}]}])",
        .versions =
            R"([{"id":"V","name":"1","isLatest":true,"isDefault":true,"createdAt":"2025-01-01T00:00:00Z",
                     "updatedAt":"2025-01-01T00:00:00Z","publishedAt":null,"messages":[]}])",
        .more = R"(,"tags":{"team":["b"]},"extra":1.50)"}
        .text();

// A few bytes changed, left out, doubled or put in, so that much of it stays JSON.
std::string garbled(std::string text, std::mt19937_64& random) {
    static constexpr std::string_view bytes = "{}[]\",:\\019.-+eEtfn u\xc3\xa9\x80\x01";
    for (auto edits = random() % 3 + 1; edits > 0; --edits) {
        std::size_t at = random() % text.size(), length = random() % 12;
        char byte = bytes[random() % bytes.size()];
        switch (random() % 5) {
        case 0:
            text[at] = byte;
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(at, 1, byte);
            break;
        case 3:
            text.insert(at, text.substr(random() % text.size(), length));
            break;
        default:
            std::swap(text[at], text[random() % text.size()]);
        }
        if (text.empty())
            text = " ";
    }
    return text;
}

TEST_CASE("garbled: a page is split as the parser reads it, or not at all") {
    std::mt19937_64 random(20250601);
    PageSplitter splitter;
    model::JsonParser parser;
    int split = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text = garbled(page_text, random);
        CAPTURE(text);
        auto page = splitter.split(text);
        if (page.has_error())
            continue;
        ++split;
        std::vector<std::string> ids;
        auto whole = parser.parse(text);
        REQUIRE(whole.has_value());
        std::string elements;
        if (auto connectors = whole->find("connectors"))
            for (model::Json element : connectors->elements()) {
                auto id = element.find("id");
                bool readable = id && id->is(model::Json::Type::string);
                ids.emplace_back(readable ? id->text() : "");
                elements += element.is(model::Json::Type::object) ? canonical(element) : "none";
            }
        REQUIRE(page->elements.size() == ids.size());
        std::string raw;
        for (std::size_t e = 0; e < ids.size(); ++e) {
            REQUIRE(page->elements[e].id == ids[e]);
            auto alone = parser.parse(page->elements[e].raw);
            raw += alone ? canonical(*alone) : "none";
        }
        REQUIRE(raw == elements);
    }
    CHECK(split > 2'000);
}

TEST_CASE("garbled: a connector is decoded or rejected with a place") {
    std::mt19937_64 random(20250602);
    int decoded_well = 0, rejected = 0;
    REQUIRE(Decoded(std::string_view(connector_text)).rejection == "");
    for (int i = 0; i < 5'000; ++i) {
        std::string text = garbled(connector_text, random);
        if (model::find_invalid_utf8(text) != text.npos)
            continue;
        CAPTURE(text);
        Decoded decoded{std::string_view(text)};
        ++(decoded.rejection.empty() ? decoded_well : rejected);
        if (!decoded.rejection.empty()) {
            REQUIRE(decoded.rejection.starts_with('$'));
            continue;
        }
        std::string rows = decoded.everything();
        REQUIRE(model::find_invalid_utf8(rows) == rows.npos);
    }
    CHECK(decoded_well > 200);
    CHECK(rejected > 500);
}

} // namespace
} // namespace versori::decode
