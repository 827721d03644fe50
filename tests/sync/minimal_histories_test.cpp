#include "tests/sync/rig.hpp"

#include <doctest/doctest.h>

// The smallest histories known that break rules weaker than those of daemon/fidelity. Lists are given in
// their order, most recently updated first.
namespace versori::sync {
namespace {

using platform::CountTime;
using platform::CursorKind;
using platform::Fault;
using Ending = WalkResult::Ending;

bool asks_for(const platform::Ask& ask, std::string_view connector) {
    return ask.target.ends_with("/connectors/" + std::string(connector));
}

// A mirror of these connectors, one a page, that has been made by one walk.
struct Mirrored : Rig {
    explicit Mirrored(std::initializer_list<const char*> connectors) : Rig(connectors, 1) {
        REQUIRE(walk().complete());
        news();
    }
};

TEST_CASE(
    "offset cursors: one created, one read deleted, one unread updated makes the sum right and the list "
    "wrong") {
    Mirrored rig({"1", "2"});
    SUBCASE("with confirmation") {}
    SUBCASE("without") {
        rig.plan.inquiry.confirm = false;
    }
    bool confirmed = rig.plan.inquiry.confirm;
    rig.before_pages({{}, [&] {
                          rig.add("X");
                          rig.remove("1");
                          rig.touch("2");
                      }});
    CHECK(rig.walk().ending == Ending::settled);
    CHECK(rig.connectors() == "1 2 X");

    rig.walk();
    CHECK(rig.connectors() == (confirmed ? "2 X" : "1 2 X"));
    rig.walk();
    CHECK(rig.connectors() == "2 X");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("any cursor: one read deleted, one imported with an old time, one unread updated") {
    Mirrored rig({"1", "2"});
    bool settled = true;
    SUBCASE("offset") {
        rig.platform.behaviour.cursor = CursorKind::offset;
    }
    SUBCASE("keyset") {
        rig.platform.behaviour.cursor = CursorKind::keyset;
    }
    SUBCASE("id") {
        rig.platform.behaviour.cursor = CursorKind::id;
        rig.platform.behaviour.gone_cursor = platform::GoneCursor::empty_page;
        settled = false;
    }
    rig.plan.inquiry.confirm = false;
    rig.plan.settle_attempts = 1;
    rig.before_pages({{}, [&] {
                          rig.remove("1");
                          rig.add("X", rig.connector("2").updated_at - std::chrono::minutes{1});
                          rig.touch("2");
                      }});
    CHECK((rig.walk().ending == Ending::settled) == settled);
    CHECK(rig.connectors() == (settled ? "1 2 X" : "1 2"));
    rig.walk();
    CHECK(rig.connectors() == "1 2 X");
    rig.walk();
    CHECK(rig.connectors() == "2 X");
}

TEST_CASE("a total counted after the list agrees with a list from which a read one was deleted") {
    Mirrored rig({"1", "2"});
    rig.platform.behaviour.total.time = CountTime::after;
    SUBCASE("with confirmation") {}
    SUBCASE("without") {
        rig.plan.inquiry.confirm = false;
    }
    rig.platform.after_list = [&, done = false]() mutable {
        if (!done)
            rig.remove("1");
        done = true;
    };
    auto result = rig.walk();
    CHECK(result.ending == Ending::settled);
    CHECK(result.progress.connectors == 1);
    CHECK(rig.connectors() == "1 2");
    rig.walk();
    rig.walk();
    CHECK(rig.connectors() == "2");
}

TEST_CASE("a total that is capped agrees with a list that lacks what was updated") {
    Rig rig({"1", "2", "3"}, 1);
    rig.platform.behaviour.cursor = CursorKind::keyset;
    rig.platform.behaviour.total.cap = 2;
    SUBCASE("with confirmation") {}
    SUBCASE("without") {
        rig.plan.inquiry.confirm = false;
    }
    CHECK(rig.walk().ending == Ending::complete);
    rig.before_pages({{}, {}, [&] { rig.touch("3"); }});
    auto result = rig.walk();
    CHECK(result.ending == Ending::settled);
    CHECK(result.progress.connectors == 2);
    CHECK(rig.connectors() == "1 2 3");
    rig.walk();
    CHECK(rig.connectors() == "1 2 3");
}

TEST_CASE("a replica that is one change behind does not know what the mirror has just learned") {
    Mirrored rig({"1", "2"});
    rig.interval = std::chrono::seconds{10};
    SUBCASE("with confirmation, asked of the replica too") {
        rig.platform.fail_when([](const platform::Ask& ask) { return asks_for(ask, "X"); },
                               Fault::with(platform::error_answer(404, "not_found", "no such connector")));
    }
    SUBCASE("without confirmation") {
        rig.plan.inquiry.confirm = false;
    }
    rig.world.remember = 1;
    rig.add("X");
    rig.walk();
    CHECK(rig.connectors() == "1 2 X");

    rig.platform.behaviour.lag = 1;
    for (int i = 0; i < 3; ++i) {
        CHECK(rig.walk().ending == Ending::settled);
        CHECK(rig.connectors() == "1 2 X");
    }
    rig.platform.behaviour.lag = 0;
    CHECK(rig.walk().missing == 0);
    CHECK(rig.connectors() == "1 2 X");
}

TEST_CASE("a credential that one connector gained on a page that failed is kept when another loses it") {
    Rig rig({"A", "B"}, 1);
    rig.connect("B", "B1");
    rig.connect("A", "A1");
    rig.link("A", "A1", "L", "C");
    rig.walk();
    CHECK(rig.select("SELECT credential_id FROM credentials") == std::vector<std::string>{"C"});

    rig.link("B", "B1", "M", "C");
    rig.world.detach_credential(rig.org, "A", "A1", "L");
    rig.platform.fail_when(
        [](const platform::Ask& ask) { return ask.target.find("after=") != ask.target.npos; },
        Fault::status(500));
    CHECK(rig.walk().ending == Ending::incomplete);
    CHECK(rig.select("SELECT connector_id FROM connection_credentials").empty());
    CHECK(rig.select("SELECT credential_id FROM credentials") == std::vector<std::string>{"C"});

    rig.platform.clear_faults();
    CHECK(rig.walk().ending == Ending::settled);
    CHECK(rig.value("SELECT connector_id, credential_id FROM connection_credentials") == "B C");
    CHECK(rig.value("SELECT count(*) FROM changes WHERE op = 'delete' AND table_name = 'credentials'") ==
          "0");
}

TEST_CASE(
    "fifty missing connectors that always answer 500 do not keep one that answers 404 waiting for ever") {
    Rig rig({"stays", "z"}, 100);
    auto hidden = [](std::string_view id) { return id.starts_with("h"); };
    for (int i = 10; i < 60; ++i)
        rig.add("h" + std::to_string(i));
    rig.plan.guard = {1000, 100};
    for (int i = 0; i < 60; ++i)
        rig.add("s" + std::to_string(i));
    rig.walk();
    rig.platform.behaviour.visible = [&](const platform::Connector& one) { return !hidden(one.id); };
    rig.platform.fail_when(
        [](const platform::Ask& ask) { return ask.target.find("/connectors/h") != ask.target.npos; },
        Fault::status(500));
    CHECK(rig.walk().missing == 50);
    rig.remove("z");
    int walks = 0;
    while (rig.value("SELECT count(*) FROM connectors WHERE connector_id = 'z'") == "1" && walks < 60)
        rig.walk(), ++walks;
    CHECK(walks <= 52);
    CHECK(rig.value("SELECT evidence FROM changes WHERE evidence IS NOT NULL") == "not_found");
    CHECK(rig.value("SELECT count(*) FROM connectors WHERE connector_id LIKE 'h%'") == "50");
}

TEST_CASE("access narrowed by a tenth every day is held on the second day") {
    Rig rig({}, 100);
    for (int i = 100; i < 200; ++i)
        rig.add("c" + std::to_string(i));
    rig.interval = std::chrono::hours{12};
    int seen = 100;
    rig.platform.behaviour.visible = [&](const platform::Connector& one) {
        return std::stoi(one.id.substr(1)) < 100 + seen;
    };
    rig.walk();
    rig.walk();
    CHECK(rig.value("SELECT count(*) FROM connectors") == "100");
    for (int day = 1; day <= 4; ++day) {
        seen = seen * 9 / 10;
        auto result = rig.walk();
        CHECK(result.held_reason.empty() == (day == 1));
        CHECK(rig.value("SELECT count(*) FROM connectors") == "90");
        rig.walk();
    }
    seen = 90;
    CHECK(rig.walk().held_reason.empty());
    CHECK(rig.value("SELECT count(*) FROM connectors") == "90");
}

} // namespace
} // namespace versori::sync
