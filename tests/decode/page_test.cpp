#include "daemon/decode/page.hpp"

#include "daemon/decode/scan.hpp"
#include "daemon/model/json.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::decode {
namespace {

using namespace std::string_literals;

std::string told(const Page& page) {
    std::string out =
        "total=" + (page.total_count ? std::to_string(*page.total_count) : "none") + " next=" + page.next;
    for (const Element& element : page.elements)
        ((((out += " [") += element.id) += ":") += element.raw) += "]";
    return out;
}

// Nothing when it does not say. Known are the elements in `[id:raw]…`.
std::optional<std::string> split_known(std::string_view body, std::string_view known) {
    PageSplitter splitter;
    auto is_known = [&](const Element& element) {
        return known.find("[" + std::string(element.id) + ":" + std::string(element.raw) + "]") != known.npos;
    };
    auto page = splitter.split_known(body, is_known);
    if (!page)
        return {};
    return told(*page);
}

// `total=… next=… [id:raw]…`, or the failure's sentence.
std::string split(std::string_view body) {
    PageSplitter splitter;
    auto page = splitter.split(body);
    if (page.has_error()) {
        CHECK(page.error().code == errc::bad_page);
        CHECK_FALSE(split_known(body, "[a:{\"id\":\"a\"}] [b:{\"id\":\"b\"}]"));
        return page.error().message;
    }
    std::string out = told(*page);
    CHECK(split_known(body, out).value_or(out) == out);
    return out;
}

TEST_CASE("page: each element keeps exactly its bytes") {
    struct Case {
        std::string_view name;
        const char *body, *expected;
    };
    const Case cases[] = {
        {"the usual", R"({"totalCount":2,"connectors":[{"id":"a"},{"id":"b"}],"next":"n"})",
         R"(total=2 next=n [a:{"id":"a"}] [b:{"id":"b"}])"},
        {"none", R"({"totalCount":0,"connectors":[]})", "total=0 next="},
        {"spaces everywhere",
         " { \"totalCount\" : 1 ,\n \"connectors\" : [ \t{ \"id\" : \"a\" , \"x\" : [ 1 , 2 ] }\r\n ] , "
         "\"next\" : \"n\" } \n",
         "total=1 next=n [a:{ \"id\" : \"a\" , \"x\" : [ 1 , 2 ] }]"},
        {"escapes before, in and after",
         R"({"x":"\n\t\u00e9\ud83d\ude00","connectors":[{"id":"\u0061\"\\","y":"\u00e9"},{"id":"b"}],"totalCount":2})",
         R"(total=2 next= [a"\:{"id":"\u0061\"\\","y":"\u00e9"}] [b:{"id":"b"}])"},
        {"numbers of all forms",
         R"({"a":-1.50e+3,"connectors":[{"n":0.10,"id":"a","m":[1e5,-0]},{"id":"b","n":12345678901234567890}],"totalCount":2})",
         R"(total=2 next= [a:{"n":0.10,"id":"a","m":[1e5,-0]}] [b:{"id":"b","n":12345678901234567890}])"},
        {"ids below the element's own level",
         R"({"totalCount":1,"connectors":[{"o":{"id":"x"},"id":"a","l":[{"id":"y"}]}]})",
         R"(total=1 next= [a:{"o":{"id":"x"},"id":"a","l":[{"id":"y"}]}])"},
        {"an object named id", R"({"totalCount":1,"connectors":[{"id":{"id":"x"},"b":"c"}]})",
         R"(total=1 next= [:{"id":{"id":"x"},"b":"c"}])"},
        {"no readable id", R"({"totalCount":4,"connectors":[{},{"id":7},{"id":null},{"id":""}]})",
         R"(total=4 next= [:{}] [:{"id":7}] [:{"id":null}] [:{"id":""}])"},
        {"elements that are no objects",
         R"({"totalCount":1,"connectors":[1,"x",null,[{"id":"y"}],["id","z"],{"id":"a"}]})",
         R"(total=1 next= [:] [:] [:] [:] [:] [a:{"id":"a"}])"},
        {"unknown members, with the same names inside",
         R"({"meta":{"connectors":[{"id":"x"}],"next":"y","totalCount":9},"list":[{"id":"z"}],"totalCount":1,"connectors":[{"id":"a"}]})",
         R"(total=1 next= [a:{"id":"a"}])"},
        {"connectors last", R"({"next":"n","totalCount":1,"connectors":[{"id":"a"}]})",
         R"(total=1 next=n [a:{"id":"a"}])"},
        {"names with escapes", R"({"total\u0043ount":1,"connectors":[{"\u0069d":"a"}]})",
         R"(total=1 next= [a:{"\u0069d":"a"}])"},
        {"UTF-8", "{\"totalCount\":1,\"connectors\":[{\"n\":\"\u00e9\U0001F600\",\"id\":\"\u20ac\"}]}",
         "total=1 next= [\u20ac:{\"n\":\"\u00e9\U0001F600\",\"id\":\"\u20ac\"}]"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(split(one.body) == one.expected);
    }
}

