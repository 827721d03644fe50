#include "tests/platform/expected.hpp"

#include <doctest/doctest.h>

namespace versori::platform {
namespace {

const std::string key(32, 'k');
constexpr auto null = std::nullopt;

Time at(const char* text) {
    return *model::parse_time(text);
}

// One connector with one of each thing that hangs on it.
struct Fixture {
    Fixture() {
        organisation.id = "O";
        Credential& credential = organisation.credentials["CR"];
        credential.id = "CR";
        credential.organisation_id = "X";
        credential.type = "basic-auth";
        credential.name = "login";
        credential.data = {{"username", "me"}, {"password", "CANARY"}};

        Connector& connector = organisation.connectors.emplace_back();
        connector.id = "C";
        connector.organisation_id = "O";
        connector.name = "Shop \"1\"";
        connector.base_url = "https://x";
        connector.created_at = at("2025-01-01T00:00:00Z");
        connector.updated_at = at("2025-01-02T01:30:00.5+01:00");
        connector.auth_schemes = {scheme("own", "CANARY-1")};
        connector.unknown = {{"b", Json::number("1.50")}, {"a", Json()}};

        Connection& connection = connector.connections.emplace_back();
        connection.id = "N";
        connection.name = "prod";
        connection.action = {{"L1", scheme("own", "CANARY-1"), "CR", {}},
                             {"L2", scheme("own", "CANARY-2"), "CR", {}}};
        connection.trigger = {{"L3", scheme("other", "CANARY-3"), "CR", {}}};
        connection.variables = {{"a", "1", {}}, {"a", "2", {}}, {"MyToken", "CANARY", {}}};
    }

    static AuthScheme scheme(std::string id, std::string secret) {
        Json::Object grant{{"grantType", "client_credentials"}, {"clientSecret", std::move(secret)}};
        return {std::move(id), "how", "oauth2", {}, {{"tokenUrl", "https://t"}, {"grant", grant}}};
    }

    Tables rows() const {
        Expectation expectation;
        expectation.key = key;
        return expected_rows(organisation, expectation);
    }

