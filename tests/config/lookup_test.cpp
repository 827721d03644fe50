#include "daemon/config/lookup.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

Settings settings_with(std::initializer_list<std::pair<const char*, const char*>> organisations) {
    Settings settings;
    for (auto [id, name] : organisations) {
        Organisation organisation;
        organisation.id = id;
        organisation.name = name;
        settings.organisations.push_back(organisation);
    }
    return settings;
}

TEST_CASE("an organisation is found by id or by name") {
    auto settings = settings_with({{"01A", "acme"}, {"01B", ""}, {"01C", "globex"}});
    auto id_of = [&](std::string_view wanted) {
        auto found = find_organisation(settings, wanted);
        return found ? (*found)->id : found.error().message;
    };
    CHECK(id_of("01A") == "01A");
    CHECK(id_of("acme") == "01A");
    CHECK(id_of("01B") == "01B");
    CHECK(id_of("globex") == "01C");
    CHECK(id_of("acm") == "no organisation has the id or name \"acm\"; did you mean \"acme\"?");
    CHECK(id_of("initech") ==
          "no organisation has the id or name \"initech\"; configured: acme, 01B, globex");
    CHECK(id_of("") == "no organisation has the id or name \"\"; configured: acme, 01B, globex");
    CHECK(id_of("ACME") == "no organisation has the id or name \"ACME\"; configured: acme, 01B, globex");
}

TEST_CASE("a long list of organisations is cut, and an empty one named") {
    Settings settings;
    CHECK(find_organisation(settings, "x").error().message ==
          "no organisation has the id or name \"x\"; none is configured");
    for (int i = 10; i < 22; ++i) {
        Organisation organisation;
        organisation.id = "org" + std::to_string(i);
        settings.organisations.push_back(organisation);
    }
    CHECK(find_organisation(settings, "x").error().message ==
          "no organisation has the id or name \"x\"; configured: org10, org11, org12, org13, org14, org15, "
          "org16, org17, "
          "org18, org19 and 2 more");
}

} // namespace
} // namespace versori::config
