#include "daemon/decode/digest.hpp"

#include "tests/decode/sample.hpp"

namespace versori::decode {
namespace {

using enum model::TableId;

bool shows_canary(const Decoded& decoded) {
    return decoded.everything().find("CANARY") != std::string::npos;
}

std::string unquoted(std::string text) {
    return text.substr(1, text.size() - 2);
}

// `text` with the fingerprint of each X in place of FP(X).
std::string with_fingerprints(std::string text) {
    for (auto begin = text.find("FP("); begin != text.npos; begin = text.find("FP(")) {
        auto end = text.find(')', begin);
        std::string print = model::quoted(fingerprint(text.substr(begin + 3, end - begin - 3)));
        text.replace(begin, end + 1 - begin, print);
    }
    return text;
}

TEST_CASE("fingerprint: HMAC-SHA-256 in hexadecimal") {
    std::string key = "Jefe";
    Fingerprinter fingerprint({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
    CHECK(fingerprint("what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(fingerprint("what do ya want for nothing?") == fingerprint("what do ya want for nothing?"));
    CHECK(fingerprint("") != fingerprint("x"));
}

TEST_CASE("secrets: which members of a credential's data are open, by type") {
    struct Case {
        std::string_view type;
        const char *data, *open, *secret; // secret: what the fingerprint stands for; empty: none
    };
    const Case cases[] = {
        {"none", "{}", "{}", ""},
        {"none", R"({"new":"CANARY"})", "{}", R"({"data":{"new":"CANARY"}})"},
        {"string", R"({"value":"CANARY"})", "{}", R"({"data":{"value":"CANARY"}})"},
        {"binary", R"({"valueBase64":"CANARY"})", "{}", R"({"data":{"valueBase64":"CANARY"}})"},
        {"basic-auth", R"({"username":"me","password":"CANARY"})", R"({"username":"me"})",
         R"({"data":{"password":"CANARY"}})"},
        {"oauth2-client",
         R"({"clientId":"i","clientSecret":"CANARY1","authorizeUrl":"a","tokenUrl":"t","scopes":["s"],)"
         R"("additionalParams":{"k":"CANARY2"},"mTLSEnabled":true,"mTLSCredentialId":"m"})",
         R"({"authorizeUrl":"a","clientId":"i","mTLSCredentialId":"m","mTLSEnabled":true,"scopes":["s"],"tokenUrl":"t"})",
         R"({"data":{"additionalParams":{"k":"CANARY2"},"clientSecret":"CANARY1"}})"},
        {"oauth2-token", R"({"scopes":"a b","accessToken":"CANARY1","refreshToken":"CANARY2"})",
         R"({"scopes":"a b"})", R"({"data":{"accessToken":"CANARY1","refreshToken":"CANARY2"}})"},
        {"oauth2-code", R"({"code":"CANARY1","state":"CANARY2"})", "{}",
         R"({"data":{"code":"CANARY1","state":"CANARY2"}})"},
        {"oauth2-password",
         R"({"username":"u","password":"CANARY1","clientId":"i","clientSecret":"CANARY2"})",
         R"({"clientId":"i","username":"u"})", R"({"data":{"clientSecret":"CANARY2","password":"CANARY1"}})"},
        {"certificate", R"({"certificate":"pem","key":"CANARY","ca":"pem2"})",
         R"({"ca":"pem2","certificate":"pem"})", R"({"data":{"key":"CANARY"}})"},
        {"custom-function", R"({"name":"CANARY1","url":"CANARY2"})", "{}",
         R"({"data":{"name":"CANARY1","url":"CANARY2"}})"},
        {"jwt-bearer", R"({"username":"CANARY"})", "{}", R"({"data":{"username":"CANARY"}})"},
        {"a type to come", R"({"username":"CANARY"})", "{}", R"({"data":{"username":"CANARY"}})"},
        {"basic-auth", R"({"username":{"x":"CANARY"}})", "{}", R"({"data":{"username":{"x":"CANARY"}}})"},
        {"basic-auth", R"({"Username":"CANARY"})", "{}", R"({"data":{"Username":"CANARY"}})"},
        {"oauth2-token", R"({"scopes":[{"x":"CANARY"}]})", "{}", R"({"data":{"scopes":[{"x":"CANARY"}]}})"},
        {"oauth2-token", R"({"scopes":{"CANARY":1}})", "{}", R"({"data":{"scopes":{"CANARY":1}}})"},
        {"string", R"({"value":null})", "{}", R"({"data":{"value":null}})"},
        {"string", R"(["CANARY"])", "null", R"({"data":["CANARY"]})"},
        {"string", R"("CANARY")", "null", R"({"data":"CANARY"})"},
        {"string", "null", "null", ""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.type);
        CAPTURE(std::string(one.data));
        std::string use = sample_use(R"({"id":"CR","organisationId":"O","name":"n","type":")" +
                                     std::string(one.type) + R"(","data":)" + one.data + "}");
        Decoded decoded{Sample{.connections = use}};
        REQUIRE(decoded.rejection == "");
        CHECK(decoded.column(credentials, "data") == one.open);
        CHECK(decoded.column(credentials, "secret_fingerprint") ==
              (*one.secret ? model::quoted(fingerprint(one.secret)) : "null"));
        CHECK_FALSE(shows_canary(decoded));
    }
}

TEST_CASE("secrets: members of a credential that nobody knows") {
    std::string use = sample_use(
        R"({"id":"CR","organisationId":"O","name":"n","type":"basic-auth","data":{"username":"u","password":"CANARY1"},)"
        R"("hint":"CANARY2","expiresAt":{"x":"CANARY3"}})");
    Decoded decoded{Sample{.connections = use}};
    CHECK(decoded.rejection == "");
    CHECK_FALSE(shows_canary(decoded));
    CHECK(decoded.column(credentials, "secret_fingerprint") ==
          model::quoted(fingerprint(
              R"({"data":{"password":"CANARY1"},"expiresAt":{"x":"CANARY3"},"hint":"CANARY2"})")));
    CHECK(decoded.surprises() ==
          "$.connections[*].credentials.action[*].credential.expiresAt: wrong type (object)\n"
          "$.connections[*].credentials.action[*].credential.hint: unknown member (string)\n");
}

TEST_CASE("secrets: members of a usage that nobody knows, at each level") {
    std::string use = sample_use(
        R"({"id":"CR","organisationId":"O","name":"n","type":"none","data":{},"usages":[{"note":"CANARY1","connection":
           {"id":"N","name":{"x":"CANARY2"},"createdAt":["CANARY3"],"key":"CANARY4",
            "connector":{"id":"C","name":7,"updatedAt":{"x":"CANARY5"},"token":"CANARY6"}}}]})");
    Decoded decoded{Sample{.connections = use}};
    CHECK(decoded.rejection == "");
    CHECK_FALSE(shows_canary(decoded));
    CHECK(decoded.column(credential_usages, "extra") ==
          R"({"connection":{"connector":{"token":{"fingerprint":")" + fingerprint(R"("CANARY6")") +
              R"(","type":"string"},"updatedAt":{"fingerprint":")" + fingerprint(R"({"x":"CANARY5"})") +
              R"(","type":"object"}},"createdAt":{"fingerprint":")" + fingerprint(R"(["CANARY3"])") +
              R"(","type":"array"},"key":{"fingerprint":")" + fingerprint(R"("CANARY4")") +
              R"(","type":"string"}},"note":{"fingerprint":")" + fingerprint(R"("CANARY1")") +
              R"(","type":"string"}})");
}

