#include "tests/platform/world.hpp"

#include "tests/platform/compose.hpp"
#include "tests/platform/json.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace versori::platform {
namespace {

std::string whole(const World& world) {
    std::string text;
    for (const auto& organisation : world.organisations)
        for (const auto& connector : organisation.connectors)
            text += connector_json(organisation, connector) + "\n";
    return text;
}

TEST_CASE("equal seeds give equal worlds, others do not") {
    CHECK(whole(World::seeded({})) == whole(World::seeded({})));
    CHECK(whole(World::seeded({.seed = 2})) != whole(World::seeded({})));
}

TEST_CASE("the seeded world has the size asked for") {
    for (auto [organisations, connectors] : {std::pair{3, 250}, {1, 70}, {2, 3}, {1, 0}}) {
        World world = World::seeded({.organisations = organisations, .connectors = connectors});
        int found = 0;
        for (const auto& organisation : world.organisations)
            found += organisation.connectors.size();
        CHECK(world.organisations.size() == static_cast<std::size_t>(organisations));
        CHECK(found == connectors);
    }
}

TEST_CASE("the seeded world shows everything that the API documents") {
    World world = World::seeded({});
    std::string text = whole(world);
    for (const char* part : {"\"type\":\"none\"",
                             "\"type\":\"string\"",
                             "\"type\":\"binary\"",
                             "\"type\":\"basic-auth\"",
                             "\"type\":\"oauth2-client\"",
                             "\"type\":\"oauth2-code\"",
                             "\"type\":\"oauth2-password\"",
                             "\"type\":\"oauth2-token\"",
                             "\"type\":\"custom-function\"",
                             "\"type\":\"certificate\"",
                             "\"type\":\"jwt-bearer\"",
                             "\"type\":\"passkey\"",
                             "\"schemeType\":\"none\"",
                             "\"schemeType\":\"api-key\"",
                             "\"schemeType\":\"basic-auth\"",
                             "\"schemeType\":\"oauth2\"",
                             "\"schemeType\":\"hmac\"",
                             "\"schemeType\":\"certificate\"",
                             "\"schemeType\":\"saml\"",
                             "\"usages\":[]",
                             "\"usages\":[{",
                             "\"errors\":[]",
                             "\"errors\":[\"",
                             "\"expiresAt\":",
                             "\"publishedAt\":null",
                             "\"publishedAt\":\"",
                             "\"messages\":[]",
                             "\"messages\":[{",
                             "\"detail\":[]",
                             "\"detail\":[\"",
                             "\"tags\":{}",
                             "\"beta\":[]",
                             "\"connectionVariables\":[]",
                             "\"connectionVariables\":[{",
                             "\"protocol\":\"bigquery\"",
                             "\"datasetId\":",
                             "\"additionalTokenParams\":",
                             "\"additionalAuthorizeParams\":",
                             "\"clientSecret\":\"CANARY",
                             "\"validationMessages\":[]",
                             "\"validationMessages\":[{",
                             "+02:00\"",
                             "-05:30\"",
                             "authorization_code",
                             "client_credentials",
                             "\"grantType\":\"password\"",
                             "🚀",
                             "O'Reilly \\\"Data\\\"",
                             "\"Api_TOKEN\",\"value\":",
                             "\"action\":[]",
                             "\"credentials\":{}",
                             "\"region\",\"value\":\"\"",
                             library_organisation})
        CHECK_MESSAGE(text.find(part) != std::string::npos, std::string(part));
}

TEST_CASE("an edit moves the connector's time and nothing else's; a silent change moves none") {
    World world = World::seeded({.organisations = 1, .connectors = 20});
    const std::string org = world.organisations[0].id;
    auto with_connection = [](const Connector& one) { return !one.connections.empty(); };
    Connector& connector = *std::ranges::find_if(world.organisations[0].connectors, with_connection);
    std::string connection = connector.connections[0].id;

    Time before = world.now;
    world.rename_connection(org, connector.id, connection, "new name");
    CHECK(connector.connections[0].name == "new name");
    CHECK(connector.updated_at > before);
    CHECK(connector.connections[0].updated_at == connector.updated_at);
    CHECK(listed(world.organisations[0]).front()->id == connector.id);

    std::string credential = world.organisations[0].credentials.begin()->first;
    before = world.now;
    world.rotate_secret(org, credential);
    world.invalidate(org, credential, "refused");
    CHECK(world.now == before);
    CHECK(world.credential(org, credential).errors->back() == "refused");
}

TEST_CASE("two edits never carry the same time") {
    World world = World::seeded({.organisations = 1, .connectors = 5});
    const std::string org = world.organisations[0].id;
    Time last = world.now;
    for (const Connector& connector : world.organisations[0].connectors) {
        world.touch(org, connector.id);
        CHECK(connector.updated_at > last);
        last = connector.updated_at;
    }
}

TEST_CASE("an import with an old time stands behind") {
    World world = World::seeded({.organisations = 1, .connectors = 5});
    const std::string org = world.organisations[0].id;
    std::string id = world.import_connector(org, world.now - std::chrono::years(1));
    CHECK(listed(world.organisations[0]).back()->id == id);
}

TEST_CASE("earlier states are remembered as far as asked for") {
    World world = World::seeded({.organisations = 1, .connectors = 3});
    world.remember = 2;
    const std::string org = world.organisations[0].id;
    for (int i = 0; i < 4; ++i)
        world.create(org);
    CHECK(world.as_of(org, 0).connectors.size() == 7);
    CHECK(world.as_of(org, 1).connectors.size() == 6);
    CHECK(world.as_of(org, 9).connectors.size() == 5);
}

TEST_CASE("what does not exist is said by name") {
    World world = World::seeded({.organisations = 1, .connectors = 3});
    CHECK_THROWS_WITH_AS(world.remove(world.organisations[0].id, "nope"), "there is no connector nope",
                         std::out_of_range);
    CHECK_THROWS_WITH_AS(world.create("nope"), "there is no organisation nope", std::out_of_range);
}

TEST_CASE("random edits keep the world whole, whatever they do to it") {
    for (std::uint64_t seed : {1, 2, 3}) {
        World world = World::seeded({.seed = seed, .organisations = 1, .connectors = 4});
        const std::string org = world.organisations[0].id;
        std::mt19937_64 random(seed);
        std::set<std::string> kinds;
        for (int i = 0; i < 600; ++i) {
            std::string done = world.random_mutation(random, org);
            kinds.insert(done.substr(0, done.find(' ', done.find(' ') + 1)));
        }
        CHECK(kinds.size() > 15);
        CHECK_NOTHROW(whole(world));
        std::set<std::string> ids;
        for (const auto& connector : world.organisations[0].connectors)
            CHECK(ids.insert(connector.id).second);
    }
}

} // namespace
} // namespace versori::platform
