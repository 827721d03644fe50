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

TEST_CASE("a member is found by its key") {
    auto root = parse_toml("a = 1\nb = 2\n");
    REQUIRE(root.has_value());
    REQUIRE(find(*root, "b"));
    CHECK(describe(*find(*root, "b")) == "2");
    CHECK_FALSE(find(*root, "c"));
}

} // namespace
} // namespace versori::config
