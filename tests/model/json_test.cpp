#include "daemon/model/json.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::model {
namespace {

using namespace std::string_literals;

std::string canonical_of(std::string_view text) {
    JsonParser parser;
    auto json = parser.parse(text);
    return json ? canonical(*json) : "failure: " + json.error().message;
}

std::string failure_of(std::string_view text) {
    JsonParser parser;
    auto json = parser.parse(text);
    if (json)
        return "parsed";
    CHECK(json.error().code == errc::bad_page);
    return json.error().message;
}

std::string nested(int levels, char open, std::string_view inner, char close) {
    return std::string(static_cast<std::size_t>(levels), open) + std::string(inner) +
           std::string(static_cast<std::size_t>(levels), close);
}

TEST_CASE("json: numbers keep the digits they arrived with") {
    for (std::string number :
         {"0", "-0", "1", "-0.10", "1.0", "1e5", "1E+05", "1.50e-07", "12345678901234567890",
          "-9223372036854775809", "0.1000000000000000055511151231257827"}) {
        CAPTURE(number);
        CHECK(canonical_of(number) == number);
        CHECK(canonical_of("[" + number + "]") == "[" + number + "]");
        CHECK(canonical_of("[ " + number + " , " + number + "\n]") == "[" + number + "," + number + "]");
        CHECK(canonical_of("{\"a\":" + number + ",\"b\" : [ " + number + " ] }") ==
              "{\"a\":" + number + ",\"b\":[" + number + "]}");
        CHECK(canonical_of(" " + number + "\t\r\n") == number);
        CHECK(canonical_of("{\"a\":" + number + "}") == "{\"a\":" + number + "}");
    }
}

TEST_CASE("json: numbers beside strings with escapes stay where they are") {
    CHECK(canonical_of(R"({"\u0061\n":1.10,"x":"\u00e9\u00e9\u00e9","y":-2e3,"z":["\t\t",3.0,"\\"]})") ==
          R"({"a\n":1.10,"x":"ééé","y":-2e3,"z":["\t\t",3.0,"\\"]})");
}

TEST_CASE("json: what is no number is refused") {
    for (std::string text : {"01", "+1", ".5", "1.", "1e", "0x10", "NaN", "Infinity", "-", "1 2"}) {
        CAPTURE(text);
        CHECK(canonical_of(text).starts_with("failure: "));
    }
}

TEST_CASE("json: a number beyond all doubles is refused, however it is written") {
    for (const std::string& text : {std::string("1e400"), std::string("-1E309"), std::string(400, '9')}) {
        CAPTURE(text);
        CHECK(failure_of(text).starts_with("Number too big to be stored in double."));
    }
}

TEST_CASE("json: canonical form") {
    struct Case {
        std::string_view name;
        std::string_view text;
        const char* expected;
    };
    const Case cases[] = {
        {"members in byte order", R"({"b":1,"a":2,"B":3,"ab":4,"":5})", R"({"":5,"B":3,"a":2,"ab":4,"b":1})"},
        {"bytes are unsigned", "{\"\u00e9\":1,\"z\":2,\"\U0001F600\":3,\"\uffff\":4}",
         "{\"z\":2,\"\u00e9\":1,\"\uffff\":4,\"\U0001F600\":3}"},
        {"of equal names the last one", R"({"a":1,"b":0,"a":{"c":1},"a":[]})", R"({"a":[],"b":0})"},
        {"equal only after unescaping", R"({"a":1,"\u0061":2})", R"({"a":2})"},
        {"arrays keep their order", R"([3,1,2,1])", "[3,1,2,1]"},
        {"no spaces", " { \"a\" : [ 1 , { } , [ ] ] } ", R"({"a":[1,{},[]]})"},
        {"literals", "[true,false,null]", "[true,false,null]"},
        {"a lone string", R"("x")", R"("x")"},
        {"nested objects are sorted too", R"([{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}])",
         R"([{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}])"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(canonical_of(one.text) == one.expected);
        CHECK(canonical_of(one.expected) == one.expected);
    }
}

TEST_CASE("json: escapes") {
    CHECK(canonical_of(R"("\"\\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\ud83d\ude00")") ==
          "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\u2028\U0001F600\"");
    CHECK(quoted("a/b \x01 \"") == R"("a/b \u0001 \"")");
    for (int byte = 0; byte < 128; ++byte)
        for (std::size_t at = 0; at < 20; ++at) {
            std::string text(20, 'z');
            text[at] = static_cast<char>(byte);
            std::string out = quoted(text);
            CAPTURE(out);
            CHECK(std::ranges::none_of(out, [](unsigned char c) { return c < 0x20; }));
            JsonParser parser;
            auto read = parser.parse(out);
            REQUIRE(read.has_value());
            CHECK(read->text() == text);
        }
    JsonParser parser;
    auto json = parser.parse(R"({"z\u0000y":"a\u0000b"})");
    REQUIRE(json.has_value());
    CHECK(json->find("z\0y"s)->text() == "a\0b"s);
    CHECK(canonical(*json) == R"({"z\u0000y":"a\u0000b"})");
    CHECK(failure_of(R"("\ud800")").starts_with("The surrogate pair in string is invalid."));
    CHECK(failure_of(R"("\x")").starts_with("Invalid escape character in string."));
    CHECK(failure_of("\"a\nb\"") != "parsed");
}

TEST_CASE("json: failures name the byte") {
    struct Case {
        std::string_view name;
        std::string text, expected;
    };
    const Case cases[] = {
        {"nothing", "", "The document is empty. (byte 0)"},
        {"spaces", "  \n", "The document is empty. (byte 3)"},
        {"two values", "{} {}", "The document root must not be followed by other values. (byte 3)"},
        {"cut short", "{\"a\":[1,", "Invalid value. (byte 8)"},
        {"a zero byte at the end", "{\"a\":1}\0"s, "a zero byte (byte 7)"},
        {"a zero byte and more", "[1]\0[2]"s, "a zero byte (byte 3)"},
        {"no quotes", "{a:1}", "Missing a name for object member. (byte 1)"},
        {"a comment", "/* x */ 1", "Invalid value. (byte 0)"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(failure_of(one.text) == one.expected);
    }
    CHECK(failure_of("{\"a\":\0 1}"s) != "parsed");
    CHECK(failure_of("\"a\0b\""s) != "parsed");
}

TEST_CASE("json: nesting ends at a limit") {
    constexpr int most = JsonParser::max_depth;
    auto arrays = nested(most, '[', "", ']');
    CHECK(canonical_of(arrays) == arrays);
    CHECK(failure_of(nested(most + 1, '[', "", ']')).starts_with("nested deeper than 64 levels"));
    std::string objects, ends;
    for (int i = 0; i < most + 1; ++i)
        objects += "{\"a\":", ends += '}';
    CHECK(failure_of(objects + "1" + ends).starts_with("nested deeper than 64 levels"));
    CHECK(failure_of(std::string(8 << 20, '[')).starts_with("nested deeper than 64 levels"));
}

TEST_CASE("json: looking into a value") {
    JsonParser parser;
    auto json = parser.parse(R"({"a":[1,[2,3],{"x":{}}],"s":"t","e":{},"n":null,"a2":true})");
    REQUIRE(json.has_value());
    CHECK(json->is(Json::Type::object));
    std::string names;
    for (Member member : json->members())
        (names += member.name) += std::string(":") + std::string(type_name(member.value.type())) + " ";
    CHECK(names == "a:array s:string e:object n:null a2:boolean ");
    std::string elements;
    Json array = *json->find("a");
    for (Json element : array.elements())
        (elements += canonical(element)) += ' ';
    CHECK(elements == R"(1 [2,3] {"x":{}} )");
    CHECK(json->find("s")->text() == "t");
    CHECK_FALSE(json->find("t"));
    CHECK_FALSE(json->find("s")->find("t"));
    CHECK(json->find("e")->members().begin() == json->find("e")->members().end());
    CHECK(array.members().begin() == array.members().end());
    CHECK(json->elements().begin() == json->elements().end());
}

TEST_CASE("json: a parser is used again") {
    JsonParser parser;
    REQUIRE(parser.parse(R"({"long":"text that was here before","a":[1,2,3]})").has_value());
    CHECK(parser.parse("{").has_error());
    auto json = parser.parse("[7]");
    REQUIRE(json.has_value());
    CHECK(canonical(*json) == "[7]");
}

TEST_CASE("json: the first byte that is not UTF-8") {
    struct Case {
        std::string_view name;
        std::string text;
        std::size_t expected;
    };
    constexpr auto none = std::string_view::npos;
    const Case cases[] = {
        {"nothing", "", none},
        {"ASCII", "all of this is plain", none},
        {"two, three and four bytes", "\u00e9\u20ac\U0001F600\u07ff\uffff\U0010FFFF", none},
        {"a zero byte is UTF-8", "a\0b"s, none},
        {"a stray tail", "abc\x80", 3},
        {"after eight clean bytes", "12345678\xff", 8},
        {"within the first eight",
         "1234567\xff"
         "89",
         7},
        {"long form of a slash", "a\xc0\xaf", 1},
        {"long form in three bytes", "\xe0\x9f\xbf", 0},
        {"long form in four bytes", "\xf0\x8f\xbf\xbf", 0},
        {"a surrogate", "x\xed\xa0\x80", 1},
        {"the last before the surrogates", "\xed\x9f\xbf", none},
        {"beyond the last", "\xf4\x90\x80\x80", 0},
        {"five bytes", "\xf8\x88\x80\x80\x80", 0},
        {"cut short after one", "abcdefgh\xc3", 8},
        {"cut short after three", "\U0001F600\xf0\x9f\x98", 4},
        {"Latin-1", "caf\xe9 au lait", 3},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(find_invalid_utf8(one.text) == one.expected);
    }
}

} // namespace
} // namespace versori::model
