#include "tests/decode/sample.hpp"

namespace versori::decode {
namespace {

using enum model::TableId;

TEST_CASE("connector: the smallest one") {
    Decoded decoded{Sample{}};
    CHECK(decoded.rejection == "");
    CHECK(decoded.surprises() == "");
    CHECK(
        decoded.everything() ==
        R"({"connector_id":"C"} {"owner_organisation_id":"O","name":"Shop","public":0,"protocol":"http",)"
        R"("base_url":null,"dataset_id":null,"documentation_url":null,"image_url":null,)"
        R"("created_at":"2025-01-01T00:00:00.000000Z","updated_at":"2025-01-02T00:00:00.000000Z","extra":null})"
        "\n");
}

TEST_CASE("connector: absent, null and empty are kept apart") {
    struct Case {
        std::string_view name;
        Sample sample;
        model::TableId table;
        const char *column, *expected;
    };
    const Case cases[] = {
        {"a URL absent", {}, connectors, "base_url", "null"},
        {"a URL null", {.more = R"(,"baseUrl":null)"}, connectors, "base_url", "null"},
        {"a URL empty", {.more = R"(,"baseUrl":"")"}, connectors, "base_url", R"("")"},
        {"a URL given", {.more = R"(,"baseUrl":"https://x/")"}, connectors, "base_url", R"("https://x/")"},
        {"a data set", {.more = R"(,"datasetId":"p.d")"}, connectors, "dataset_id", R"("p.d")"},
        {"tags absent", {}, connector_tags, "value", "none"},
        {"tags null", {.more = R"(,"tags":null)"}, connector_tags, "value", "none"},
        {"no tags", {.more = R"(,"tags":{})"}, connector_tags, "value", "none"},
        {"a tag without values", {.more = R"(,"tags":{"a":[]})"}, connector_tags, "value", "null"},
        {"a tag with an empty value", {.more = R"(,"tags":{"a":[""]})"}, connector_tags, "value", R"("")"},
        {"a draft",
         {.versions =
              R"([{"id":"V","name":"1","isLatest":true,"isDefault":false,"createdAt":"2025-01-01T00:00:00Z",)"
              R"("updatedAt":"2025-01-01T00:00:00Z","publishedAt":null}])"},
         versions,
         "published_at",
         "null"},
        {"published",
         {.versions =
              R"([{"id":"V","name":"1","isLatest":true,"isDefault":false,"createdAt":"2025-01-01T00:00:00Z",)"
              R"("updatedAt":"2025-01-01T00:00:00Z","publishedAt":"2025-01-01T02:00:00.5+01:00"}])"},
         versions,
         "published_at",
         R"("2025-01-01T01:00:00.500000Z")"},
        {"a variable without a value",
         {.more = R"(,"connectionVariables":[{"name":"a"}])"},
         connector_variables,
         "value",
         "null"},
        {"a variable of null",
         {.more = R"(,"connectionVariables":[{"name":"a","value":null}])"},
         connector_variables,
         "value",
         "null"},
        {"an empty variable",
         {.more = R"(,"connectionVariables":[{"name":"a","value":""}])"},
         connector_variables,
         "value",
         R"("")"},
        {"a number as a variable",
         {.more = R"(,"connectionVariables":[{"name":"a","value":1.50}])"},
         connector_variables,
         "value",
         R"("1.50")"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Decoded decoded{one.sample};
        CHECK(decoded.rejection == "");
        CHECK(decoded.column(one.table, one.column) == one.expected);
    }
}

TEST_CASE("connector: a credential's errors and usages: missing, empty, given") {
    struct Case {
        std::string_view name;
        const char *members, *valid, *loaded;
        bool errors_unstated, usages_unstated;
    };
    const Case cases[] = {
        {"neither", "", "null", "0", true, true},
        {"null counts as missing", R"(,"errors":null,"usages":null)", "null", "0", true, true},
        {"empty", R"(,"errors":[],"usages":[])", "1", "1", false, false},
        {"given", R"(,"errors":["no"],"usages":[{"connection":{"id":"N"}}])", "0", "1", false, false},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        std::string use = sample_use(R"({"id":"CR","organisationId":"O","type":"none","name":"n","data":{})" +
                                     std::string(one.members) + "}");
        Decoded decoded{Sample{.connections = use}};
        REQUIRE(decoded.rejection == "");
        CHECK(decoded.column(credentials, "valid") == one.valid);
        CHECK(decoded.column(credentials, "usages_loaded") == one.loaded);
        CHECK(decoded.connector.credentials[0].unstated(credential_errors) == one.errors_unstated);
        CHECK(decoded.connector.credentials[0].unstated(credential_usages) == one.usages_unstated);
    }
}

TEST_CASE("connector: everything that hangs on it") {
    Decoded decoded{Sample{
        .connections =
            R"([{"id":"N","name":"prod","createdAt":"2025-01-03T00:00:00Z","updatedAt":"2025-01-04T00:00:00Z",
                 "variables":[{"name":"region","value":"eu"},{"name":"b","value":"1"},{"name":"region","value":"us"}],
                 "credentials":{"trigger":[{"id":"L1"}],"action":[{"id":"L2","credential":
                   {"id":"CR","organisationId":"X","type":"none","name":"c","data":{},"expiresAt":"2025-07-01T00:00:00Z",
                    "errors":["one","two"],
                    "usages":[{"connection":{"id":"N","name":"prod","createdAt":"2025-01-03T00:00:00Z","updatedAt":"2025-01-04T00:00:00Z",
                      "connector":{"id":"C","organisationId":"O","name":"Shop","protocol":"http","createdAt":"a","updatedAt":"b"}}}]},
                   "authSchemeConfig":{"id":"S","schemeType":"none"}},{"id":"L3"}]}}])",
        .schemes =
            R"([{"id":"S","schemeType":"none","validationMessages":[{"text":"t","severity":"info","detail":["d"]}]},
                {"id":"T","schemeType":"api-key","description":"","name":"X-Key","in":"header"}])",
        .versions =
            R"([{"id":"V","name":"1","description":"first","isLatest":true,"isDefault":true,
                 "createdAt":"2025-01-01T00:00:00Z","updatedAt":"2025-01-01T00:00:00Z","publishedAt":"2025-01-01T00:00:00Z",
                 "messages":[{"text":"a","severity":"warning"},{"text":"b","severity":"error","detail":[]}]}])",
        .more = R"(,"tags":{"team":["b","a"],"x":[]})"}};
    CHECK(decoded.rejection == "");
    CHECK(decoded.surprises() == "");
    CHECK(decoded.rows(connector_tags) ==
          R"({"connector_id":"C","tag":"team","position":0} {"value":"b"}
{"connector_id":"C","tag":"team","position":1} {"value":"a"}
{"connector_id":"C","tag":"x","position":0} {"value":null}
)");
    CHECK(
        decoded.rows(auth_schemes) ==
        R"({"connector_id":"C","auth_scheme_id":"S"} {"position":0,"scheme_type":"none","description":null,"settings":{},"secret_fingerprint":null}
{"connector_id":"C","auth_scheme_id":"T"} {"position":1,"scheme_type":"api-key","description":"","settings":{"in":"header","name":"X-Key"},"secret_fingerprint":null}
)");
    CHECK(
        decoded.rows(auth_scheme_messages) ==
        R"({"connector_id":"C","auth_scheme_id":"S","position":0} {"severity":"info","text":"t","detail":["d"],"extra":null}
)");
    CHECK(
        decoded.rows(connections) ==
        R"({"connector_id":"C","connection_id":"N"} {"name":"prod","created_at":"2025-01-03T00:00:00.000000Z","updated_at":"2025-01-04T00:00:00.000000Z","extra":null}
)");
    CHECK(
        decoded.rows(connection_variables) ==
        R"({"connector_id":"C","connection_id":"N","name":"b","occurrence":0} {"value":"1","secret_fingerprint":null}
{"connector_id":"C","connection_id":"N","name":"region","occurrence":0} {"value":"eu","secret_fingerprint":null}
{"connector_id":"C","connection_id":"N","name":"region","occurrence":1} {"value":"us","secret_fingerprint":null}
)");
    CHECK(
        decoded.rows(connection_credentials) ==
        R"({"connector_id":"C","connection_id":"N","purpose":"action","connection_credential_id":"L2"} {"position":0,"credential_id":"CR","auth_scheme_id":"S","auth_scheme":{"id":"S","schemeType":"none"},"extra":null}
{"connector_id":"C","connection_id":"N","purpose":"action","connection_credential_id":"L3"} {"position":1,"credential_id":null,"auth_scheme_id":null,"auth_scheme":null,"extra":null}
{"connector_id":"C","connection_id":"N","purpose":"trigger","connection_credential_id":"L1"} {"position":0,"credential_id":null,"auth_scheme_id":null,"auth_scheme":null,"extra":null}
)");
    CHECK(
        decoded.rows(versions) ==
        R"({"connector_id":"C","version_id":"V"} {"name":"1","description":"first","is_latest":1,"is_default":1,"created_at":"2025-01-01T00:00:00.000000Z","updated_at":"2025-01-01T00:00:00.000000Z","published_at":"2025-01-01T00:00:00.000000Z","extra":null}
)");
    CHECK(
        decoded.rows(version_messages) ==
        R"({"connector_id":"C","version_id":"V","position":0} {"severity":"warning","text":"a","detail":null,"extra":null}
{"connector_id":"C","version_id":"V","position":1} {"severity":"error","text":"b","detail":[],"extra":null}
)");
    CHECK(
        decoded.rows(credentials) ==
        R"({"credential_id":"CR"} {"owner_organisation_id":"X","type":"none","name":"c","data":{},"secret_fingerprint":null,"valid":0,"usages_loaded":1,"expires_at":"2025-07-01T00:00:00.000000Z"}
)");
    CHECK(decoded.rows(credential_errors) == R"({"credential_id":"CR","position":0} {"text":"one"}
{"credential_id":"CR","position":1} {"text":"two"}
)");
    CHECK(
        decoded.rows(credential_usages) ==
        R"({"credential_id":"CR","connection_id":"N"} {"connection_name":"prod","connector_id":"C","connector_name":"Shop","connector_protocol":"http","connector_organisation_id":"O","extra":{"connection":{"connector":{"createdAt":"a","updatedAt":"b"},"createdAt":"2025-01-03T00:00:00Z","updatedAt":"2025-01-04T00:00:00Z"}}}
)");
}

