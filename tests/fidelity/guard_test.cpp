#include "daemon/fidelity/guard.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::fidelity {
namespace {

TEST_CASE("guard: when deletions wait for a person") {
    struct Case {
        std::string_view name;
        GuardFacts facts; // rows, missing, deleted in a day, listed
        std::string expected;
    };
    const Case cases[] = {
        {"nothing is missing", {100, 0, 0, 100, {}}, ""},
        {"nothing is missing, much was deleted", {100, 0, 90, 100, {}}, ""},
        {"nothing is missing under another filter", {100, 0, 0, 100, "it was A, it is B"}, ""},
        {"as many as the count allows", {30, 10, 0, 20, {}}, ""},
        {"one more than the count allows",
         {30, 11, 0, 19, {}},
         "11 of 30 connectors are missing: more than guard_count and guard_percent allow (10)"},
        {"as many as the percentage allows", {1000, 200, 0, 800, {}}, ""},
        {"one more than the percentage allows",
         {1000, 201, 0, 799, {}},
         "201 of 1000 connectors are missing: more than guard_count and guard_percent allow (200)"},
        {"together with those of the last day",
         {1000, 100, 101, 900, {}},
         "100 of 1000 connectors are missing and 101 were deleted in the last 24 hours: more than "
         "guard_count "
         "and guard_percent allow (200)"},
        {"half of four", {4, 2, 0, 2, {}}, ""},
        {"more than half of four", {4, 3, 0, 1, {}}, "3 of 4 connectors are missing: more than half"},
        {"more than half of five with those of the day",
         {5, 1, 2, 4, {}},
         "1 of 5 connectors are missing and 2 were deleted in the last 24 hours: more than half"},
        {"two of three", {3, 2, 0, 1, {}}, ""},
        {"the only one", {1, 1, 0, 0, {}}, ""},
        {"an empty list, two rows", {2, 2, 0, 0, {}}, "2 of 2 connectors are missing: the list is empty"},
        {"an empty list, many rows",
         {50, 50, 0, 0, {}},
         "50 of 50 connectors are missing: the list is empty"},
        {"an empty list, but some are kept by a person",
         {12, 1, 0, 0, {}},
         "1 of 12 connectors are missing: the list is empty"},
        {"another filter, one missing",
         {100, 1, 0, 99, "it was A, it is B"},
         "1 of 100 connectors are missing after a change of the configuration: it was A, it is B"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(hold_reason({10, 20}, one.facts).value_or("") == one.expected);
    }
}

TEST_CASE("guard: the limits are those of the configuration") {
    CHECK_FALSE(hold_reason({0, 100}, {3, 3, 0, 1, {}}));
    CHECK(hold_reason({0, 0}, {3, 1, 0, 2, {}}));
    CHECK(hold_reason({1000, 100}, {100, 51, 0, 49, {}}) ==
          "51 of 100 connectors are missing: more than half");
    CHECK_FALSE(hold_reason({0, 12.5}, {8, 1, 0, 7, {}}));
    CHECK(hold_reason({0, 12.4}, {8, 1, 0, 7, {}}));
}

} // namespace
} // namespace versori::fidelity