TEST_CASE("secrets: a usage whose connector is no object") {
    std::string use = sample_use(R"({"id":"CR","organisationId":"O","name":"n","type":"none","data":{},)"
                                 R"("usages":[{"connection":{"id":"N","connector":"CANARY"}}]})");
    Decoded decoded{Sample{.connections = use}};
    CHECK(decoded.rejection == "");
    CHECK_FALSE(shows_canary(decoded));
    CHECK(decoded.surprises() == "$.connections[*].credentials.action[*].credential.usages[*].connection."
                                 "connector: wrong type (string)\n");
}

TEST_CASE("secrets: which members of an auth scheme are open, by type") {
    struct Case {
        std::string_view type;
        const char *members, *open, *secret;
    };
    const Case cases[] = {
        {"none", "", "{}", ""},
        {"none", R"(,"key":"CANARY")", "{}", R"({"key":"CANARY"})"},
        {"api-key", R"(,"name":"X-Key","in":"header","value":"CANARY")", R"({"in":"header","name":"X-Key"})",
         R"({"value":"CANARY"})"},
        {"basic-auth", R"(,"username":"CANARY")", "{}", R"({"username":"CANARY"})"},
        {"hmac",
         R"(,"name":"n","in":"query","algorithm":"sha256","digestInputs":["body","path"],"secret":"CANARY")",
         R"({"algorithm":"sha256","digestInputs":["body","path"],"in":"query","name":"n"})",
         R"({"secret":"CANARY"})"},
        {"hmac", R"(,"digestInputs":[{"x":"CANARY"}])", "{}", R"({"digestInputs":[{"x":"CANARY"}]})"},
        {"certificate", R"(,"certificate":"CANARY")", "{}", R"({"certificate":"CANARY"})"},
        {"oauth2",
         R"(,"authorizeUrl":"a","tokenUrl":"t","scopes":[{"name":"s","description":"d"},{"name":"r"}],)"
         R"("defaultScopes":["s"],"additionalAuthorizeParams":{"k":"CANARY1"},"additionalTokenParams":"CANARY2",)"
         R"("mtlsEnabled":false,"mtlsCredentialId":"m","grant":{"grantType":"client_credentials","credentialId":"c",)"
         R"("organisationId":"o","clientId":"i","clientSecret":"CANARY3"})",
         R"({"authorizeUrl":"a","defaultScopes":["s"],"grant":{"clientId":"i","credentialId":"c",)"
         R"("grantType":"client_credentials","organisationId":"o"},"mtlsCredentialId":"m","mtlsEnabled":false,)"
         R"("scopes":[{"description":"d","name":"s"},{"name":"r"}],"tokenUrl":"t"})",
         R"({"additionalAuthorizeParams":{"k":"CANARY1"},"additionalTokenParams":"CANARY2",)"
         R"("grant":{"clientSecret":"CANARY3"}})"},
        {"oauth2",
         R"(,"scopes":[{"name":"s","key":"CANARY1"},"CANARY2"],"grant":{"new":["CANARY3"],"grantType":7})",
         R"({"grant":{"grantType":7},"scopes":[{"name":"s"},{}]})",
         R"({"grant":{"new":["CANARY3"]},"scopes":[{"key":"CANARY1"},"CANARY2"]})"},
        {"oauth2", R"(,"scopes":"CANARY1","grant":["CANARY2"])", "{}",
         R"({"grant":["CANARY2"],"scopes":"CANARY1"})"},
        {"oauth2", R"(,"scopes":null,"grant":null)", R"({"grant":null,"scopes":null})", ""},
        {"a type to come", R"(,"name":"CANARY")", "{}", R"({"name":"CANARY"})"},
        {"none", R"(,"description":["CANARY"])", "{}", R"({"description":["CANARY"]})"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.type);
        CAPTURE(std::string(one.members));
        std::string schemes =
            R"([{"id":"S","schemeType":")" + std::string(one.type) + '"' + one.members + "}]";
        Decoded decoded{Sample{.schemes = schemes}};
        REQUIRE(decoded.rejection == "");
        CHECK(decoded.column(auth_schemes, "settings") == one.open);
        CHECK(decoded.column(auth_schemes, "secret_fingerprint") ==
              (*one.secret ? model::quoted(fingerprint(one.secret)) : "null"));
        CHECK_FALSE(shows_canary(decoded));

        std::string embedding =
            "[" +
            sample_connection(R"(,"credentials":{"trigger":[{"id":"L","authSchemeConfig":)" +
                              schemes.substr(1, schemes.size() - 2) + "}]}") +
            "]";
        Decoded embedded{Sample{.connections = embedding}};
        REQUIRE(embedded.rejection == "");
        CHECK(embedded.column(auth_schemes, "position") == "null");
        CHECK(embedded.column(auth_schemes, "settings") == one.open);
        CHECK(embedded.column(auth_schemes, "secret_fingerprint") ==
              decoded.column(auth_schemes, "secret_fingerprint"));
        CHECK_FALSE(shows_canary(embedded));

        Decoded other{Sample{.connections = embedding, .schemes = R"([{"id":"S","schemeType":"other"}])"}};
        CHECK(other.column(connection_credentials, "auth_scheme").starts_with('{'));
        CHECK_FALSE(shows_canary(other));
    }
}