TEST_CASE("page: known elements are not parsed") {
    struct Case {
        std::string_view name;
        const char *body, *known;
        bool said;
    };
    const char* both = R"([a:{"id":"a","x":"}\"{","y":{}}] [b:{"id":"b"}])";
    const Case cases[] = {
        {"all known", R"({"totalCount":2,"connectors":[{"id":"a","x":"}\"{","y":{}},{"id":"b"}],"next":"n"})",
         both, true},
        {"in another order, connectors first", R"({"connectors":[{"id":"b"},{"id":"a","x":"}\"{","y":{}}]})",
         both, true},
        {"none", R"({"totalCount":0,"connectors":[]})", "", true},
        {"one is not", R"({"totalCount":2,"connectors":[{"id":"b"},{"id":"c"}]})", both, false},
        {"one has other bytes", R"({"totalCount":1,"connectors":[{"id":"b" }]})", both, false},
        {"spaces between them", R"({"totalCount":2,"connectors":[{"id":"b"}, {"id":"b"}]})", both, false},
        {"the id is not the first member", R"({"totalCount":1,"connectors":[{"x":1,"id":"a"}]})",
         R"([a:{"x":1,"id":"a"}])", false},
        {"an id with escapes", R"({"totalCount":1,"connectors":[{"id":"\u0061"}]})", R"([a:{"id":"\u0061"}])",
         false},
        {"no comma between them", R"({"totalCount":2,"connectors":[{"id":"b"}{"id":"b"}]})", both, false},
        {"a comma too many", R"({"totalCount":2,"connectors":[{"id":"b"},]})", both, false},
        {"the end is missing", R"({"totalCount":2,"connectors":[{"id":"b"})", both, false},
        {"something after the end", R"({"totalCount":2,"connectors":[{"id":"b"}]}x)", both, false},
        {"another list of that name before", R"({"x":{"connectors":[{"id":"b"}]},"connectors":[{}]})", both,
         false},
        {"such a text in a string", R"({"x":"\"connectors\":[{\"id\":\"b\"}","connectors":[{}]})", both,
         false},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        auto said = split_known(one.body, one.known);
        CHECK(said.has_value() == one.said);
        if (said)
            CHECK(*said == split(one.body));
    }
}

TEST_CASE("page: the length of an object is told by its braces and quotes, wherever a block of bytes ends") {
    const std::string inside = R"("a\\":{"b":"}\"{\\\\","c\\\"}":[{}, {"d":"\u007d"}]},"e":"\\")";
    for (std::size_t spaces = 0; spaces < 130; ++spaces) {
        CAPTURE(spaces);
        std::string object = "{" + std::string(spaces, ' ') + inside + "}";
        CHECK(object_length(object + ",{\"x\":\"}\"}") == object.size());
        CHECK(object_length(object) == object.size());
        object.pop_back();
        CHECK(object_length(object) == object.npos);
    }
    CHECK(object_length("") == std::string::npos);
    CHECK(object_length("{}") == 2);
    CHECK(object_length("{\"}") == std::string::npos);
}

TEST_CASE("page: a splitter is used again, and bodies are left as they are") {
    PageSplitter splitter;
    std::string first =
        R"({"totalCount":1,"connectors":[{"id":"a\n","long":"xxxxxxxxxxxxxxxxxx"}],"next":"n\t"})";
    std::string copy = first, second = R"({"totalCount":2,"connectors":[{"id":"b"}]})";
    auto one = splitter.split(first);
    REQUIRE(one.has_value());
    CHECK(one->elements[0].id == "a\n");
    auto two = splitter.split(second);
    REQUIRE(two.has_value());
    CHECK(first == copy);
    CHECK(one->elements[0].raw.data() == first.data() + first.find("{\"id\""));
    CHECK(one->next == "n\t");
    CHECK(two->elements[0].id == "b");
    CHECK(two->elements[0].raw == R"({"id":"b"})");
}

TEST_CASE("page: totalCount") {
    struct Case {
        std::string_view value;
        const char* expected;
    };
    const Case cases[] = {
        {"0", "0"},
        {"7", "7"},
        {"250000", "250000"},
        {"999999999999999", "999999999999999"},
        {"1e2", "none"},
        {"3.0", "none"},
        {"-1", "none"},
        {"1234567890123456", "none"},
        {"12345678901234567890", "none"},
        {"\"3\"", "none"},
        {"null", "none"},
        {"true", "none"},
        {"[3]", "none"},
        {"{\"n\":3}", "none"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.value);
        CHECK(split(R"({"totalCount":)" + std::string(one.value) + R"(,"connectors":[]})") ==
              "total=" + std::string(one.expected) + " next=");
    }
    CHECK(split(R"({"connectors":[]})") == "total=none next=");
}

