#include "daemon/fidelity/ledger.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>

namespace versori::fidelity {
namespace {

void read(Ledger& ledger, std::optional<std::int64_t> total, std::initializer_list<const char*> ids,
          const char* next) {
    ledger.page(total, ids.size(), next);
    for (const char* id : ids)
        ledger.listed(id);
}

std::string told(const Verdict& verdict) {
    std::string out = verdict.settled() ? "settled" : verdict.complete() ? "complete" : "incomplete";
    if (!verdict.reason.empty())
        out += ": " + verdict.reason;
    if (verdict.moved)
        out += " [moved]";
    if (verdict.miscounted)
        out += " [miscounted]";
    if (verdict.stale)
        out += " [stale]";
    return out;
}

TEST_CASE("ledger: what one attempt amounts to") {
    struct Case {
        std::string_view name;
        std::function<void(Ledger&)> walk;
        const char* expected;
        bool counts_absences;
    };
    const Case cases[] = {
        {"two pages, all adds up",
         [](Ledger& l) {
             read(l, 3, {"a", "b"}, "2"), read(l, 3, {"c"}, "");
         },
         "settled", true},
        {"an empty organisation", [](Ledger& l) { read(l, 0, {}, ""); }, "settled", true},
        {"an empty last page", [](Ledger& l) { read(l, 1, {"a"}, "2"), read(l, 1, {}, ""); }, "settled",
         true},
        {"nothing was read", [](Ledger&) {}, "incomplete: the walk was not finished", false},
        {"stopped between pages", [](Ledger& l) { read(l, 3, {"a"}, "2"); },
         "incomplete: the walk was not finished", false},
        {"a request failed", [](Ledger& l) { read(l, 3, {"a"}, "2"), l.failed("page 2: time-out"); },
         "incomplete: page 2: time-out", false},
        {"of two failures the first one",
         [](Ledger& l) { read(l, 3, {"a"}, "2"), l.failed("first"), l.failed("second"); },
         "incomplete: first", false},
        {"a failure after the last page", [](Ledger& l) { read(l, 1, {"a"}, ""), l.failed("late"); },
         "incomplete: late", false},
        {"a cursor was refused", [](Ledger& l) { read(l, 3, {"a"}, "2"), l.refused("404"); },
         "incomplete: 404 [moved]", false},
        {"a cursor came twice",
         [](Ledger& l) { read(l, 3, {"a"}, "2"), read(l, 3, {"b"}, "3"), read(l, 3, {"c"}, "2"); },
         "incomplete: the same cursor came twice [moved]", false},
        {"neither connectors nor an end", [](Ledger& l) { read(l, 3, {"a"}, "2"), read(l, 3, {}, "3"); },
         "incomplete: a page had neither connectors nor an end [moved]", false},
        {"the total moved", [](Ledger& l) { read(l, 2, {"a"}, "2"), read(l, 3, {"b"}, ""); },
         "complete: the total went from 2 to 3 during the walk", true},
        {"the total moved and came back",
         [](Ledger& l) { read(l, 3, {"a"}, "2"), read(l, 2, {"b"}, "3"), read(l, 3, {"c"}, ""); },
         "complete: the total went from 3 to 2 during the walk", true},
        {"the total went away", [](Ledger& l) { read(l, 2, {"a"}, "2"), read(l, {}, {"b"}, ""); },
         "complete: the total went from 2 to none during the walk", true},
        {"no total at all", [](Ledger& l) { read(l, {}, {"a"}, ""); }, "complete: the platform gave no total",
         true},
        {"a connector came twice",
         [](Ledger& l) {
             read(l, 2, {"a"}, "2"), read(l, 2, {"b", "a"}, "");
         },
         "complete: connector a came twice", true},
        {"twice on one page",
         [](Ledger& l) {
             read(l, 1, {"a", "a"}, "");
         },
         "complete: connector a came twice", true},
        {"an element without an id",
         [](Ledger& l) {
             read(l, 1, {"a"}, "");
             l.unreadable();
         },
         "complete: an element of the list had no readable id", true},
        {"fewer than the total",
         [](Ledger& l) {
             read(l, 3, {"a", "b"}, "");
         },
         "complete: 2 connectors were listed, the total says 3 [miscounted]", true},
        {"more than the total",
         [](Ledger& l) {
             read(l, 1, {"a", "b"}, "");
         },
         "complete: 2 connectors were listed, the total says 1 [miscounted]", true},
        {"an older document than is known",
         [](Ledger& l) {
             read(l, 1, {"a"}, "");
             l.stale("a");
         },
         "complete: connector a came older than it is known [stale]", false},
        {"older and broken",
         [](Ledger& l) {
             read(l, 2, {"a"}, "2");
             l.stale("a");
             l.failed("gone");
         },
         "incomplete: gone [stale]", false},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Ledger ledger;
        one.walk(ledger);
        CHECK(told(ledger.verdict()) == one.expected);
        CHECK(ledger.verdict().counts_absences() == one.counts_absences);
    }
}

TEST_CASE("ledger: goes for more pages until the end or the first obstacle") {
    Ledger ledger;
    CHECK(ledger.wants_more());
    read(ledger, 2, {"a"}, "2");
    CHECK(ledger.wants_more());
    SUBCASE("the end") {
        read(ledger, 2, {"b"}, "");
    }
    SUBCASE("a failure") {
        ledger.failed("no");
    }
    SUBCASE("a refusal") {
        ledger.refused("no");
    }
    SUBCASE("a loop") {
        read(ledger, 2, {"b"}, "2");
    }
    SUBCASE("an empty page that goes on") {
        read(ledger, 2, {}, "3");
    }
    CHECK_FALSE(ledger.wants_more());
}

TEST_CASE("ledger: a moving total does not end a walk") {
    Ledger ledger;
    read(ledger, 2, {"a"}, "2");
    read(ledger, 5, {"a"}, "3");
    CHECK(ledger.wants_more());
    CHECK(ledger.ids().size() == 1);
    CHECK(ledger.total_count() == 2);
}

} // namespace
} // namespace versori::fidelity
