#include "tests/platform/control.hpp"

#include <doctest/doctest.h>

namespace versori::platform {
namespace {

struct Fixture {
    Fixture() : world(World::seeded({.organisations = 2, .connectors = 40})), platform(world) {
        for (Connector& one : world.organisations[0].connectors)
            if (!one.connections.empty() && one.connections[0].action &&
                !one.connections[0].action->empty() && one.versions.size() > 1)
                connector = &one;
        REQUIRE(connector);
        base = "/organisations/acme/connectors/" + connector->id;
    }

    Answer call(const std::string& method, const std::string& target) {
        Ask ask;
        ask.method = method;
        ask.target = target;
        return control(platform, ask);
    }

    void done(const std::string& target) {
        Answer answer = call("POST", target);
        CHECK_MESSAGE(answer.status == 200, (target + ": " + answer.body));
    }

    World world;
    Platform platform;
    Connector* connector = nullptr;
    std::string base;
};

TEST_CASE("connectors: create, import, rename, touch, reorder, delete") {
    Fixture on;
    auto& connectors = on.world.organisations[0].connectors;
    std::size_t before = connectors.size();
    connectors.reserve(before + 2);
    Time updated = on.connector->updated_at;
    on.done(on.base + "/rename?name=A%20%26%20B");
    CHECK(on.connector->name == "A & B");
    CHECK(on.connector->updated_at > updated);
    updated = on.connector->updated_at;
    on.done("/organisations/acme/connectors/A%20&%20B/touch");
    CHECK(on.connector->updated_at > updated);
    on.done(on.base + "/reorder?seed=1");
    on.done("/organisations/acme/connectors?name=New");
    CHECK(connectors.back().name == "New");
    on.done("/organisations/acme/import?updatedAt=2001-01-01T00:00:00Z");
    CHECK(listed(on.world.organisations[0]).back()->updated_at == *model::parse_time("2001-01-01T00:00:00Z"));
    on.done(on.base + "/delete");
    CHECK(connectors.size() == before + 1);
    CHECK(on.call("POST", on.base + "/delete").status == 404);
}

TEST_CASE("connections and their credentials") {
    Fixture on;
    std::string connection = on.connector->connections[0].id,
                link = on.connector->connections[0].action->front().id;
    std::string path = on.base + "/connections/" + connection;
    std::string other = on.world.organisations[0].credentials.begin()->first;
    on.done(path + "/rename?name=other");
    CHECK(on.connector->connections[0].name == "other");
    on.done(path + "/attach?purpose=trigger&credential=" + other);
    CHECK(on.connector->connections[0].trigger->back().credential_id == other);
    on.done(path + "/detach?id=" + link);
    on.done(on.base + "/connections?name=added");
    CHECK(on.connector->connections.back().name == "added");
    std::string target = on.world.organisations[0].connectors[0].id;
    on.done(path + "/move?to=" + target);
    CHECK(on.world.connection(on.world.organisations[0].id, target, connection).name == "other");
    on.done("/organisations/acme/connectors/" + target + "/connections/" + connection + "/delete");
}

TEST_CASE("versions") {
    Fixture on;
    Version& version = on.connector->versions[0];
    std::string path = on.base + "/versions/" + version.id;
    on.done(path + "/rename?name=9.9");
    on.done(path + "/publish");
    on.done(path + "/default");
    on.done(path + "/latest");
    CHECK(version.name == "9.9");
    CHECK(version.published_at);
    CHECK(version.is_default);
    CHECK(version.is_latest);
    CHECK(!on.connector->versions[1].is_latest);
    on.done(path + "/delete");
    on.done(on.base + "/versions?name=10");
    CHECK(on.connector->versions.back().name == "10");
}

TEST_CASE("credentials") {
    Fixture on;
    on.done("/organisations/acme/credentials?type=basic-auth&name=login");
    const std::string org = on.world.organisations[0].id;
    Credential* made = nullptr;
    for (auto& [id, credential] : on.world.organisations[0].credentials)
        if (credential.name == "login")
            made = &credential;
    REQUIRE(made);
    Json::Object before = made->data;
    std::string path = "/organisations/acme/credentials/" + made->id;
    on.done(path + "/rotate");
    CHECK(made->data != before);
    on.done(path + "/invalidate?error=expired");
    CHECK(made->errors->back() == "expired");
    on.done(path + "/validate");
    CHECK(made->errors->empty());
    on.done(path + "/rename?name=other");
    CHECK(made->name == "other");
}

TEST_CASE("random edits: as many as asked, where asked, the same for the same seed") {
    Fixture one, other;
    one.world.now = other.world.now = *model::parse_time("2100-01-01T00:00:00Z"); // later than any clock
    Answer answer = one.call("POST", "/mutate?org=globex&count=7&seed=3");
    CHECK(one.world.mutations == 7);
    CHECK(other.call("POST", "/mutate?org=globex&count=7&seed=3").body == answer.body);
    CHECK(one.call("POST", "/mutate?org=nobody").status == 404);
}

TEST_CASE("behaviour, for all or for one organisation") {
    Fixture on;
    const std::string acme = on.world.organisations[0].id, globex = on.world.organisations[1].id;
    on.done("/behaviour?cursor=keyset&next=absolute&end=empty&total=after&total-cap=5&get=403&lag=2");
    CHECK(on.platform.behaviour.cursor == CursorKind::keyset);
    CHECK(on.platform.behaviour.total.cap == 5);
    CHECK(on.world.remember == 2);
    on.done("/behaviour?org=globex&denied=401&total-cap=none");
    CHECK(on.platform.behaviour_of(globex).denied == 401);
    CHECK(on.platform.behaviour_of(globex).cursor == CursorKind::keyset);
    CHECK(!on.platform.behaviour_of(globex).total.cap);
    CHECK(on.platform.behaviour_of(acme).denied == 0);
    Answer wrong = on.call("POST", "/behaviour?cursor=page");
    CHECK(wrong.status == 400);
    CHECK(wrong.body == "{\"code\":\"bad_request\",\"message\":\"cursor must be offset|keyset|id\"}\n");
    CHECK(on.call("POST", "/behaviour?colour=red").status == 400);
}

TEST_CASE("faults strike the requests they are for") {
    Fixture on;
    std::string list = "/api/connect/v1/o/" + on.world.organisations[0].id + "/connectors";
    auto ask = [&](const std::string& target) {
        Ask ask;
        ask.target = target;
        return on.platform.answer(ask);
    };
    on.done("/fault?status=429&retry-after=7&on=next");
    on.done("/fault?wire=cut&delay=5&on=get&times=0");
    on.done("/fault?status=500&org=globex");
    CHECK(ask(list).status == 200);
    Answer limited = ask(list + "?after=x");
    CHECK(limited.status == 429);
    CHECK(limited.headers == std::vector<std::pair<std::string, std::string>>{{"Retry-After", "7"}});
    for (int i = 0; i < 3; ++i) {
        Answer cut = ask(list + "/x");
        CHECK(cut.wire == Wire::cut);
        CHECK(cut.delay.count() == 5);
    }
    on.done("/fault/clear");
    CHECK(ask(list + "/x").wire == Wire::normal);
    CHECK(on.call("POST", "/fault?wire=nonsense").status == 400);
    CHECK(on.call("POST", "/fault?on=sunday").status == 400);
    CHECK(on.call("POST", "/fault?times=many").status == 400);
}

TEST_CASE("what it says about itself and the world") {
    Fixture on;
    std::string manual = on.call("GET", "/").body;
    for (const char* part : {"POST /organisations/ORG/connectors/CONNECTOR/rename  name=",
                             "cursor=offset|keyset|id", "wire=normal|close|reset"})
        CHECK_MESSAGE(manual.find(part) != std::string::npos, std::string(part));
    CHECK(on.call("GET", "/organisations").body.find("\"name\":\"acme\"") != std::string::npos);
    std::string one = on.call("GET", "/world?org=globex").body;
    CHECK(one.starts_with("{\"organisations\":[{\"id\":\"" + on.world.organisations[1].id +
                          "\",\"name\":\"globex\""));
    CHECK(one.size() < on.call("GET", "/world").body.size());
    CHECK(on.call("GET", "/nothing").status == 404);
    CHECK(on.call("POST", "/").status == 404);
}

} // namespace
} // namespace versori::platform
