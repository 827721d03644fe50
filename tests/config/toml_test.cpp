#include "daemon/config/toml.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

std::string outline(const Table& table) {
    std::string text;
    for (const auto& member : table) {
        text += std::to_string(member.place.line) + ':' + std::to_string(member.place.column) + ' ' +
                member.key + " = " + describe(member.node) + " at " + std::to_string(member.node.place.line) +
                ':' + std::to_string(member.node.place.column) + '\n';
        if (auto* inner = std::get_if<Table>(&member.node.value))
            text += outline(*inner);
    }
    return text;
}

TEST_CASE("values keep their places and the file's order") {
    auto root = parse_toml("z = 1\n"
                           "a = \"é\"\n"
                           "[s]\n"
                           "  y = 2.5\n"
                           "  b = true\n"
                           "  d = 2020-01-02\n");
    REQUIRE(root.has_value());
    CHECK(outline(*root) == "1:1 z = 1 at 1:5\n"
                            "2:1 a = \"é\" at 2:5\n"
                            "3:2 s = a table at 3:1\n"
                            "4:3 y = 2.5 at 4:7\n"
                            "5:3 b = true at 5:7\n"
                            "6:3 d = a date or time at 6:7\n");
}

TEST_CASE("dotted keys within nested values end in a syntax error, not in a stack overflow") {
    std::string dots = "a", text = "x = ", end;
    for (int i = 0; i < 250; ++i)
        dots += ".a";
    for (int i = 0; i < 84; ++i) {
        text += "[\n{" + dots + " = ";
        end += "}]";
    }
    auto root = parse_toml(text + "1" + end);
    REQUIRE(root.has_error());
    CHECK(root.error().message.find("nest") != std::string::npos);
    CHECK(root.error().place.line > 1);
}

TEST_CASE("a member is found by its key") {
    auto root = parse_toml("a = 1\nb = 2\n");
    REQUIRE(root.has_value());
    REQUIRE(find(*root, "b"));
    CHECK(describe(*find(*root, "b")) == "2");
    CHECK_FALSE(find(*root, "c"));
}

} // namespace
} // namespace versori::config
