#include "daemon/config/flags.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

Environment with_token() {
    return [](const std::string& name) {
        return name == "VERSORI_TOKEN" ? std::optional<std::string>{"hunter2"} : std::nullopt;
    };
}

Environment without_token() {
    return [](const std::string&) -> std::optional<std::string> { return {}; };
}

std::string problems_of(const Loaded& loaded) {
    std::string text;
    if (loaded.has_error())
        for (const auto& problem : loaded.error())
            text += to_string(problem) + '\n';
    return text;
}

TEST_CASE("flags alone are the defaults, a database here and nothing to the journal") {
    Flags flags;
    flags.organisations = {"01A"};
    auto loaded = from_flags(flags, with_token());
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.has_value());

    Settings expected;
    expected.mirror.database = "./mirror.db";
    expected.changes.journal = false;
    expected.organisations.resize(1);
    expected.organisations[0].id = "01A";
    expected.organisations[0].token = TokenEnv{"VERSORI_TOKEN"};
    CHECK((*loaded == expected));
}

TEST_CASE("every flag is taken, the token file before the environment") {
    Flags flags;
    flags.organisations = {"01A", "01B", "01A"};
    flags.token_file = "token";
    flags.url = "http://localhost:8082/v1";
    flags.page_size = std::string{"7"};
    flags.database = "/tmp/m.db";
    auto loaded = from_flags(flags, with_token());
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.has_value());
    CHECK(loaded->platform.page_size == 7);
    CHECK((loaded->platform.url == Url{"http", "localhost", 8082, "/v1"}));
    CHECK(loaded->mirror.database == "/tmp/m.db");
    REQUIRE(loaded->organisations.size() == 2);
    CHECK(loaded->organisations[1].id == "01B");
    CHECK((loaded->organisations[1].token == TokenSource{TokenFile{"token"}}));
}

TEST_CASE("everything wrong with the flags is said at once") {
    Flags flags;
    flags.organisations = {"ok", ""};
    flags.url = "localhost:8082";
    flags.page_size = "many";
    flags.database = "";
    CHECK(problems_of(from_flags(flags, without_token())) ==
          "--database: expected the path of a file, got \"\"\n"
          "--url: expected a URL such as \"https://platform.versori.com/api/connect/v1\", got the scheme "
          "\"localhost\"\n"
          "--page-size: expected a whole number from 1 to 10000, got \"many\"\n"
          "--token-file: expected a file that holds the token, or VERSORI_TOKEN in the environment, got "
          "neither\n"
          "--organisation: expected an organisation's id, got \"\"\n");
    CHECK(problems_of(from_flags({}, with_token())) ==
          "--organisation: expected an organisation's id, got none\n");

    Flags sizes;
    sizes.organisations = {"ok"};
    for (const char* size : {"0", "-1", "1.5", "", "7x", "99999999999999999999"}) {
        sizes.page_size = size;
        bool quoted = std::string{size} != "0" && std::string{size} != "-1";
        std::string mark = quoted ? "\"" : "", shown = mark + size + mark;
        CHECK(problems_of(from_flags(sizes, with_token())) ==
              "--page-size: expected a whole number from 1 to 10000, got " + shown + "\n");
    }
}

TEST_CASE("an empty token file is a mistake, not a reason to look elsewhere") {
    Flags flags;
    flags.organisations = {"01A"};
    flags.token_file = "";
    CHECK(problems_of(from_flags(flags, with_token())) ==
          "--token-file: expected the path of a file, got \"\"\n");
}

} // namespace
} // namespace versori::config