TEST_CASE("connector: unknown members are kept, and noted once each") {
    struct Case {
        std::string_view name;
        Sample sample;
        model::TableId table;
        const char *extra, *surprises;
    };
    const std::string connection = "[" + sample_connection(R"(,"colour":{"b":1.50,"a":null})") + "]";
    const std::string link =
        "[" + sample_connection(R"(,"credentials":{"action":[{"id":"L","rank":7}]})") + "]";
    const Case cases[] = {
        {"of the connector",
         {.more = R"(,"z":[1],"a":"x")"},
         connectors,
         R"({"a":"x","z":[1]})",
         "$.a: unknown member (string)\n$.z: unknown member (array)\n"},
        {"null", {.more = R"(,"z":null)"}, connectors, R"({"z":null})", "$.z: unknown member (null)\n"},
        {"an optional one of another type",
         {.more = R"(,"baseUrl":{"x":1})"},
         connectors,
         R"({"baseUrl":{"x":1}})",
         "$.baseUrl: wrong type (object)\n"},
        {"tags that are a list",
         {.more = R"(,"tags":["a"])"},
         connectors,
         R"({"tags":["a"]})",
         "$.tags: wrong type (array)\n"},
        {"tags with numbers",
         {.more = R"(,"tags":{"a":["x"],"b":[1]})"},
         connectors,
         R"({"tags":{"a":["x"],"b":[1]}})",
         "$.tags: wrong type (object)\n"},
        {"of a connection",
         {.connections = connection},
         connections,
         R"({"colour":{"a":null,"b":1.50}})",
         "$.connections[*].colour: unknown member (object)\n"},
        {"of a link",
         {.connections = link},
         connection_credentials,
         R"({"rank":7})",
         "$.connections[*].credentials.action[*].rank: unknown member (number)\n"},
        {"of a version and its message",
         {.versions =
              R"([{"id":"V","name":"1","isLatest":true,"isDefault":true,"createdAt":"2025-01-01T00:00:00Z",)"
              R"("updatedAt":"2025-01-01T00:00:00Z","publishedAt":null,)"
              R"("messages":[{"text":"t","severity":"info","code":3}]}])"},
         version_messages,
         R"({"code":3})",
         "$.versions[*].messages[*].code: unknown member (number)\n"},
        {"a detail of another type",
         {.versions =
              R"([{"id":"V","name":"1","isLatest":true,"isDefault":true,"createdAt":"2025-01-01T00:00:00Z",)"
              R"("updatedAt":"2025-01-01T00:00:00Z","publishedAt":null,)"
              R"("messages":[{"text":"t","severity":"info","detail":[{"x":1}]}]}])"},
         version_messages,
         R"({"detail":[{"x":1}]})",
         "$.versions[*].messages[*].detail: wrong type (array)\n"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Decoded decoded{one.sample};
        CHECK(decoded.rejection == "");
        CHECK(decoded.column(one.table, "extra") == one.extra);
        CHECK(decoded.surprises() == one.surprises);
    }
}

TEST_CASE("connector: new values of enums and new purposes are stored as they came") {
    std::string connection =
        "[" +
        sample_connection(R"(,"credentials":{"action":[],"audit":[{"id":"L","credential":{"id":"CR",)"
                          R"("organisationId":"O","type":"passkey","name":"n","data":{"x":"CANARY"}}}]})") +
        "]";
    Decoded decoded{
        Sample{.connections = connection, .schemes = R"([{"id":"S","schemeType":"magic","x":"CANARY"}])"}};
    CHECK(decoded.rejection == "");
    CHECK(decoded.column(credentials, "type") == R"("passkey")");
    CHECK(decoded.column(auth_schemes, "scheme_type") == R"("magic")");
    CHECK(decoded.rows(connection_credentials).find(R"("purpose":"audit")") != std::string::npos);
    CHECK(decoded.surprises() ==
          "$.authSchemeConfigs[*].schemeType: unknown value \"magic\"\n"
          "$.connections[*].credentials.audit: unknown member (array)\n"
          "$.connections[*].credentials.audit[*].credential.type: unknown value \"passkey\"\n");
}

TEST_CASE("connector: a purpose of an unknown form breaks nothing and shows nothing") {
    for (std::string form : {R"("CANARY")", R"({"id":"L","secret":"CANARY"})", R"(["CANARY"])",
                             R"([{"name":"CANARY"}])", "7", "null"}) {
        CAPTURE(form);
        std::string connection =
            "[" + sample_connection(R"(,"credentials":{"action":[{"id":"L"}],"mode":)" + form + "}") + "]";
        Decoded decoded{Sample{.connections = connection}};
        CHECK(decoded.rejection == "");
        CHECK(decoded.connector.document.rows(connection_credentials).size() == 1);
        CHECK(decoded.column(connections, "extra").starts_with(R"({"credentials":{"mode":{"fingerprint":")"));
        CHECK(decoded.surprises().starts_with("$.connections[*].credentials.mode: unknown member ("));
        CHECK(decoded.everything().find("CANARY") == std::string::npos);
    }
}

TEST_CASE("connector: a long unknown value is cut between characters") {
    Decoded decoded{
        Sample{.schemes = R"([{"id":"S","schemeType":")" + std::string(59, 'x') + "\u20ac\u20ac\"}]"}};
    CHECK(decoded.surprises() ==
          "$.authSchemeConfigs[*].schemeType: unknown value \"" + std::string(59, 'x') + "\"\n");
}

TEST_CASE("connector: what cannot be normalised is rejected with reason and place") {
    struct Case {
        std::string_view name;
        Sample sample;
        const char* expected;
    };
    const std::string no_time =
        R"([{"id":"N","name":"prod","createdAt":"yesterday","updatedAt":"2025-01-01T00:00:00Z"}])";
    auto connection = [](std::string_view more) { return "[" + sample_connection(more) + "]"; };
    auto use = [](std::string_view more) {
        return sample_use(R"({"id":"CR","organisationId":"O","type":"none","name":"n","data":{})" +
                          std::string(more) + "}");
    };
    const std::string links = connection(R"(,"credentials":{"action":[{"id":"L"},{"id":"L"}]})"),
                      link = connection(R"(,"credentials":{"trigger":[{"id":"L"},[]]})"),
                      anonymous = connection(R"(,"credentials":{"trigger":[{"id":"L"},{}]})"),
                      list = connection(R"(,"credentials":[])"),
                      action = connection(R"(,"credentials":{"action":{}})"),
                      variables = connection(R"(,"variables":{})"),
                      variable = connection(R"(,"variables":[{"name":"a"},{"value":"CANARY"}])"),
                      name_type = connection(R"(,"variables":[{"name":["CANARY"]}])"),
                      twice = "[" + sample_connection("") + "," + sample_connection("") + "]",
                      credential = sample_use(R"("CANARY")"),
                      no_type = sample_use(R"({"id":"CR","organisationId":"O","name":"n"})"),
                      error = use(R"(,"errors":["a",{"x":"CANARY"}])"), errors = use(R"(,"errors":"CANARY")"),
                      usage = use(R"(,"usages":[{"connection":{"name":"x"}}])"),
                      usages = use(R"(,"usages":[{"connection":{"id":"N"}},{"connection":{"id":"N"}}])"),
                      embedded =
                          "[" + sample_connection("") + "," +
                          sample_connection(
                              R"(,"credentials":{"action":[{"id":"K"},{"id":"L","authSchemeConfig":)"
                              R"({"id":"S","schemeType":"none","validationMessages":[{"text":"t"}]}}]})",
                              "M") +
                          "]";
    const Case cases[] = {
        {"a required member missing", {.versions = R"([{"id":"V"}])"}, "$.versions[0].name: is missing"},
        {"a time that is none",
         {.connections = no_time},
         "$.connections[0].createdAt: expected an RFC 3339 date-time"},
        {"connections of another type",
         {.connections = "{}"},
         "$.connections: expected an array, got object"},
        {"a connection that is none",
         {.connections = "[7]"},
         "$.connections[0]: expected an object, got number"},
        {"schemes of another type", {.schemes = "7"}, "$.authSchemeConfigs: expected an array, got number"},
        {"a scheme without a type",
         {.schemes = R"([{"id":"S"}])"},
         "$.authSchemeConfigs[0]: an auth scheme needs `id` and `schemeType` as strings"},
        {"the same scheme twice",
         {.schemes = R"([{"id":"S","schemeType":"none"},{"id":"S","schemeType":"none"}])"},
         "$: the same key stands twice in auth_schemes"},
        {"the same connection twice", {.connections = twice}, "$: the same key stands twice in connections"},
        {"the same link twice",
         {.connections = links},
         "$: the same key stands twice in connection_credentials"},
        {"the same usage twice",
         {.connections = usages},
         "$: the same key stands twice in credential_usages"},
        {"a link that is none",
         {.connections = link},
         "$.connections[0].credentials.trigger[1]: expected an object"},
        {"a link without an id",
         {.connections = anonymous},
         "$.connections[0].credentials.trigger[1].id: is missing"},
        {"credentials of another type",
         {.connections = list},
         "$.connections[0].credentials: expected an object"},
        {"a purpose of another type",
         {.connections = action},
         "$.connections[0].credentials.action: expected an array, got object"},
        {"variables of another type",
         {.connections = variables},
         "$.connections[0].variables: expected an array, got object"},
        {"a variable without a name",
         {.connections = variable},
         "$.connections[0].variables[1].name: is missing"},
        {"a variable's name of another type",
         {.connections = name_type},
         "$.connections[0].variables[0].name: expected a string, got array"},
        {"a credential that is none",
         {.connections = credential},
         "$.connections[0].credentials.action[0].credential: expected an object"},
        {"a credential without a type",
         {.connections = no_type},
         "$.connections[0].credentials.action[0].credential.type: is missing"},
        {"an error that is no string",
         {.connections = error},
         "$.connections[0].credentials.action[0].credential.errors[1]: expected a string"},
        {"errors of another type",
         {.connections = errors},
         "$.connections[0].credentials.action[0].credential.errors: expected an array, got string"},
        {"a usage without its connection",
         {.connections = usage},
         "$.connections[0].credentials.action[0].credential.usages[0].connection: "
         "a usage needs its connection's `id`"},
        {"in a scheme that only a connection has",
         {.connections = embedded},
         "$.connections[1].credentials.action[1].authSchemeConfig.validationMessages[0].severity: is "
         "missing"},
        {"a boolean as text",
         {.versions =
              R"([{"id":"V","name":"1","isLatest":"true","isDefault":true,"createdAt":"2025-01-01T00:00:00Z",)"
              R"("updatedAt":"2025-01-01T00:00:00Z"}])"},
         "$.versions[0].isLatest: expected a boolean"},
        {"null in a required member",
         {.versions =
              R"([{"id":"V","name":null,"isLatest":true,"isDefault":true,"createdAt":"2025-01-01T00:00:00Z",)"
              R"("updatedAt":"2025-01-01T00:00:00Z"}])"},
         "$.versions[0].name: expected a string, got null"},
        {"of two the first",
         {.connections = "7", .versions = "7"},
         "$.connections: expected an array, got number"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Decoded decoded{one.sample};
        CHECK(decoded.rejection == one.expected);
        CHECK(decoded.rejection.find("CANARY") == std::string::npos);
        CHECK(decoded.surprises().find("CANARY") == std::string::npos);
    }
}

TEST_CASE("connector: each required member of the connector itself") {
    for (std::string name : {"id", "organisationId", "name", "public", "protocol", "createdAt", "updatedAt",
                             "connections", "authSchemeConfigs", "versions"}) {
        CAPTURE(name);
        std::string text = Sample{}.text();
        text.replace(text.find('"' + name + '"'), name.size() + 2, '"' + name + "_\"");
        CHECK(Decoded(std::string_view(text)).rejection == "$." + name + ": is missing");
    }
}

TEST_CASE("connector: a text that is no connector is rejected") {
    CHECK(Decoded(std::string_view("{")).rejection.starts_with("$: "));
    CHECK(Decoded(std::string_view("[]")).rejection == "$.id: is missing");
}

TEST_CASE("connector: null arrays count as empty and are noted") {
    Decoded decoded{Sample{.connections = "null", .schemes = "null", .versions = "null"}};
    CHECK(decoded.rejection == "");
    CHECK(decoded.surprises() == "$.authSchemeConfigs: wrong type (null)\n"
                                 "$.connections: wrong type (null)\n"
                                 "$.versions: wrong type (null)\n");
}

TEST_CASE("connector: the order of members and of spaces makes no difference") {
    Decoded one{
        Sample{.connections = "[" + sample_connection(R"(,"variables":[{"name":"a","value":"1"}])") + "]",
               .more = R"(,"x":{"b":1,"a":2})"}};
    Decoded other(std::string_view(
        R"( { "x" : { "a" : 2, "b":1 }, "versions":[], "authSchemeConfigs":[ ], "connections":[ {"variables":[{"value":"1","name":"a"}],
          "updatedAt":"2025-01-01T00:00:00.000Z","createdAt":"2024-12-31T23:00:00-01:00","name":"prod","id":"N"}],
          "updatedAt":"2025-01-02T00:00:00Z","createdAt":"2025-01-01T00:00:00Z","protocol":"http","public":false,
          "name":"\u0053hop","organisationId":"O","id":"C" } )"));
    CHECK(one.rejection == "");
    CHECK(one.everything() == other.everything());
}

