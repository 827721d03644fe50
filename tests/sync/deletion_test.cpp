#include "tests/sync/rig.hpp"

#include <doctest/doctest.h>

// What is deleted, what is held, and on what evidence.
namespace versori::sync {
namespace {

using platform::Fault;
using platform::Get;
using Ending = WalkResult::Ending;

// So many connectors c100, c101 …, mirrored.
struct Many : Rig {
    explicit Many(int count, int page_size = 100) : Rig({}, page_size) {
        for (int i = 0; i < count; ++i)
            add(name(i));
        REQUIRE(walk().ending == Ending::settled);
        news();
    }
    static std::string name(int i) { return "c" + std::to_string(100 + i); }
    void remove_some(int from, int to) {
        for (int i = from; i < to; ++i)
            remove(name(i));
    }
    std::string count() { return value("SELECT count(*) FROM connectors"); }
    std::string evidence() { return value("SELECT group_concat(DISTINCT evidence) FROM changes"); }
    std::string held() { return value("SELECT held_reason FROM organisations"); }
};

TEST_CASE("one deleted connector goes at once when Get Connector says so") {
    Many rig(5);
    rig.remove("c101");
    CHECK(rig.walk().missing == 0);
    CHECK(rig.news() == std::vector<std::string>{"delete connectors c101 not_found"});
    CHECK(rig.value("SELECT evidence FROM _organisations") ==
          "not_found: Get Connector answers for listed connectors");
}

TEST_CASE("the guard holds") {
    struct Row {
        const char* name;
        int connectors, removed;
        fidelity::GuardLimits limits;
        bool holds;
        const char* says;
    };
    for (const Row& row : {
             Row{"as many as guard_count", 40, 3, {3, 0}, false, ""},
             Row{"one more than guard_count",
                 40,
                 4,
                 {3, 0},
                 true,
                 "4 of 40 connectors are missing: more than guard_count and guard_percent allow (3)"},
             Row{"as many as guard_percent", 40, 8, {3, 20}, false, ""},
             Row{"one more than guard_percent",
                 40,
                 9,
                 {3, 20},
                 true,
                 "9 of 40 connectors are missing: more than guard_count and guard_percent allow (8)"},
             Row{"half of four", 4, 2, {10, 20}, false, ""},
             Row{"more than half of four",
                 4,
                 3,
                 {10, 20},
                 true,
                 "3 of 4 connectors are missing: more than half"},
             Row{"two of three", 3, 2, {10, 20}, false, ""},
             Row{"an empty list", 2, 2, {10, 20}, true, "2 of 2 connectors are missing: the list is empty"},
         }) {
        CAPTURE(row.name);
        Many rig(row.connectors);
        rig.plan.guard = row.limits;
        rig.remove_some(0, row.removed);
        auto result = rig.walk();
        CHECK(result.held_reason == row.says);
        CHECK(result.newly_held == row.holds);
        CHECK(rig.count() == std::to_string(row.holds ? row.connectors : row.connectors - row.removed));
        CHECK(rig.value("SELECT count(*) FROM pending_deletions WHERE held") ==
              std::to_string(row.holds ? row.removed : 0));
    }
}

TEST_CASE("the only connector of an organisation may go") {
    Many rig(1);
    rig.plan.inquiry.confirm = false;
    rig.remove("c100");
    rig.walk();
    CHECK(rig.count() == "1");
    rig.walk();
    CHECK(rig.count() == "0");
}

TEST_CASE(
    "a held organisation takes upserts, asks nothing, warns once and is let go when the listing comes back") {
    Many rig(20);
    bool hidden = true;
    rig.platform.behaviour.visible = [&](const platform::Connector& one) {
        return !hidden || one.id < "c105" || one.id == "new";
    };
    rig.platform.remember_asked = true;
    CHECK(rig.walk().newly_held);
    std::string since = rig.value("SELECT held_since FROM organisations");
    rig.world.rename(rig.org, "c101", "renamed");
    rig.add("new");
    rig.platform.asked.clear();
    auto result = rig.walk();
    CHECK(!result.newly_held);
    CHECK(result.missing == 15);
    CHECK(rig.platform.asked.size() == 1);
    CHECK(rig.news() ==
          std::vector<std::string>{"insert connectors new", "update connectors c101 name,updated_at"});
    CHECK(rig.value("SELECT held_since FROM organisations") == since);
    CHECK(rig.value("SELECT state FROM organisations") == "ok");

    hidden = false;
    CHECK(rig.walk().held_reason == "");
    CHECK(rig.held() == "-");
    CHECK(rig.value("SELECT count(*) FROM missing") == "0");
    CHECK(rig.count() == "21");
}

TEST_CASE("approved in the plan: exactly the missing ones go") {
    Many rig(20);
    rig.remove_some(0, 15);
    rig.walk();
    CHECK(rig.count() == "20");
    rig.plan.approve_deletions = true;
    CHECK(rig.walk().held_reason == "");
    CHECK(rig.count() == "5");
    CHECK(rig.evidence() == "approved");
    CHECK(rig.held() == "-");
    rig.plan.approve_deletions = false;
    rig.remove("c115");
    rig.walk();
    CHECK(rig.count() == "4"); // what was approved is not counted against the guard
}

TEST_CASE("deletions of a day count together, and a hold does not end by waiting") {
    Many rig(40);
    rig.plan.guard = {6, 0};
    rig.remove_some(0, 4);
    rig.walk();
    CHECK(rig.count() == "36");
    rig.remove_some(4, 8);
    CHECK(rig.walk().held_reason.starts_with(
        "4 of 36 connectors are missing and 4 were deleted in the last 24 hours"));
    rig.clock.advance(std::chrono::hours{48});
    CHECK(rig.walk().held_reason != "");
    CHECK(rig.count() == "36");
}

TEST_CASE("another filter or platform deletes nothing: held, with that as the reason") {
    Many rig(20);
    rig.platform.behaviour.visible = [](const platform::Connector& one) { return one.id != "c100"; };
    rig.plan.scope = "http://localhost, name shop";
    for (int i = 0; i < 3; ++i) {
        CHECK(rig.walk().held_reason ==
              "1 of 20 connectors are missing after a change of the configuration: it was "
              "http://localhost, no filter, it is http://localhost, name shop");
        CHECK(rig.count() == "20");
    }
    SUBCASE("set back") {
        rig.platform.behaviour.visible = {};
        rig.plan.scope = "http://localhost, no filter";
        CHECK(rig.walk().held_reason == "");
        CHECK(rig.count() == "20");
    }
    SUBCASE("approved") {
        rig.plan.approve_deletions = true;
        CHECK(rig.walk().held_reason == "");
        rig.plan.approve_deletions = false;
        CHECK(rig.walk().held_reason == "");
        CHECK(rig.count() == "19");
    }
}

TEST_CASE("a person's wish to keep a missing connector holds until it is listed again") {
    Many rig(5);
    rig.plan.inquiry.limit = 0;
    rig.remove("c101");
    rig.walk();
    rig.database().try_begin();
    rig.database().execute("UPDATE missing SET rejected_at = '2025-07-01T00:00:00.000000Z'");
    rig.database().commit();
    rig.plan.inquiry.limit = 50;
    rig.platform.remember_asked = true;
    for (int i = 0; i < 3; ++i)
        CHECK(rig.walk().missing == 0);
    CHECK(rig.count() == "5");
    CHECK(rig.platform.asked.size() == 3);
    rig.add("c101");
    rig.walk();
    CHECK(rig.value("SELECT count(*) FROM missing") == "0");
}

TEST_CASE("what Get Connector answers decides") {
    struct Row {
        const char* name;
        Get get;
        bool goes_at_once, goes_after_two;
        const char* evidence;
    };
    for (const Row& row : {
             Row{"honest", Get::honest, true, true, "not_found"},
             Row{"404 to all: two walks", Get::always_404, false, true, "two_walks"},
             Row{"403 to all: two walks", Get::forbidden, false, true, "two_walks"},
             Row{"a gateway's 404: two walks", Get::gateway_404, false, true, "two_walks"},
             Row{"500: asked again", Get::server_error, false, false, "-"},
         }) {
        CAPTURE(row.name);
        Many rig(5);
        rig.remove("c101");
        rig.platform.behaviour.get = row.get;
        rig.walk();
        CHECK(rig.count() == (row.goes_at_once ? "4" : "5"));
        rig.walk();
        CHECK(rig.count() == (row.goes_after_two ? "4" : "5"));
        CHECK(rig.evidence() == row.evidence);
    }
}

TEST_CASE("a gateway's 404 for one connector proves nothing while the control answers") {
    Many rig(5);
    rig.remove("c101");
    platform::Answer html;
    html.status = 404;
    html.body = "<html>404</html>";
    rig.platform.fail_when([](const platform::Ask& ask) { return ask.target.ends_with("/c101"); },
                           Fault::with(html));
    for (int i = 0; i < 4; ++i)
        rig.walk();
    CHECK(rig.count() == "5");
    CHECK(rig.value("SELECT answer FROM pending_deletions") == "404 without the platform's error object");
    rig.platform.clear_faults();
    rig.walk();
    CHECK(rig.count() == "4");
}

TEST_CASE("a connector that still exists but left the list goes after two walks with the same list") {
    Many rig(5);
    std::string document = [&] {
        platform::Ask ask;
        ask.target = "/api/connect/v1/o/ORG/connectors/c101";
        return rig.platform.answer(ask).body;
    }();
    platform::Answer exists;
    exists.body = document;
    rig.platform.fail_when([](const platform::Ask& ask) { return ask.target.ends_with("/c101"); },
                           Fault::with(exists));
    rig.platform.behaviour.visible = [](const platform::Connector& one) { return one.id != "c101"; };
    rig.walk();
    CHECK(rig.count() == "5");
    CHECK(rig.value("SELECT answer FROM pending_deletions") == "200");
    SUBCASE("the same list") {
        rig.walk();
        CHECK(rig.count() == "4");
        CHECK(rig.evidence() == "unlisted");
    }
    SUBCASE("another list") {
        rig.add("new");
        rig.walk();
        CHECK(rig.count() == "6");
        rig.walk();
        CHECK(rig.count() == "5");
    }
}

TEST_CASE("what is missing is asked about in the order in which it went, a few a walk") {
    Many rig(20);
    rig.plan.inquiry.limit = 2;
    rig.plan.guard = {100, 100};
    rig.remove("c109");
    rig.platform.behaviour.get = Get::server_error;
    rig.walk();
    rig.remove_some(0, 4);
    rig.walk();
    rig.platform.behaviour.get = Get::honest;
    rig.platform.remember_asked = true;
    rig.walk();
    std::string order;
    for (const auto& ask : rig.platform.asked)
        if (auto at = ask.target.rfind("/c1"); at != ask.target.npos)
            order += ask.target.substr(at + 1) + " ";
    // c109 was asked in both walks and stands at the back.
    CHECK(order.starts_with("c100 c101 "));
    CHECK(rig.count() == "18");
    rig.walk();
    CHECK(rig.count() == "16");
    rig.walk();
    CHECK(rig.count() == "15");
}

TEST_CASE("being listed ends being missing, also in a walk that does not come to its end") {
    Many rig(6, 2);
    rig.platform.behaviour.get = Get::server_error;
    bool hidden = true;
    rig.platform.behaviour.visible = [&](const platform::Connector& one) {
        return !hidden || one.id != "c105";
    };
    CHECK(rig.walk().missing == 1);
    hidden = false;
    rig.platform.fail_when(
        [](const platform::Ask& ask) { return ask.target.find("after=") != ask.target.npos; },
        Fault::status(500));
    CHECK(rig.walk().ending == Ending::incomplete);
    CHECK(rig.value("SELECT count(*) FROM missing") == "0");
    CHECK(rig.count() == "6");
}

} // namespace
} // namespace versori::sync