TEST_CASE("secrets: an embedded scheme beside the connector's own of that id") {
    struct Case {
        std::string_view name;
        const char *own, *embedded, *kept; // FP: a fingerprint
    };
    const Case cases[] = {
        {"the same", R"({"id":"S","schemeType":"api-key","name":"n","in":"query"})",
         R"({"in":"query","schemeType":"api-key","id":"S","name":"n"})", "null"},
        {"the same, byte for byte", R"({"id":"S","schemeType":"api-key","name":"n","in":"query"})",
         R"({"id":"S","schemeType":"api-key","name":"n","in":"query"})", "null"},
        {"the same but for a nested one, as long",
         R"({"id":"S","schemeType":"oauth2","scopes":[{"name":"s"}]})",
         R"({"id":"S","schemeType":"oauth2","scopes":[{"name":"t"}]})",
         R"({"id":"S","schemeType":"oauth2","scopes":[{"name":"t"}]})"},
        {"the same with a secret", R"({"id":"S","schemeType":"none","k":"CANARY"})",
         R"({"id":"S","schemeType":"none","k":"CANARY"})", "null"},
        {"another setting", R"({"id":"S","schemeType":"api-key","name":"n","in":"query"})",
         R"({"id":"S","schemeType":"api-key","name":"m","in":"query"})",
         R"({"id":"S","in":"query","name":"m","schemeType":"api-key"})"},
        {"another type", R"({"id":"S","schemeType":"none"})",
         R"({"id":"S","schemeType":"basic-auth","description":"d"})",
         R"({"description":"d","id":"S","schemeType":"basic-auth"})"},
        {"another secret", R"({"id":"S","schemeType":"none","k":"CANARY1"})",
         R"({"id":"S","schemeType":"none","k":"CANARY2"})",
         R"({"id":"S","schemeType":"none","secretFingerprint":FP({"k":"CANARY2"})})"},
        {"messages, unknown members in them", R"({"id":"S","schemeType":"none"})",
         R"({"id":"S","schemeType":"none","validationMessages":[{"text":"t","severity":"info","detail":["d"]},)"
         R"({"text":"u","severity":"error","code":"CANARY1","detail":{"x":"CANARY2"}}]})",
         R"({"id":"S","schemeType":"none","validationMessages":[{"detail":["d"],"severity":"info","text":"t"},)"
         R"({"code":{"fingerprint":FP("CANARY1"),"type":"string"},)"
         R"("detail":{"fingerprint":FP({"x":"CANARY2"}),"type":"object"},"severity":"error","text":"u"}]})"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        std::string link = "[" +
                           sample_connection(R"(,"credentials":{"action":[{"id":"L","authSchemeConfig":)" +
                                             std::string(one.embedded) + "}]}") +
                           "]",
                    own = "[" + std::string(one.own) + "]", kept = with_fingerprints(one.kept);
        Decoded decoded{Sample{.connections = link, .schemes = own}};
        REQUIRE(decoded.rejection == "");
        CHECK(decoded.column(connection_credentials, "auth_scheme_id") == R"("S")");
        CHECK(decoded.column(connection_credentials, "auth_scheme") == kept);
        CHECK(decoded.column(auth_schemes, "position") == "0");
        CHECK(decoded.connector.document.rows(auth_schemes).size() == 1);
        CHECK_FALSE(shows_canary(decoded));
    }
}

TEST_CASE("secrets: what is unknown in a scheme is noted of each copy, though it is the connector's own") {
    const std::string scheme = R"({"id":"S","schemeType":"none","k":"CANARY"})";
    std::string links = "[" +
                        sample_connection(R"(,"credentials":{"action":[{"id":"L","authSchemeConfig":)" +
                                          scheme + R"(},{"id":"M","authSchemeConfig":)" + scheme + "}]}") +
                        "]";
    Decoded decoded{Sample{.connections = links, .schemes = "[" + scheme + "]"}};
    REQUIRE(decoded.rejection == "");
    CHECK(decoded.drift.notes() ==
          Drift::Notes{
              {{"$.authSchemeConfigs[*].k", "unknown member (string)"}, 1},
              {{"$.connections[*].credentials.action[*].authSchemeConfig.k", "unknown member (string)"}, 2}});
    CHECK_FALSE(shows_canary(decoded));
}

TEST_CASE("secrets: of differing embedded copies the one with the first ids becomes the scheme") {
    auto link = [](std::string_view id, std::string_view in) {
        return R"({"id":")" + std::string(id) +
               R"(","authSchemeConfig":{"id":"S","schemeType":"api-key","in":")" + std::string(in) + R"("}})";
    };
    auto connections = [](const std::string& links) {
        return "[" + sample_connection(R"(,"credentials":{"action":[)" + links + "]}") + "]";
    };
    std::string one =
                    connections(link("L1", "query") + "," + link("L2", "header") + "," + link("L3", "query")),
                other =
                    connections(link("L3", "query") + "," + link("L2", "header") + "," + link("L1", "query"));
    for (const std::string& text : {one, other}) {
        Decoded decoded{Sample{.connections = text}};
        REQUIRE(decoded.rejection == "");
        CHECK(
            decoded.rows(auth_schemes) ==
            R"({"connector_id":"C","auth_scheme_id":"S"} {"position":null,"scheme_type":"api-key","description":null,)"
            R"("settings":{"in":"query"},"secret_fingerprint":null})"
            "\n");
        const auto& document = decoded.connector.document;
        std::size_t scheme = model::table(connection_credentials).column("auth_scheme");
        REQUIRE(document.rows(connection_credentials).size() == 3);
        CHECK(model::is_null(document.row(connection_credentials, 0)[scheme]));
        CHECK(model::text_of(document.row(connection_credentials, 1)[scheme]) ==
              R"({"id":"S","in":"header","schemeType":"api-key"})");
        CHECK(model::is_null(document.row(connection_credentials, 2)[scheme]));
    }
}

