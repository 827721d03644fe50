#include "tests/sync/rig.hpp"

#include <doctest/doctest.h>

namespace versori::sync {
namespace {

TEST_CASE("rig: a seeded world is mirrored column by column") {
    Rig rig(platform::World::seeded({.organisations = 1, .connectors = 70}));
    WalkResult result = rig.walk();
    CHECK(result.ending == WalkResult::Ending::settled);
    CHECK(result.reason == "");
    CHECK(rig.rows() == rig.expected());
    CHECK(rig.news() == std::vector<std::string>{"baseline"});
}

} // namespace
} // namespace versori::sync
