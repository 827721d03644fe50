#include "tests/process/network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

using namespace versori;
using platform::Fault;
using process::Network;
using process::Synced;

namespace {

std::size_t page_bytes(Network& network, int size) {
    return network.site.server.with([&](platform::Platform& platform) {
        platform::Ask ask;
        ask.target =
            "/api/connect/v1/o/" + network.organisation + "/connectors?first=" + std::to_string(size);
        ask.authorization = "Bearer site-token";
        std::size_t bytes = platform.answer(ask).body.size();
        platform.asked.clear();
        return bytes;
    });
}

std::string limit(std::size_t bytes) {
    return "page_size = 16\nmax_page_bytes = \"" + std::to_string(bytes) + "B\"\n";
}

void refuse_above(Network& network, int size, unsigned status) {
    network.site.server.with([&](platform::Platform& platform) {
        platform.fail_when(
            [size](const platform::Ask& ask) {
                auto at = ask.target.find("first=");
                return at != std::string::npos && std::atoi(ask.target.c_str() + at + 6) > size;
            },
            Fault::status(status));
    });
}

// Connectors that a filter can tell apart only when it arrives whole.
void compose(platform::Platform& platform) {
    auto& connectors = platform.world.organisations.front().connectors;
    using Tags = std::vector<std::pair<std::string, std::vector<std::string>>>;
    connectors[0].name = "Zürich & Söhne 100% = a+b?";
    connectors[1].name = "zürich & söhne";
    connectors[2].tags = Tags{{"Ünïcode 🏷", {"x&y=z"}}, {"beta", {}}};
    connectors[3].tags = Tags{{"Ünïcode 🏷", {"x"}}, {"beta", {}}};
}

} // namespace

TEST_CASE("a page size that is refused, or makes pages too large, is halved, and the rows are exact") {
    struct Case {
        const char* name;
        const char* sizes; // asked for, in order
        double bytes;      // max_page_bytes, in pages of sixteen; 0: plenty
        unsigned refusal;  // of sizes above five; 0: none
    };
    const Case cases[] = {
        {"refused with 400", "16 8 4 4 4 4 4", 0, 400},
        {"refused with 413", "16 8 4 4 4 4 4", 0, 413},
        {"above half of max_page_bytes", "16 8", 1.5, 0},
        {"above max_page_bytes", "16 8 4 4 4", 0.8, 0},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Network network;
        if (one.refusal)
            refuse_above(network, 5, one.refusal);
        network.configure(one.bytes > 0 ? limit(std::size_t(one.bytes * double(page_bytes(network, 16))))
                                        : "page_size = 16\n");
        Synced synced = network.sync();
        CHECK_EQ(synced.line, "settled, 20 connectors, +20 ~0 -0, T");
        CHECK_EQ(network.asked_sizes(), one.sizes);
        CHECK_EQ(network.difference(), "");
    }
}

TEST_CASE("the service remembers the size that was taken") {
    Network network;
    refuse_above(network, 5, 400);
    network.configure("page_size = 16\n");
    auto daemon = network.site.start({"run"});
    REQUIRE(daemon->says("settled"));
    CHECK_EQ(network.asked_sizes(), "16 8 4 4 4 4 4");
    daemon->signal(SIGUSR1);
    CHECK(process::eventually(
        [&] { return network.site.one("SELECT count(*) FROM walks WHERE outcome = 'settled'") == "2"; }));
    CHECK_EQ(network.asked_sizes(), "4 4 4 4 4");
}

TEST_CASE("a 400 that is not about the size ends the walk with the platform's words") {
    Network network;
    network.fail(Fault::status(400));
    CHECK_EQ(network.sync().line,
             "incomplete: GET PATH: the platform answered 400 (scripted_400: a fault of "
             "the simulated platform) (3 attempts in T), 0 connectors, nothing changed, T");
    CHECK_EQ(network.asked_sizes(), "7 3 1");
    network.heal();
    CHECK_EQ(network.sync().status, 0);
    CHECK_EQ(network.difference(), "");
}

TEST_CASE("filters arrive as they are written") {
    using Visible = std::function<bool(const platform::Connector&)>;
    struct Case {
        const char* name;
        const char* filter; // in the configuration
        const char* query;  // as it is sent
        std::size_t rows;
        Visible visible;
    };
    auto named = [](const std::string& part) -> Visible {
        return [part](const platform::Connector& one) { return one.name.find(part) != std::string::npos; };
    };
    auto in_category = [](std::set<std::string> some) -> Visible {
        return [some](const platform::Connector& one) {
            return std::ranges::any_of(one.categories, [&](auto& own) { return some.contains(own); });
        };
    };
    const Case cases[] = {
        {"name_contains", "name_contains = \"rich & Söhne 100% = a+b?\"\n",
         "&name=rich%20%26%20S%C3%B6hne%20100%25%20%3D%20a%2Bb%3F", 1, named("100% = a+b?")},
        {"tags", "tags = \"Ünïcode 🏷:x&y=z,beta\"\n",
         "&tags=%C3%9Cn%C3%AFcode%20%F0%9F%8F%B7%3Ax%26y%3Dz%2Cbeta", 1,
         [](const platform::Connector& one) {
             return one.tags && one.tags->size() == 2 &&
                    one.tags->front().second == std::vector<std::string>{"x&y=z"};
         }},
        {"categories", "categories = [\"AI/LLMs\", \"ERP\"]\n", "&categories=AI%2FLLMs&categories=ERP", 6,
         in_category({"AI/LLMs", "ERP"})},
        {"protocol", "protocol = \"QUERY\"\n", "&protocol=QUERY", 4,
         [](const platform::Connector& one) { return one.protocol == "bigquery"; }},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Network network;
        network.site.server.with(compose);
        network.configure("", network.site.organisation(0, one.filter));
        Synced synced = network.sync();
        CHECK_EQ(synced.line, "settled, " + std::to_string(one.rows) + " connectors, +" +
                                  std::to_string(one.rows) + " ~0 -0, T");
        auto expected = network.site.server.with([&](platform::Platform& platform) {
            for (const platform::Ask& ask : platform.asked)
                CHECK_MESSAGE(ask.target.ends_with(one.query), ask.target);
            return platform::expected_rows(
                platform.world.organisations.front(),
                {.key = network.site.read("mirror.db.key"), .visible = one.visible});
        });
        CHECK_EQ(expected.at("connectors").size(), one.rows);
        CHECK_EQ(process::difference(network.rows(), expected), "");
    }
}
