#include "daemon/config/key.hpp"
#include "daemon/config/load.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace versori::config {
namespace {

constexpr const char* shipped = "config/versori-mirror.toml";

std::string contents() {
    std::ifstream in{shipped};
    std::stringstream text;
    text << in.rdbuf();
    REQUIRE(in.good());
    return text.str();
}

// "#key = value" and "#[[organisation]]" are settings; "# words" are not.
bool is_setting(const std::string& line) {
    return line.size() > 1 && line[0] == '#' && line[1] != ' ';
}

std::string uncommented() {
    std::istringstream in{contents()};
    std::string text;
    for (std::string line; std::getline(in, line);)
        text += (is_setting(line) ? line.substr(1) : line) + '\n';
    return text;
}

std::string problems_of(const Loaded& loaded) {
    std::string text;
    if (loaded.has_error())
        for (const auto& problem : loaded.error())
            text += to_string(problem) + '\n';
    return text;
}

TEST_CASE("the shipped file loads and is the defaults") {
    auto loaded = load_file(shipped);
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.has_value());
    CHECK((*loaded == Settings{}));
}

TEST_CASE("the shipped file's values are the defaults, its examples three organisations") {
    auto loaded = load(uncommented(), shipped);
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->organisations.size() == 3);
    CHECK(loaded->organisations[0].name == "acme");
    CHECK((loaded->organisations[0].token == TokenSource{TokenFile{"/etc/versori-mirror/acme.token"}}));
    CHECK((loaded->organisations[1].token == TokenSource{TokenCredential{"globex"}}));
    CHECK((loaded->organisations[2].token == TokenSource{TokenEnv{"INITECH_TOKEN"}}));

    auto settings = *loaded;
    settings.organisations.clear();
    CHECK((settings == Settings{}));
}

TEST_CASE("the shipped file has every key in its section and explains it") {
    auto root = parse_toml(uncommented());
    REQUIRE(root.has_value());
    for (const auto& key : keys()) {
        CAPTURE(std::string{key.name});
        auto* section = find(*root, key.section);
        REQUIRE(section);
        CHECK(find(std::get<Table>(section->value), key.name));
    }
    auto* organisations = find(*root, "organisation");
    REQUIRE(organisations);
    for (const auto& key : organisation_keys()) {
        CAPTURE(std::string{key.name});
        bool found = false;
        for (const auto& organisation : std::get<Array>(organisations->value))
            found = found || find(std::get<Table>(organisation.value), key.name);
        CHECK(found);
    }

    std::istringstream in{contents()};
    std::string before;
    for (std::string line; std::getline(in, line); before = line) {
        CAPTURE(line);
        if (is_setting(line) && line[1] != '[' && line.rfind("#id", 0) != 0)
            CHECK(before.rfind("# ", 0) == 0);
    }
}

} // namespace
} // namespace versori::config
