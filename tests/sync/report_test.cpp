#include "daemon/sync/report.hpp"

#include <doctest/doctest.h>

namespace versori::sync {
namespace {

TEST_CASE("the status line names who is in trouble, and why where that is one sentence") {
    struct Case {
        std::size_t organisations;
        std::map<std::string, std::string> troubled;
        std::string line;
    };
    const Case cases[] = {
        {0, {}, "No organisation is configured: add an [[organisation]] to the configuration, then reload."},
        {1, {}, "Mirroring 1 organisation."},
        {2, {}, "Mirroring 2 organisations."},
        {2, {{"acme", "denied: no"}}, "Mirroring 2 organisations; acme: denied: no"},
        {3,
         {{"acme", "the disk is full"}, {"globex", "the disk is full"}},
         "Mirroring 3 organisations; acme, globex: the disk is full"},
        {3,
         {{"acme", "denied: no"}, {"globex", "the disk is full"}},
         "Mirroring 3 organisations; in trouble: acme, globex (see versori-mirror status)."},
    };
    for (const Case& one : cases)
        CHECK_EQ(status_line(one.organisations, one.troubled), one.line);
}

TEST_CASE("a walk is trouble when it is not complete or its deletions are held") {
    WalkResult result;
    result.ending = WalkResult::Ending::settled;
    CHECK_EQ(trouble(result), "");
    result.ending = WalkResult::Ending::complete;
    result.reason = "the total moved";
    CHECK_EQ(trouble(result), "");
    result.held_reason = "12 of 20 are missing";
    CHECK_EQ(trouble(result), "deletions are held: 12 of 20 are missing");
    result.ending = WalkResult::Ending::denied;
    result.reason = "401";
    CHECK_EQ(trouble(result), "denied: 401");
}

} // namespace
} // namespace versori::sync