TEST_CASE("connector: of a member that stands twice the last one counts") {
    CHECK(Decoded{Sample{.more = R"(,"baseUrl":"a","baseUrl":"b")"}}.column(connectors, "base_url") ==
          R"("b")");
    CHECK(Decoded{Sample{.more = R"(,"baseUrl":"a","baseUrl":null)"}}.column(connectors, "base_url") ==
          "null");
}

TEST_CASE("connector: the same credential in several links is one, the copy that stands last") {
    auto copy = [](std::string_view name, std::string_view more) {
        return R"({"id":"CR","organisationId":"O","type":"none","name":")" + std::string(name) +
               R"(","data":{})" + std::string(more) + "}";
    };
    std::string both =
        "[" +
        sample_connection(R"(,"credentials":{"trigger":[{"id":"L1","credential":)" +
                          copy("first", R"(,"errors":["e"])") + R"(}],"action":[{"id":"L2","credential":)" +
                          copy("second", R"(,"usages":[])") + "}]}") +
        "]";
    Decoded decoded{Sample{.connections = both}};
    REQUIRE(decoded.rejection == "");
    REQUIRE(decoded.connector.credentials.size() == 1);
    CHECK(decoded.column(credentials, "name") == R"("second")");
    CHECK(decoded.column(credentials, "valid") == "0");
    CHECK(decoded.column(credentials, "usages_loaded") == "1");
    CHECK(decoded.rows(credential_errors) == R"({"credential_id":"CR","position":0} {"text":"e"}
)");
}

} // namespace
} // namespace versori::decode
