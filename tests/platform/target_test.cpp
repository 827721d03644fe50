#include "tests/platform/target.hpp"

#include <doctest/doctest.h>

namespace versori::platform {
namespace {

TEST_CASE("a target is taken apart and decoded") {
    auto target =
        parse_target("/o/a%2Fb/connectors?first=2&after=a%3D%3D&name=x+y%20z&flag&categories=A&categories=B");
    REQUIRE(target);
    CHECK(target->path == "/o/a%2Fb/connectors");
    CHECK(target->segments == std::vector<std::string>{"o", "a/b", "connectors"});
    CHECK(target->value("after") == "a==");
    CHECK(target->value("name") == "x y z");
    CHECK(target->value("flag") == "");
    CHECK(!target->value("nothing"));
    CHECK(target->values("categories") == std::vector<std::string>{"A", "B"});
}

TEST_CASE("what is no target") {
    for (const char* text : {"", "x", "http://x/", "/%", "/%2", "/%zz", "/?a=%g0"})
        CHECK_MESSAGE(!parse_target(text), std::string(text));
}

TEST_CASE("percent-encoding comes back") {
    std::string all;
    for (int c = 1; c < 256; ++c)
        all += static_cast<char>(c);
    CHECK(parse_target("/?x=" + percent_encoded(all))->value("x") == all);
    CHECK(percent_encoded("a b+c/ä") == "a%20b%2Bc%2F%C3%A4");
}

} // namespace
} // namespace versori::platform
