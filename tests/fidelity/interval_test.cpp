#include "daemon/fidelity/interval.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace versori::fidelity {
namespace {

struct Attempt {
    std::vector<const char*> ids;
    std::optional<std::int64_t> total; // of the first page; nothing: the first request failed
    std::optional<std::int64_t> later_total = {};
    bool refused = false; // the second page
    bool broken = false;  // the second page
};

Ledger walk(const Attempt& attempt) {
    Ledger ledger;
    if (!attempt.total) {
        ledger.failed("no answer");
        return ledger;
    }
    ledger.page(*attempt.total, attempt.ids.size(), "2");
    for (const char* id : attempt.ids)
        ledger.listed(id);
    if (attempt.refused)
        ledger.refused("410");
    else if (attempt.broken)
        ledger.failed("time-out");
    else
        ledger.page(attempt.later_total.value_or(*attempt.total), 0, "");
    return ledger;
}

std::string list_of(const Attempt& attempt) {
    std::string out;
    for (const char* id : attempt.ids)
        (out += id) += ' ';
    return out;
}

TEST_CASE("interval: when an attempt is repeated") {
    struct Case {
        std::string_view name;
        std::vector<Attempt> attempts;
        const char* expected; // per attempt: r: repeat, e: end
        bool miscounts = false;
    };
    const Case cases[] = {
        {"settled at once", {{{"a"}, 1}}, "e"},
        {"settled at the second", {{{"a"}, 1, 2}, {{"a", "b"}, 2}}, "re"},
        {"never settled: three in all", {{{"a"}, 2}, {{"b"}, 2}, {{"c"}, 2}}, "rre"},
        {"the same mismatch twice is the platform's", {{{"a"}, 2}, {{"a"}, 2}}, "re", true},
        {"the same list, another total", {{{"a"}, 2}, {{"a"}, 3}, {{"a"}, 3}}, "rre", true},
        {"another list, the same total", {{{"a"}, 2}, {{"b"}, 2}, {{"a"}, 2}}, "rre"},
        {"the same list twice, but the total moved", {{{"a"}, 1, 2}, {{"a"}, 1, 2}}, "re"},
        {"a failure is not repeated", {{{"a"}, {}}}, "e"},
        {"a page that broke off is not repeated", {{{"a"}, 2, {}, false, true}}, "e"},
        {"a refused cursor is repeated", {{{"a"}, 2, {}, true}, {{"a", "b"}, 2}}, "re"},
        {"a refused cursor, three times in all",
         {{{"a"}, 2, {}, true}, {{"a"}, 2, {}, true}, {{"a"}, 2, {}, true}},
         "rre"},
        {"lists on both sides of an incomplete attempt are not compared",
         {{{"a"}, 2}, {{"a"}, 2, {}, true}, {{"a"}, 2}},
         "rre"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Interval interval(3);
        std::string said;
        for (const Attempt& attempt : one.attempts) {
            Ledger ledger = walk(attempt);
            said += interval.repeat(ledger, ledger.verdict(), list_of(attempt)) ? 'r' : 'e';
        }
        CHECK(said == one.expected);
        CHECK(interval.platform_miscounts() == one.miscounts);
    }
}

TEST_CASE("interval: one attempt when one is allowed") {
    Interval interval(1);
    Ledger ledger = walk({{"a"}, 2});
    CHECK_FALSE(interval.repeat(ledger, ledger.verdict(), "a"));
}

TEST_CASE("interval: listed by an attempt that was repeated, an incomplete one too") {
    Interval interval(3);
    Ledger first = walk({{"a"}, 3, {}, true}), second = walk({{"b"}, 3}), third = walk({{"c"}, 1});
    CHECK_FALSE(interval.listed_before("a"));
    CHECK(interval.repeat(first, first.verdict(), "a"));
    CHECK(interval.listed_before("a"));
    CHECK_FALSE(interval.listed_before("b"));
    CHECK(interval.repeat(second, second.verdict(), "b"));
    CHECK_FALSE(interval.repeat(third, third.verdict(), "c"));
    CHECK(interval.listed_before("a"));
    CHECK(interval.listed_before("b"));
    CHECK_FALSE(interval.listed_before("c"));
}

} // namespace
} // namespace versori::fidelity
