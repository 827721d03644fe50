#include "tests/platform/platform.hpp"

#include "tests/platform/json.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>

namespace versori::platform {
namespace {

struct Fixture {
    explicit Fixture(int connectors = 23)
        : world(World::seeded({.organisations = 1, .connectors = connectors})), platform(world),
          org(world.organisations[0].id) {}

    std::string path(const std::string& query = "") const {
        return "/api/connect/v1/o/" + org + "/connectors" + query;
    }

    Answer ask(const std::string& target, const std::string& authorization = "") {
        Ask ask;
        ask.target = target;
        ask.authorization = authorization;
        return platform.answer(ask);
    }

    std::vector<std::string> order() const {
        std::vector<std::string> ids;
        for (auto* connector : listed(world.organisations[0]))
            ids.push_back(connector->id);
        return ids;
    }

    World world;
    Platform platform;
    std::string org;
};

struct Page {
    std::int64_t total;
    std::vector<std::string> ids;
    std::optional<std::string> next;
    bool has_next_member;
    std::optional<std::string> prev;
};

Page read(const Answer& answer) {
    REQUIRE(answer.status == 200);
    rapidjson::Document json;
    json.Parse(answer.body.data(), answer.body.size());
    REQUIRE(!json.HasParseError());
    Page page{json["totalCount"].GetInt64(), {}, {}, json.HasMember("next"), {}};
    for (const auto& connector : json["connectors"].GetArray())
        page.ids.push_back(connector["id"].GetString());
    if (page.has_next_member && json["next"].IsString())
        page.next = json["next"].GetString();
    if (json.HasMember("prev"))
        page.prev = json["prev"].GetString();
    return page;
}

// Follows `next` in any of its forms to the end.
std::vector<std::string> walk(Fixture& on, std::size_t size) {
    std::vector<std::string> ids;
    std::string first = "?first=" + std::to_string(size), target = on.path(first);
    for (int pages = 0; pages < 100; ++pages) {
        Page page = read(on.ask(target));
        ids.insert(ids.end(), page.ids.begin(), page.ids.end());
        if (!page.next || page.next->empty())
            return ids;
        const std::string& next = *page.next;
        if (next.starts_with("http://localhost/"))
            target = next.substr(16);
        else if (next.starts_with('/'))
            target = next;
        else if (next.starts_with('?'))
            target = on.path(next);
        else
            target = on.path(first + "&after=" + percent_encoded(next));
    }
    FAIL("the walk does not end");
    return ids;
}

TEST_CASE("every cursor and every form of next leads through all connectors in order") {
    for (auto cursor : {CursorKind::offset, CursorKind::keyset, CursorKind::id})
        for (auto next : {NextForm::opaque, NextForm::absolute, NextForm::relative, NextForm::query})
            for (auto order : {Order::updated, Order::id})
                for (std::size_t size : {1, 5, 23, 40}) {
                    Fixture on;
                    on.platform.behaviour.cursor = cursor;
                    on.platform.behaviour.next = next;
                    on.platform.behaviour.order = order;
                    auto expected = on.order();
                    if (order == Order::id)
                        std::ranges::sort(expected);
                    CHECK(walk(on, size) == expected);
                }
}

TEST_CASE("the last page ends as asked for") {
    Fixture on(3);
    CHECK(!read(on.ask(on.path())).has_next_member);
    on.platform.behaviour.end = NextEnd::null;
    Page page = read(on.ask(on.path()));
    CHECK(page.has_next_member);
    CHECK(!page.next);
    on.platform.behaviour.end = NextEnd::empty;
    CHECK(read(on.ask(on.path())).next == "");
    on.platform.behaviour.trailing_empty_page = true;
    page = read(on.ask(on.path()));
    CHECK(page.ids.size() == 3);
    page = read(on.ask(on.path("?after=" + percent_encoded(*page.next))));
    CHECK(page.ids.empty());
    CHECK(page.next == "");
}

TEST_CASE("prev leads back") {
    for (auto cursor : {CursorKind::offset, CursorKind::keyset, CursorKind::id}) {
        Fixture on(9);
        on.platform.behaviour.cursor = cursor;
        Page first = read(on.ask(on.path("?first=4")));
        Page second = read(on.ask(on.path("?first=4&after=" + percent_encoded(*first.next))));
        Page back = read(on.ask(on.path("?first=4&before=" + percent_encoded(*second.prev))));
        CHECK(!first.prev);
        CHECK(back.ids == first.ids);
    }
}

TEST_CASE("a deletion on a page already read makes an offset skip one, a keyset not") {
    for (auto [cursor, missed] :
         {std::pair{CursorKind::offset, 1}, {CursorKind::keyset, 0}, {CursorKind::id, 0}}) {
        Fixture on(8);
        on.platform.behaviour.cursor = cursor;
        auto all = on.order();
        Page first = read(on.ask(on.path("?first=4")));
        on.world.remove(on.org, all[1]);
        Page second = read(on.ask(on.path("?first=9&after=" + percent_encoded(*first.next))));
        CHECK(second.ids.size() == 4u - missed);
    }
}

TEST_CASE("an id cursor whose connector is gone") {
    for (auto [gone, status] : {std::pair{GoneCursor::gone_410, 410u},
                                {GoneCursor::bad_request_400, 400u},
                                {GoneCursor::empty_page, 200u}}) {
        Fixture on(8);
        on.platform.behaviour.cursor = CursorKind::id;
        on.platform.behaviour.gone_cursor = gone;
        auto all = on.order();
        Page first = read(on.ask(on.path("?first=4")));
        on.world.remove(on.org, all[3]);
        CHECK(on.ask(on.path("?after=" + percent_encoded(*first.next))).status == status);
    }
}

TEST_CASE("totals before, with and after the list") {
    struct Case {
        CountTime time;
        std::int64_t total;
    };
    for (auto [time, total] : {Case{CountTime::before, 5}, {CountTime::with, 6}, {CountTime::after, 7}}) {
        Fixture on(5);
        on.platform.behaviour.total.time = time;
        on.platform.between_requests = on.platform.after_list = [&] { on.world.create(on.org); };
        Page page = read(on.ask(on.path()));
        CHECK(page.total == total);
        CHECK(page.ids.size() == 6);
    }
}

TEST_CASE("totals capped, fixed and counting what is invisible") {
    Fixture on(9);
    auto hidden = on.order()[0];
    on.platform.behaviour.visible = [=](const Connector& one) { return one.id != hidden; };
    CHECK(read(on.ask(on.path())).total == 8);
    on.platform.behaviour.total.counts_invisible = true;
    CHECK(read(on.ask(on.path())).total == 9);
    on.platform.behaviour.total.cap = 4;
    CHECK(read(on.ask(on.path())).total == 4);
    on.platform.behaviour.total.fixed = 77;
    CHECK(read(on.ask(on.path())).total == 77);
    CHECK(on.ask(on.path("/" + hidden)).status == 404);
}

TEST_CASE("a lagging replica lists an earlier state; Get does not lag") {
    Fixture on(5);
    on.platform.behaviour.lag = 1;
    on.world.remember = 1;
    std::string id = on.world.create(on.org);
    CHECK(read(on.ask(on.path())).total == 5);
    CHECK(on.ask(on.path("/" + id)).status == 200);
    on.world.touch(on.org, id);
    CHECK(read(on.ask(on.path())).total == 6);
}

TEST_CASE("page sizes: the default, the maximum, and the refusal") {
    Fixture on(40);
    CHECK(read(on.ask(on.path())).ids.size() == 20);
    on.platform.behaviour.page_maximum = 7;
    CHECK(read(on.ask(on.path("?first=30"))).ids.size() == 7);
    on.platform.behaviour.page_refused = 10;
    CHECK(on.ask(on.path("?first=11")).status == 400);
    CHECK(on.ask(on.path("?first=10")).status == 200);
    for (const char* size : {"0", "-1", "x", "", "1.5"})
        CHECK(on.ask(on.path("?first=" + std::string(size))).status == 400);
}

TEST_CASE("filters") {
    Fixture on(40);
    auto& connectors = on.world.organisations[0].connectors;
    for (auto& connector : connectors)
        connector.tags.reset();
    connectors[3].tags.emplace().push_back({"region", {"eu", "us"}});
    connectors[3].tags->push_back({"b&b", {}});
    connectors[4].tags.emplace().push_back({"region", {"us"}});
    connectors[5].name = "Ünique & Co";
    connectors[5].categories = {"Supply Chain & Logistics"};
    connectors[6].categories = {"Hospitality"};
    auto ids = [&](const std::string& query) {
        auto found = read(on.ask(on.path("?" + query))).ids;
        std::ranges::sort(found);
        return found;
    };
    auto those = [&](std::initializer_list<int> indices) {
        std::vector<std::string> some;
        for (int i : indices)
            some.push_back(connectors[i].id);
        std::ranges::sort(some);
        return some;
    };
    CHECK(ids("tags=region") == those({3, 4}));
    CHECK(ids("tags=region%3Aeu") == those({3}));
    CHECK(ids("tags=region:us,b%26b") == those({3}));
    CHECK(ids("tags=region:jp").empty());
    CHECK(ids("categories=Hospitality&categories=Supply%20Chain%20%26%20Logistics") == those({5, 6}));
    CHECK(ids("name=NIQUE+%26") == those({5}));
    CHECK(ids("first=40&protocol=BIG").size() == 8);
    CHECK(on.ask(on.path("?categories=Nonsense")).status == 400);
    CHECK(on.ask(on.path("?sort=name:asc,id:desc")).status == 200);
    CHECK(on.ask(on.path("?sort=name")).status == 400);
}

TEST_CASE("Get Connector, honest and otherwise") {
    Fixture on;
    auto& connector = on.world.organisations[0].connectors[0];
    CHECK(on.ask(on.path("/" + connector.id)).body == connector_json(on.world.organisations[0], connector));
    CHECK(on.ask(on.path("/nope")).body == R"({"code":"not_found","message":"there is no connector nope"})");
    struct Case {
        Get get;
        unsigned own, imported;
    };
    std::string own = on.path("/" + connector.id);
    auto& other = on.world.organisations[0].connectors[1];
    other.organisation_id = "somebody";
    for (auto [get, own_status, imported] : {Case{Get::always_404, 404, 404},
                                             {Get::not_found_for_imported, 200, 404},
                                             {Get::forbidden, 403, 403},
                                             {Get::server_error, 500, 500},
                                             {Get::gateway_404, 404, 404}}) {
        on.platform.behaviour.get = get;
        connector.organisation_id = on.org;
        CHECK(on.ask(own).status == own_status);
        CHECK(on.ask(on.path("/" + other.id)).status == imported);
    }
    CHECK(on.ask(own).body.starts_with("<html>"));
}

TEST_CASE("tokens, organisations and paths") {
    Fixture on;
    on.platform.authorizations[on.org] = {"Bearer one", "JWT two"};
    CHECK(on.ask(on.path(), "Bearer one").status == 200);
    CHECK(on.ask(on.path(), "JWT two").status == 200);
    CHECK(on.ask(on.path(), "Bearer two").status == 401);
    CHECK(on.ask(on.path()).status == 401);
    CHECK(on.ask("/api/connect/v1/o/nope/connectors").status == 404);
    CHECK(on.ask("/elsewhere").body == "404 page not found\n");
    on.platform.behaviours[on.org].denied = 403;
    CHECK(on.ask(on.path(), "Bearer one").status == 403);
}

TEST_CASE("faults wait in line, or for a request") {
    Fixture on;
    on.platform.fail_next(Fault::status(429, {{"Retry-After", "2"}}), 2);
    on.platform.fail_next(Fault::on_wire(Wire::cut));
    CHECK(on.ask(on.path()).status == 429);
    CHECK(on.ask(on.path()).headers[0].second == "2");
    CHECK(on.ask(on.path()).wire == Wire::cut);
    CHECK(on.ask(on.path()).status == 200);
    on.platform.fail_when([](const Ask& ask) { return ask.target.find("after=") != std::string::npos; },
                          Fault::status(503));
    CHECK(on.ask(on.path()).status == 200);
    CHECK(on.ask(on.path("?after=x")).status == 503);
    on.platform.clear_faults();
    CHECK(on.ask(on.path("?after=x")).status == 400);
    CHECK(on.platform.asked.size() == 7);
}

TEST_CASE("spellings of a time differ, the instant does not") {
    Time time = *model::parse_time("2025-01-31T23:59:59.5Z");
    std::set<std::string> spellings;
    for (std::uint64_t style = 0; style < 200; ++style) {
        spellings.insert(spell(time, "id", style));
        CHECK(model::parse_time(spell(time, "id", style)) == time);
    }
    CHECK(spellings.size() > 10);
    CHECK(spell(time, "id") == spell(time, "id"));
}

} // namespace
} // namespace versori::platform