TEST_CASE("page: next absent, null and empty all mean the last page") {
    CHECK(split(R"({"totalCount":0,"connectors":[],"next":null})") == "total=0 next=");
    CHECK(split(R"({"totalCount":0,"connectors":[],"next":""})") == "total=0 next=");
    CHECK(split(R"({"totalCount":0,"connectors":[],"prev":"p"})") == "total=0 next=");
    CHECK(split(R"({"totalCount":0,"connectors":[],"next":"a","next":null})") == "total=0 next=");
}

TEST_CASE("page: what is no page is refused with its reason") {
    struct Case {
        std::string_view name;
        std::string body, expected;
    };
    const Case cases[] = {
        {"nothing", "", "not JSON: The document is empty. (byte 0)"},
        {"HTML", "<html>", "not JSON: Invalid value. (byte 0)"},
        {"cut short", R"({"totalCount":1,"connectors":[{"id":"a")",
         "not JSON: Missing a comma or '}' after an object member. (byte 39)"},
        {"two pages", R"({"connectors":[]}{})",
         "not JSON: The document root must not be followed by other values. (byte 17)"},
        {"a zero byte", R"({"connectors":[]})"s + '\0' + " ", "not JSON: a zero byte (byte 17)"},
        {"Latin-1", "{\"connectors\":[{\"id\":\"caf\xe9\"}]}", "not UTF-8 (byte 25)"},
        {"no connectors", R"({"totalCount":1})", "the page has no `connectors`"},
        {"an error body", R"({"code":"x","message":"y"})", "the page has no `connectors`"},
        {"an array", "[]", "the page has no `connectors`"},
        {"an array of pages", R"([{"totalCount":1,"connectors":[]}])", "the page has no `connectors`"},
        {"a string", "\"connectors\"", "the page has no `connectors`"},
        {"connectors is an object", R"({"connectors":{}})", "`connectors` is an object, not an array"},
        {"connectors is a string", R"({"connectors":"none"})", "`connectors` is a string, not an array"},
        {"connectors is a number", R"({"connectors":0})", "`connectors` is a number, not an array"},
        {"connectors twice", R"({"connectors":[],"connectors":[{"id":"a"}]})", "`connectors` stands twice"},
        {"next is a number", R"({"connectors":[],"next":3})", "`next` is a number, not a string"},
        {"next is an object", R"({"connectors":[],"next":{}})", "`next` is an object, not a string"},
        {"next is an array", R"({"connectors":[],"next":[]})", "`next` is an array, not a string"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(split(one.body) == one.expected);
    }
}

TEST_CASE("page: a control character in a string is refused, wherever it stands") {
    for (int control = 0x01; control < 0x20; ++control)
        for (std::size_t before = 0; before < 40; ++before) {
            CAPTURE(control);
            CAPTURE(before);
            std::string name = std::string(before, 'x') + static_cast<char>(control) + std::string(40, 'y');
            CHECK(split(R"({"totalCount":1,"connectors":[{"id":"a","name":")" + name + "\"}]}")
                      .starts_with("not JSON: "));
            CHECK_FALSE(model::JsonParser().parse("\"" + name + "\"").has_value());
        }
}

TEST_CASE("page: null connectors are none") {
    CHECK(split(R"({"totalCount":0,"connectors":null})") == "total=0 next=");
}

TEST_CASE("page: hostile nesting ends at a limit") {
    CHECK(split(std::string(8 << 20, '[')).starts_with("nested deeper than 64 levels"));
    CHECK(
        split(R"({"connectors":[)" + std::string(8 << 20, '[')).starts_with("nested deeper than 64 levels"));
    std::string objects = R"({"totalCount":1,"connectors":[)";
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    CHECK(split(objects).starts_with("nested deeper than 64 levels"));
}

TEST_CASE("error body: the platform's own, and anything else") {
    struct Case {
        std::string_view name;
        const char *body, *expected; // code and message; empty: none
    };
    const Case cases[] = {
        {"the platform's", R"({"code":"not_found","message":"no such connector"})",
         "not_found/no such connector"},
        {"with fields and details",
         R"({"code":"bad","message":"m","fields":[{"field":"f","message":"x"}],"details":"d","new":1})",
         "bad/m"},
        {"empty texts", R"({"code":"","message":""})", "/"},
        {"no message", R"({"code":"x"})", ""},
        {"no code", R"({"message":"no Route matched with those values"})", ""},
        {"a number as code", R"({"code":404,"message":"x"})", ""},
        {"a list", R"([{"code":"x","message":"y"}])", ""},
        {"wrapped", R"({"error":{"code":"x","message":"y"}})", ""},
        {"HTML", "<html><body>404</body></html>", ""},
        {"nothing", "", ""},
        {"plain text", "404 page not found\n", ""},
        {"Latin-1", "{\"code\":\"x\",\"message\":\"caf\xe9\"}", ""},
        {"a string", "\"code\"", ""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        auto error = parse_error_body(one.body);
        CHECK((error ? error->code + "/" + error->message : "") == one.expected);
    }
    CHECK_FALSE(parse_error_body(std::string(1 << 20, '[')));
}

} // namespace
} // namespace versori::decode
