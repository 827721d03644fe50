#include "daemon/fidelity/id_set.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace versori::fidelity {
namespace {

using namespace std::string_literals;

TEST_CASE("id set: an empty one") {
    IdSet set;
    CHECK(set.size() == 0);
    CHECK_FALSE(set.contains(""));
    CHECK_FALSE(set.contains("a"));
    set.for_each([](std::string_view) { FAIL("nothing is in it"); });
}

TEST_CASE("id set: ids are opaque text") {
    IdSet set;
    std::vector<std::string> ids = {"a", "A", "", "a ", "a\0"s, "a\0b"s, "\xff", std::string(5000, 'x')};
    for (const std::string& id : ids)
        CHECK(set.insert(id));
    for (const std::string& id : ids)
        CHECK_FALSE(set.insert(id));
    CHECK(set.size() == ids.size());
    for (const std::string& id : ids)
        CHECK(set.contains(id));
    CHECK_FALSE(set.contains("a\0c"s));
    CHECK_FALSE(set.contains(std::string(4999, 'x')));
}

TEST_CASE("id set: many, in the order of insertion") {
    IdSet set;
    for (int i = 0; i < 20'000; ++i)
        REQUIRE(set.insert("connector-" + std::to_string(i * 7)));
    CHECK(set.size() == 20'000);
    int next = 0;
    set.for_each([&](std::string_view id) {
        if (id != "connector-" + std::to_string(next++ * 7))
            FAIL(id);
    });
    CHECK(next == 20'000);
    int found = 0;
    for (int i = 0; i < 140'000; ++i)
        found += set.contains("connector-" + std::to_string(i));
    CHECK(found == 20'000);
}

TEST_CASE("id set: merged with another") {
    IdSet one, other;
    one.insert("a"), one.insert("b");
    other.insert("b"), other.insert("c");
    one.merge(other);
    CHECK(one.size() == 3);
    CHECK(one.contains("c"));
    CHECK(other.size() == 2);
    one.merge(one);
    CHECK(one.size() == 3);
    one.merge(IdSet());
    CHECK(one.size() == 3);
}

} // namespace
} // namespace versori::fidelity
