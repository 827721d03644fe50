#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace versori;
using process::Outcome;
using process::Program;
using process::Site;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("status after a sync: one row an organisation, and well") {
    Site site({3, 2, 20});
    site.configure();
    CHECK_EQ(site.mirror({"status"}).status, 74);
    site.mirror({"sync"});
    Outcome outcome = site.mirror({"status"});
    CHECK_EQ(outcome.status, 0);
    CHECK_EQ(outcome.err, "");
    CHECK(outcome.out.starts_with("ORGANISATION"));
    for (const std::string& id : site.organisations())
        CHECK(has(outcome.out, "    id          " + id));
    Outcome json = site.mirror({"status", "--json"});
    CHECK_EQ(json.status, 0);
    CHECK(has(json.out, R"("healthy":true,"organisations":[{"organisation_id":")"));
    CHECK(has(json.out, R"("interval_seconds":3600)"));
}

TEST_CASE("status --json: the man page names its members, all of them and in their order") {
    Site site({3, 1, 5});
    site.configure();
    site.mirror({"sync"});
    site.write("status.json", site.mirror({"status", "--json"}).out);
    auto members = [&](const std::string& of) {
        return Program({"/usr/bin/jq", "-r", of + " | keys_unsorted | join(\", \")", "status.json"},
                       site.directory())
            .wait()
            .out;
    };
    std::ifstream file("systemd/versori-mirror.1");
    std::string page(std::istreambuf_iterator<char>(file), {});
    std::ranges::replace(page, '\n', ' ');
    auto named = [&](std::string list) {
        list.pop_back();
        if (auto last = list.rfind(", "); last != list.npos)
            list.replace(last, 2, " and ");
        return page.find(list) != page.npos;
    };
    CHECK_MESSAGE(named(members("del(.organisations)").insert(0, "one JSON object: ")),
                  members("del(.organisations)"));
    CHECK_MESSAGE(named(members(".organisations[0]")), members(".organisations[0]"));
}

TEST_CASE("status is 1 when an organisation had no complete walk for three of its intervals") {
    Site site({3, 2, 20});
    site.configure();
    site.mirror({"sync"});
    std::string first = site.organisations().front();
    auto last = [&](const std::string& ago) {
        site.execute(
            "UPDATE organisations SET last_complete_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-" + ago +
            "') WHERE organisation_id = '" + first + "'");
    };
    last("170 minutes");
    CHECK_EQ(site.mirror({"status"}).status, 0);
    last("190 minutes");
    Outcome late = site.mirror({"status"});
    CHECK_EQ(late.status, 1);
    CHECK(has(late.out, "no complete walk for 3 h 10 m; there should be one every 1 h"));
    CHECK(has(site.mirror({"status", "--json"}).out, R"("healthy":false)"));

    // Without the configuration the mirror knows the interval.
    std::string file = site.path("mirror.db");
    CHECK_EQ(site.bare({"status", "-c", "none.toml", "--database", file}).status, 1);
    last("170 minutes");
    CHECK_EQ(site.bare({"status", "-c", "none.toml", "--database", file}).status, 0);
    CHECK_EQ(site.bare({"status", "-c", "none.toml"}).status, 78);
}

TEST_CASE("status while the daemon runs tells who is denied, and why") {
    Site site({1, 2, 10});
    site.configure();
    site.server.with([](platform::Platform& platform) {
        platform.authorizations[platform.world.organisations.front().id] = {"Bearer another"};
    });
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    REQUIRE(daemon->says("denied"));
    Outcome outcome = site.mirror({"status"});
    CHECK_EQ(outcome.status, 0);
    CHECK(has(outcome.out, "    reason      denied for "));
    CHECK(has(outcome.out, "the token is not valid"));
    CHECK(has(outcome.out, "  in "));
}
