#include "tests/platform/compose.hpp"

#include <algorithm>
#include <array>

namespace versori::platform {
namespace {

using namespace std::chrono_literals;

constexpr std::array names = {"Shopify",      "NetSuite",        "O'Reilly \"Data\"", "Stripe",
                              "Zürich Börse", "Slack",           "日本語コネクタ",    "Salesforce",
                              "Rocket 🚀",     "BigQuery export", "Back\\slash/es",    "Xero",
                              "Mews & Sons",  "HubSpot",         "100% <Fresh>",      "SAP S/4HANA"};
constexpr std::array connection_names = {"production", "staging",  "Müller's “test”",
                                         "sandbox",    "EU\twest", "legacy"};
constexpr std::array categories = {"eCommerce", "ERP", "Communication", "CRM", "Accounting", "AI/LLMs", "HR"};

template <std::size_t size>
std::string numbered(const std::array<const char*, size>& names, std::size_t n) {
    std::string name = names[n % size];
    return n < size ? name : name + " " + std::to_string(n / size + 1);
}

// The second of equal names keeps another value; the name with "token" in it is a secret by the default
// globs.
std::vector<Variable> variables(World& world, Dice& dice) {
    std::vector<Variable> some;
    if (dice.one_in(2))
        some.push_back({"region", "eu-west-1", {}});
    if (dice.one_in(3))
        some.push_back({"region", "", {}});
    if (dice.one_in(3))
        some.push_back({"region", "eu-west-1", {}});
    if (dice.one_in(3))
        some.push_back({"Api_TOKEN", world.canary(), {}});
    if (dice.one_in(6))
        some.push_back({"Api_TOKEN", world.canary(), {}});
    if (dice.one_in(5))
        some.push_back({"größe", "42\n\"zwei\"", {}});
    if (dice.one_in(20))
        some.push_back({"tier", "gold", {{"masked", world.canary()}}});
    return some;
}

AuthScheme embedded_scheme(World& world, const Connector& connector, Dice& dice) {
    auto kind = dice.below(5);
    if (kind == 4 || connector.auth_schemes.empty())
        return compose_scheme(world, dice.below(77), "embedded-" + std::to_string(dice.below(2)));
    AuthScheme scheme = dice.of(connector.auth_schemes);
    if (kind == 2)
        scheme.description += " (as of the connection)";
    if (kind == 3)
        scheme.settings["rotated"] = world.canary();
    return scheme;
}

std::string pick_credential(const Organisation& organisation, std::size_t n) {
    return std::next(organisation.credentials.begin(), n % organisation.credentials.size())->first;
}

std::vector<ConnectionCredential> credentials(World& world, const Organisation& organisation,
                                              const Connector& connector, std::size_t n, std::size_t count,
                                              Dice& dice) {
    std::vector<ConnectionCredential> some;
    for (std::size_t i = 0; i < count && !organisation.credentials.empty(); ++i) {
        ConnectionCredential one{world.new_id(),
                                 embedded_scheme(world, connector, dice),
                                 pick_credential(organisation, n * 2 + i),
                                 {}};
        if (dice.one_in(8))
            one.unknown = {{"priority", Json::number("1e2")}, {"condition", Json()}};
        some.push_back(std::move(one));
    }
    return some;
}

std::optional<std::vector<Message>> messages(Dice& dice) {
    switch (dice.below(3)) {
    case 0:
        return {};
    case 1:
        return std::vector<Message>{};
    }
    std::vector<Message> some{{"Compiled with 2 notes", "info", std::vector<std::string>{"a → b", ""}, {}}};
    if (dice.one_in(2))
        some.push_back({"Deprecated call", "warning", {}, {{"line", 17}, {"column", Json()}}});
    if (dice.one_in(2))
        some.push_back({"Line\nbreak", "fatal", std::vector<std::string>{}, {}});
    return some;
}

void compose_tags(Connector& connector, Dice& dice) {
    switch (dice.below(4)) {
    case 0:
        return;
    case 1:
        connector.tags.emplace();
        return;
    }
    connector.tags.emplace();
    connector.tags->push_back({"region", {"eu", "us", "eu"}});
    if (dice.one_in(2))
        connector.tags->push_back({"beta", {}});
    if (dice.one_in(2))
        connector.tags->push_back({"Ünïcode 🏷", {"", "x:y,z"}});
}

void compose_origin(World& world, Connector& connector, std::size_t n) {
    if (n % 5 == 4) {
        connector.protocol = "bigquery";
        connector.dataset_id = "acme-prod.dataset_" + std::to_string(n);
    } else if (n % 40 == 7) {
        connector.protocol = "graphql";
    } else {
        connector.base_url = "https://api-" + std::to_string(n) + ".example.com/v1?a=b&c=%20";
    }
    if (n % 3 != 0)
        connector.documentation_url = "https://docs.example.com/" + std::to_string(n);
    if (n % 4 == 0)
        connector.image_url = "https://cdn.example.com/" + std::to_string(n) + ".svg";
    if (n % 6 == 5)
        connector.unknown = {
            {"labels", Json::Object{{"ratio", Json::number("1.50")}, {"ünï", Json::Array{Json(), true}}}},
            {"weight", Json::number("12345678901234567890123")}};
    if (n % 8 == 3)
        connector.variables = {};
    if (n % 8 == 3 || n % 8 == 6)
        connector.variables.emplace();
    Dice dice(n);
    if (n % 8 == 6)
        connector.variables = variables(world, dice);
}

std::string free_name(const Connector& connector, std::size_t n) {
    for (std::size_t i = n % 3;; ++i) {
        std::string name = numbered(connection_names, i);
        auto taken = [&](const Connection& other) { return other.name == name; };
        if (std::ranges::none_of(connector.connections, taken))
            return name;
    }
}

} // namespace

Connection compose_connection(World& world, const Organisation& organisation, const Connector& connector,
                              std::size_t n, Time when) {
    Dice dice(n * 7 + 3);
    Connection connection;
    connection.id = world.new_id();
    connection.name = free_name(connector, n);
    connection.created_at = connection.updated_at = when;
    connection.action = credentials(world, organisation, connector, n, dice.below(4), dice);
    if (dice.one_in(2))
        connection.trigger = credentials(world, organisation, connector, n + 1, dice.below(3), dice);
    if (dice.one_in(9))
        connection.action.reset();
    if (connection.action && !connection.action->empty() && connection.trigger && dice.one_in(3))
        connection.trigger->push_back(connection.action->front()); // one id under both purposes
    connection.variables = variables(world, dice);
    if (dice.one_in(7))
        connection.unknown = {{"zone", "eu-1"}, {"limits", Json::Object{{"rps", Json::number("0.10")}}}};
    return connection;
}

Version compose_version(World& world, const Connector& connector, std::size_t n, Time when) {
    Dice dice(n * 5 + 1);
    Version version;
    version.id = world.new_id();
    version.name = "1." + std::to_string(connector.versions.size()) + ".0";
    if (dice.one_in(2))
        version.description = dice.one_in(3) ? "" : "Adds “refunds”\nand retries";
    version.created_at = version.updated_at = when;
    if (!dice.one_in(3))
        version.published_at = when + 90s;
    version.messages = messages(dice);
    if (dice.one_in(6))
        version.unknown = {{"checksum", Json()}, {"size", Json::number("-0.0")}};
    return version;
}

Connector compose_connector(World& world, const Organisation& organisation, std::size_t n, Time when) {
    Dice dice(n);
    Connector connector;
    connector.id = world.new_id();
    connector.organisation_id = n % 8 == 5 ? library_organisation : organisation.id;
    connector.name = numbered(names, n);
    connector.is_public = n % 8 == 5 || n % 7 == 0;
    connector.created_at = when - 24h * 30;
    connector.updated_at = when;
    connector.categories = {categories[n % categories.size()]};
    compose_origin(world, connector, n);
    compose_tags(connector, dice);
    for (std::size_t i = 0; i < n % 4; ++i)
        connector.auth_schemes.push_back(
            compose_scheme(world, n + i, i == 0 ? "default" : "scheme-" + std::to_string(i)));
    for (std::size_t i = 0, count = dice.below(4); i < count; ++i)
        connector.connections.push_back(
            compose_connection(world, organisation, connector, n * 3 + i, when - 1h * i));
    for (std::size_t i = 0, count = dice.below(5); i < count; ++i)
        connector.versions.push_back(compose_version(world, connector, n * 4 + i, when - 24h * i));
    if (!connector.versions.empty()) {
        connector.versions.back().is_latest = true;
        connector.versions[dice.below(connector.versions.size())].is_default = true;
    }
    return connector;
}

} // namespace versori::platform