    Organisation organisation;
};

std::string print(const Json::Object& secret) {
    return fingerprint(key, secret);
}

TEST_CASE("the fingerprint is HMAC-SHA-256 in lower-case hexadecimal") {
    CHECK(fingerprint("Jefe", Json::number("what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"); // RFC 4231, test case 2
}

TEST_CASE("a connector's row") {
    CHECK(Fixture().rows()["connectors"] ==
          std::set<Row>{{"O", "C", "O", "Shop \"1\"", "0", "http", "https://x", null, null, null,
                         "2025-01-01T00:00:00.000000Z", "2025-01-02T00:30:00.500000Z",
                         R"({"a":null,"b":1.50})"}});
}

TEST_CASE("tags: each value has a row, an empty array has one without a value") {
    Fixture on;
    auto& tags = on.organisation.connectors[0].tags.emplace();
    tags.push_back({"region", {"eu", "eu"}});
    tags.push_back({"beta", {}});
    CHECK(on.rows()["connector_tags"] == std::set<Row>{{"O", "C", "region", "0", "eu"},
                                                       {"O", "C", "region", "1", "eu"},
                                                       {"O", "C", "beta", "0", null}});
}

TEST_CASE("variables: equal names are counted, a secret one keeps its fingerprint alone") {
    CHECK(Fixture().rows()["connection_variables"] ==
          std::set<Row>{{"O", "C", "N", "a", "0", "1", null},
                        {"O", "C", "N", "a", "1", "2", null},
                        {"O", "C", "N", "MyToken", "0", null, print({{"value", "CANARY"}})}});
}

TEST_CASE("schemes: the connector's own have a position, one that a connection embeds has none") {
    auto secret = [](const char* value) { return print({{"grant", Json::Object{{"clientSecret", value}}}}); };
    std::string settings = R"({"grant":{"grantType":"client_credentials"},"tokenUrl":"https://t"})";
    CHECK(Fixture().rows()["auth_schemes"] ==
          std::set<Row>{{"O", "C", "own", "0", "oauth2", "how", settings, secret("CANARY-1")},
                        {"O", "C", "other", null, "oauth2", "how", settings, secret("CANARY-3")}});
}

TEST_CASE("links: a copy that differs from the scheme's row is kept, without its secrets") {
    std::string differing = R"({"description":"how","grant":{"grantType":"client_credentials"},"id":"own",)"
                            R"("schemeType":"oauth2","secretFingerprint":")" +
                            print({{"grant", Json::Object{{"clientSecret", "CANARY-2"}}}}) +
                            R"(","tokenUrl":"https://t"})";
    CHECK(Fixture().rows()["connection_credentials"] ==
          std::set<Row>{{"O", "C", "N", "action", "L1", "0", "CR", "own", null, null},
                        {"O", "C", "N", "action", "L2", "1", "CR", "own", differing, null},
                        {"O", "C", "N", "trigger", "L3", "0", "CR", "other", null, null}});
}

TEST_CASE("a scheme that several connections embed: the first by connection, purpose and id is the row") {
    Fixture on;
    Connector& connector = on.organisation.connectors[0];
    Connection second = connector.connections[0];
    second.id = "M";
    second.trigger->front().auth_scheme.description = "first by id";
    connector.connections.push_back(second);
    auto rows = on.rows();
    std::set<std::string> descriptions;
    for (const Row& row : rows["auth_schemes"])
        if (row[2] == "other")
            descriptions.insert(*row[5]);
    CHECK(descriptions == std::set<std::string>{"first by id"});
}

TEST_CASE("credentials: missing, empty and filled differ") {
    Fixture on;
    Credential& credential = on.organisation.credentials["CR"];
    std::string secret = print({{"data", Json::Object{{"password", "CANARY"}}}});
    Row row{"O", "CR", "X", "basic-auth", "login", R"({"username":"me"})", secret, null, "0", null};
    CHECK(on.rows()["credentials"] == std::set<Row>{row});
    credential.errors.emplace();
    credential.usages.emplace();
    row[7] = row[8] = "1";
    CHECK(on.rows()["credentials"] == std::set<Row>{row});
    credential.errors->push_back("bad");
    row[7] = "0";
    CHECK(on.rows()["credentials"] == std::set<Row>{row});
    CHECK(on.rows()["credential_errors"] == std::set<Row>{{"O", "CR", "0", "bad"}});
}

TEST_CASE("an undocumented credential type is secret as a whole, and so is an undocumented member") {
    Fixture on;
    Credential& credential = on.organisation.credentials["CR"];
    credential.type = "jwt-bearer";
    credential.unknown = {{"vault", "CANARY"}};
    Row row = *on.rows()["credentials"].begin();
    CHECK(row[5] == "{}");
    CHECK(row[6] == print({{"data", credential.data}, {"vault", "CANARY"}}));
}

TEST_CASE("usages keep their times as they came, and of undocumented members only type and fingerprint") {
    Fixture on;
    Usage usage;
    usage.connection_id = "N2";
    usage.connection_name = "prod";
    usage.connector.id = "C2";
    usage.connector.organisation_id = "O2";
    usage.connector.name = "Shop";
    usage.unknown = {{"note", "CANARY"}};
    on.organisation.credentials["CR"].usages = {usage};
    Row row = *on.rows()["credential_usages"].begin();
    CHECK(Row(row.begin(), row.begin() + 8) == Row{"O", "CR", "N2", "prod", "C2", "Shop", "http", "O2"});
    CHECK(row[8]->starts_with(R"({"connection":{"connector":{"createdAt":"19)"));
    CHECK(row[8]->ends_with(R"(,"note":{"fingerprint":")" + fingerprint(key, "CANARY") +
                            R"(","type":"string"}})"));
}

TEST_CASE("copies that disagree: the one read last wins, what it does not load stays") {
    Fixture on;
    on.organisation.credentials["CR"].errors = {"bad"};
    Connector older = on.organisation.connectors[0];
    older.id = "older";
    older.updated_at -= std::chrono::hours(1);
    on.organisation.connectors.push_back(older);
    Credential& copy = on.organisation.overrides[{"older", "CR"}] = on.organisation.credentials["CR"];
    copy.name = "as the older connector embeds it";
    copy.errors.reset();
    Row row = *on.rows()["credentials"].begin();
    CHECK(row[4] == "as the older connector embeds it");
    CHECK(row[7] == "0");
}

TEST_CASE("rows follow what the token may see") {
    World world = World::seeded({.organisations = 1, .connectors = 30});
    Platform platform(world);
    const std::string org = world.organisations[0].id;
    std::string hidden = world.organisations[0].connectors[0].id;
    CHECK(expected_rows(platform, org, key)["connectors"].size() == 30);
    platform.behaviour.visible = [=](const Connector& one) { return one.id != hidden; };
    CHECK(expected_rows(platform, org, key)["connectors"].size() == 29);
}

TEST_CASE("no secret of the seeded world reaches a row, and every row has its table's columns") {
    World world = World::seeded({});
    Platform platform(world);
    for (const auto& organisation : world.organisations) {
        Tables tables = expected_rows(platform, organisation.id, key);
        for (const auto& description : mirrored_columns()) {
            const std::string& table = description.first;
            CHECK_MESSAGE(!tables[table].empty(), table);
            for (const Row& row : tables[table]) {
                CHECK(row.size() == description.second.size());
                for (const auto& value : row)
                    CHECK_MESSAGE(value.value_or("").find("CANARY") == std::string::npos, table);
            }
        }
    }
}

} // namespace
} // namespace versori::platform
