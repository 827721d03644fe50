#include "tests/decode/sample.hpp"

namespace versori::decode {
namespace {

TEST_CASE("rejection: what cannot be normalised is rejected with reason and place") {
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

TEST_CASE("rejection: each required member of the connector itself") {
    for (std::string name : {"id", "organisationId", "name", "public", "protocol", "createdAt", "updatedAt",
                             "connections", "authSchemeConfigs", "versions"}) {
        CAPTURE(name);
        std::string text = Sample{}.text();
        text.replace(text.find('"' + name + '"'), name.size() + 2, '"' + name + "_\"");
        CHECK(Decoded(std::string_view(text)).rejection == "$." + name + ": is missing");
    }
}

TEST_CASE("rejection: a text that is no connector is rejected") {
    CHECK(Decoded(std::string_view("{")).rejection.starts_with("$: "));
    CHECK(Decoded(std::string_view("[]")).rejection == "$.id: is missing");
}

TEST_CASE("rejection: what is too deep for a page is too deep by itself") {
    auto with_arrays = [](std::size_t depth) {
        std::string more = ",\"x\":" + std::string(depth, '[') + std::string(depth, ']');
        return Decoded(Sample{.more = more}).rejection;
    };
    CHECK(with_arrays(61).empty());
    CHECK(with_arrays(62).starts_with("$: nested deeper than 64 levels"));
}

} // namespace
} // namespace versori::decode
