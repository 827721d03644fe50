#include "daemon/sync/head_look.hpp"

#include "tests/sync/rig.hpp"

#include <doctest/doctest.h>

namespace versori::sync {
namespace {

using Lines = std::vector<std::string>;

// Twelve connectors, mirrored; c01 was updated last.
struct Mirrored : Rig {
    Mirrored() : Rig(names(), 10) {
        walk();
        news();
        platform.remember_asked = true;
    }
    static std::initializer_list<const char*> names() {
        static const std::initializer_list<const char*> some = {"c01", "c02", "c03", "c04", "c05", "c06",
                                                                "c07", "c08", "c09", "c10", "c11", "c12"};
        return some;
    }
    std::string last_walk() {
        return value("SELECT outcome, error, pages, rows_inserted, rows_updated, rows_deleted FROM walks "
                     "ORDER BY walk_id DESC");
    }
    std::string walks() { return value("SELECT count(*) FROM walks"); }
};

TEST_CASE("head look: what is new is applied by one request, with its records") {
    Mirrored rig;
    rig.touch("c09");
    rig.add("c13");
    auto before = rig.platform.asked.size();
    auto result = rig.look(10);
    CHECK(result.reason == "");
    CHECK(rig.platform.asked.size() == before + 1);
    CHECK(rig.news() == Lines{"insert connectors c13", "update connectors c09 updated_at"});
    CHECK(rig.last_walk() == "incomplete - 1 1 1 0");
    CHECK(rig.value("SELECT connector_count FROM organisations") == "13");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("head look: one that finds nothing leaves no trace") {
    Mirrored rig;
    auto walks = rig.walks();
    rig.look(10);
    CHECK(rig.walks() == walks);
    CHECK(rig.news().empty());
}

TEST_CASE("head look: it goes on to the first page with a connector that is known") {
    Mirrored rig;
    for (const char* id : {"c05", "c06", "c07", "c08", "c09"})
        rig.touch(id);
    auto before = rig.platform.asked.size();
    rig.look(2);
    CHECK(rig.platform.asked.size() == before + 3);
    CHECK(rig.news().size() == 5);
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("head look: it concludes nothing of what it does not see") {
    Mirrored rig;
    for (const char* id : {"c01", "c02", "c03"})
        rig.remove(id);
    rig.touch("c12");
    rig.look(10);
    CHECK(rig.news() == Lines{"update connectors c12 updated_at"});
    CHECK(rig.value("SELECT count(*) FROM connectors") == "12");
    CHECK(rig.value("SELECT count(*) FROM missing") == "0");
    CHECK(rig.value("SELECT last_complete_walk, state FROM organisations") == "1 ok");
}

TEST_CASE("head look: being listed ends being missing") {
    Mirrored rig;
    auto away = rig.connector("c12");
    rig.remove("c12");
    rig.plan.inquiry.confirm = false;
    rig.walk();
    REQUIRE(rig.value("SELECT connector_id FROM missing") == "c12");
    rig.organisation().connectors.push_back(away);
    rig.touch("c12");
    rig.look(10);
    CHECK(rig.value("SELECT count(*) FROM missing") == "0");
}

TEST_CASE("head look: an older document is not applied, not doubted and not believed") {
    Mirrored rig;
    rig.connector("c01").name = "new";
    rig.touch("c01");
    rig.walk();
    rig.news();
    rig.connector("c01").name = "old";
    rig.connector("c01").updated_at -= std::chrono::seconds{1};
    for (int i = 0; i < 3; ++i)
        rig.look(10);
    CHECK(rig.news().empty());
    CHECK(rig.value("SELECT count(*) FROM _connectors WHERE doubted_updated_at IS NOT NULL") == "0");
    rig.walk();
    CHECK(rig.news().empty());
    rig.look(10);
    CHECK(rig.news().empty());
    rig.walk();
    CHECK(rig.news() == Lines{"update connectors c01 name,updated_at"});
}

TEST_CASE("head look: nothing before the baseline, nor when pages fail") {
    Rig rig({"a", "b"});
    rig.look(10);
    CHECK(rig.value("SELECT count(*) FROM connectors") == "0");
    rig.walk();
    rig.news();
    rig.touch("a");
    for (const auto& fault : {platform::Fault::status(500), platform::Fault::status(401)}) {
        rig.platform.fail_next(fault);
        CHECK(rig.look(10).reason != "");
        rig.platform.clear_faults();
        CHECK(rig.news().empty());
        CHECK(rig.value("SELECT state, consecutive_failures FROM organisations") == "ok 0");
    }
    rig.look(10);
    CHECK(rig.news() == Lines{"update connectors a updated_at"});
}

TEST_CASE("head look: a connector that cannot be normalised is left to the walk") {
    Mirrored rig;
    rig.connector("c01").raw_json = R"({"id":"c01","name":7})";
    rig.touch("c02");
    rig.look(10);
    CHECK(rig.news() == Lines{"update connectors c02 updated_at"});
    CHECK(rig.value("SELECT count(*) FROM rejects") == "0");
}

} // namespace
} // namespace versori::sync