TEST_CASE("secrets: unknown members of a scheme's own messages") {
    Decoded decoded{Sample{
        .schemes =
            R"([{"id":"S","schemeType":"none","validationMessages":[{"text":"t","severity":"info","token":"CANARY"}]}])"}};
    CHECK(decoded.column(auth_scheme_messages, "extra") ==
          R"({"token":{"fingerprint":")" + fingerprint(R"("CANARY")") + R"(","type":"string"}})");
    CHECK_FALSE(shows_canary(decoded));
}

TEST_CASE("secrets: variables by their name") {
    struct Case {
        std::string_view name;
        const char *variable, *value, *secret;
    };
    const Case cases[] = {
        {"open", R"({"name":"region","value":"eu"})", R"("eu")", ""},
        {"secret", R"({"name":"secret","value":"CANARY"})", "null", R"({"value":"CANARY"})"},
        {"within a name", R"({"name":"MySecretValue","value":"CANARY"})", "null", R"({"value":"CANARY"})"},
        {"in capitals", R"({"name":"API_TOKEN","value":"CANARY"})", "null", R"({"value":"CANARY"})"},
        {"one more character", R"({"name":"PIN7","value":"CANARY"})", "null", R"({"value":"CANARY"})"},
        {"two more", R"({"name":"pin77","value":"7"})", R"("7")", ""},
        {"none more", R"({"name":"pin","value":"7"})", R"("7")", ""},
        {"secret and null", R"({"name":"secret","value":null})", "null", ""},
        {"secret and no string", R"({"name":"secret","value":["CANARY"]})", "null",
         R"({"value":["CANARY"]})"},
        {"an object in an open one", R"({"name":"region","value":{"x":"CANARY"}})", "null",
         R"({"value":{"x":"CANARY"}})"},
        {"a member that nobody knows", R"({"name":"region","value":"eu","masked":"CANARY"})", R"("eu")",
         R"({"masked":"CANARY"})"},
        {"the same in a secret one", R"({"name":"secret","value":"CANARY1","masked":"CANARY2"})", "null",
         R"({"masked":"CANARY2","value":"CANARY1"})"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        std::string of_connector = R"(,"connectionVariables":[)" + std::string(one.variable) + "]",
                    of_connection =
                        "[" + sample_connection(R"(,"variables":[)" + std::string(one.variable) + "]") + "]";
        Decoded decoded{Sample{.connections = of_connection, .more = of_connector}};
        REQUIRE(decoded.rejection == "");
        for (auto table : {connector_variables, connection_variables}) {
            CHECK(decoded.column(table, "value") == one.value);
            CHECK(decoded.column(table, "secret_fingerprint") ==
                  (*one.secret ? model::quoted(fingerprint(one.secret)) : "null"));
        }
        CHECK_FALSE(shows_canary(decoded));
    }
}

TEST_CASE("secrets: globs") {
    struct Case {
        std::string_view glob;
        const char* name;
        bool expected;
    };
    const Case cases[] = {
        {"*", "", true},
        {"*", "x", true},
        {"", "", true},
        {"", "x", false},
        {"*key*", "key", true},
        {"*key*", "KeY", true},
        {"*key*", "monkeys", true},
        {"*key*", "ke y", false},
        {"key*", "monkey", false},
        {"*key", "keys", false},
        {"*a*b*c*", "xaybzc", true},
        {"*a*b*c*", "xaycb", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"?", "", false},
        {"*?", "", false},
        {"*aab", "aaab", true},
        {"**x**", "x", true},
        {"[ab]", "a", false},
        {"[ab]", "[AB]", true},
        {"a.c", "abc", false},
    };
    for (const Case& one : cases) {
        CAPTURE(one.glob);
        CAPTURE(one.name);
        CHECK(SecretNames({std::string(one.glob)}).match(one.name) == one.expected);
    }
    CHECK_FALSE(SecretNames({}).match("secret"));
    CHECK(SecretNames({"a", "b"}).match("B"));
    std::string stars;
    for (int i = 0; i < 30; ++i)
        stars += "*a";
    CHECK_FALSE(SecretNames({stars + "b"}).match(std::string(3000, 'a')));
}

TEST_CASE("secrets: a rotation shows and a reordering does not") {
    auto print_of = [](std::string_view data) {
        std::string use =
            sample_use(R"({"id":"CR","organisationId":"O","name":"n","type":"oauth2-token","data":)" +
                       std::string(data) + "}");
        return unquoted(Decoded{Sample{.connections = use}}.column(credentials, "secret_fingerprint"));
    };
    std::string first = print_of(R"({"accessToken":"CANARY1","refreshToken":"CANARY2"})");
    CHECK(first.size() == 64);
    CHECK(first == print_of(R"({ "refreshToken" : "CANARY2", "accessToken" : "\u0043ANARY1" })"));
    CHECK(first == print_of(R"({"accessToken":"CANARY1","refreshToken":"CANARY2","scopes":["x"]})"));
    CHECK(first != print_of(R"({"accessToken":"CANARY2","refreshToken":"CANARY1"})"));
    CHECK(first != print_of(R"({"accessToken":"CANARY1"})"));
}

TEST_CASE("digest: of the bytes, by seed") {
    CHECK(digest("a") == digest("a"));
    CHECK(digest("a") != digest("b"));
    CHECK(digest("a", 1) != digest("a", 2));
    CHECK(digest("") != digest(" "));
}

} // namespace
} // namespace versori::decode
