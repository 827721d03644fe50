#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace versori;
using process::eventually;
using process::Outcome;
using process::Site;

namespace {

std::string walks_of(const Site& site, const std::string& organisation) {
    return site.one("SELECT count(*) FROM walks WHERE outcome = 'settled' AND organisation_id = '" +
                    organisation + "'");
}

bool all_walked(Site& site, const std::string& times) {
    for (const std::string& organisation : site.organisations())
        if (walks_of(site, organisation) != times)
            return false;
    return true;
}

} // namespace

TEST_CASE("run walks every organisation, USR1 walks again, TERM ends it cleanly") {
    Site site({1, 3, 60});
    site.configure();
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    CHECK(eventually([&] { return all_walked(site, "1"); }));
    site.server.with([&](platform::Platform& platform) {
        platform.world.create(platform.world.organisations.front().id, "Fresh");
    });
    daemon->signal(SIGUSR1);
    CHECK(eventually([&] { return all_walked(site, "2"); }));
    CHECK_EQ(site.one("SELECT count(*) FROM connectors WHERE name = 'Fresh'"), "1");
    for (const std::string& organisation : site.organisations())
        CHECK_EQ(process::difference(site.tables(organisation), site.expected(organisation)), "");
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
    CHECK_EQ(site.one("PRAGMA integrity_check"), "ok");
    CHECK_EQ(site.one("SELECT count(*) FROM walks WHERE outcome = 'running'"), "0");
}

TEST_CASE("run walks on its interval") {
    Site site({1, 1, 5});
    site.configure("[schedule]\ninterval = \"1s\"\n");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    CHECK(eventually([&] {
        return std::stoi("0" + site.one("SELECT count(*) FROM walks WHERE outcome = 'settled'")) >= 3;
    }));
    CHECK(site.one("SELECT next_attempt_at > last_complete_at FROM organisations") == "1");
    daemon->signal(SIGINT);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
}

TEST_CASE("TERM in the middle of a walk leaves nothing half applied and takes under five seconds") {
    Site site({1, 1, 40}, {});
    site.configure("[platform]\nurl = \"" + site.server.url() + "\"\npage_size = 10\n");
    platform::Answer silent;
    site.server.with([&](platform::Platform& platform) {
        platform::Fault fault;
        fault = platform::Fault::on_wire(platform::Wire::silent);
        platform.fail_when(
            [](const platform::Ask& ask) { return ask.target.find("after=") != std::string::npos; }, fault);
    });
    auto daemon = site.start({"run"});
    CHECK(eventually(
        [&] { return site.server.with([](platform::Platform& p) { return p.asked.size(); }) >= 2; }));
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
    CHECK_EQ(site.one("SELECT count(*) FROM connectors"), "0");
    CHECK_EQ(site.one("SELECT outcome FROM walks"), "abandoned");
}

TEST_CASE("one organisation's failure leaves the others alone") {
    Site site({1, 3, 30});
    std::string denied = site.organisations()[0], garbage = site.organisations()[1],
                well = site.organisations()[2];
    site.server.with([&](platform::Platform& platform) {
        platform.behaviours[denied].denied = 401;
        platform::Fault fault;
        fault.answer = platform::Answer{200, {}, "<html>maintenance</html>", "text/html"};
        platform.fail_when(
            [garbage](const platform::Ask& ask) { return ask.target.find(garbage) != std::string::npos; },
            fault);
    });
    site.configure("[schedule]\ninterval = \"1s\"\n");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    CHECK(eventually([&] { return std::stoi("0" + walks_of(site, well)) >= 2; }));
    CHECK_EQ(site.one("SELECT state FROM organisations WHERE organisation_id = '" + denied + "'"), "denied");
    CHECK_EQ(site.one("SELECT state FROM organisations WHERE organisation_id = '" + garbage + "'"),
             "failing");
    CHECK_EQ(site.one("SELECT state FROM organisations WHERE organisation_id = '" + well + "'"), "ok");
    std::string reason =
        site.one("SELECT state_reason FROM organisations WHERE organisation_id = '" + garbage + "'");
    CHECK_MESSAGE(reason.find("page 1") != std::string::npos, reason);
    CHECK_MESSAGE(reason.find("not JSON") != std::string::npos, reason);

    SUBCASE("a new token file is noticed at once") {
        site.server.with([&](platform::Platform& platform) { platform.behaviours[denied].denied = 0; });
        site.write("token.new", "site-token");
        std::filesystem::rename(site.path("token.new"), site.path("token"));
        CHECK(eventually([&] {
            return site.one("SELECT state FROM organisations WHERE organisation_id = '" + denied + "'") ==
                   "ok";
        }));
    }
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
}

TEST_CASE("HUP takes a good configuration and keeps the last one when the new one is wrong") {
    Site site({1, 2, 20});
    site.configure(site.organisation(0));
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    site.write("versori-mirror.toml", "[schedule]\ninterval = 5\n");
    daemon->signal(SIGHUP);
    CHECK(daemon->says("stays in force"));
    CHECK(daemon->says("versori-mirror.toml:2:12: schedule.interval"));
    site.configure(site.organisation(1));
    daemon->signal(SIGHUP);
    CHECK(daemon->says("reloaded"));
    std::string gone = site.organisations()[0], fresh = site.organisations()[1];
    CHECK(eventually([&] { return walks_of(site, fresh) == "1"; }));
    CHECK_EQ(site.one("SELECT state FROM organisations WHERE organisation_id = '" + gone + "'"),
             "unconfigured");
    CHECK(site.one("SELECT count(*) FROM connectors WHERE organisation_id = '" + gone + "'") != "0");
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
}

TEST_CASE("a second writer says which process holds the mirror, and what to do") {
    Site site({1, 1, 5});
    site.configure();
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    Outcome second = site.mirror({"sync"});
    CHECK_EQ(second.status, 75);
    CHECK_MESSAGE(second.err.find("process " + std::to_string(daemon->id())) != std::string::npos,
                  second.err);
    CHECK(second.err.find("kill -USR1 " + std::to_string(daemon->id())) != std::string::npos);
}

TEST_CASE("readers query while it runs, and after it stopped") {
    Site site;
    site.configure("[schedule]\ninterval = \"1s\"\n");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    for (int i = 0; i < 200; ++i)
        CHECK(site.one(
                  "SELECT count(*) FROM connectors JOIN connections USING (organisation_id, connector_id)") !=
              "");
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
    CHECK_EQ(site.one("SELECT count(*) FROM connectors"), "250");
}

TEST_CASE("USR1 during a walk makes another one follow") {
    Site site({1, 1, 10});
    site.configure();
    std::string org = site.organisations().front();
    site.server.with([&](platform::Platform& platform) {
        platform::Fault slow;
        slow.edit = [](platform::Answer& answer) { answer.delay = std::chrono::milliseconds{500}; };
        platform.fail_when([](const platform::Ask&) { return true; }, slow, 1);
    });
    auto daemon = site.start({"run"});
    CHECK(eventually(
        [&] { return site.server.with([](platform::Platform& p) { return p.asked.size(); }) == 1; }));
    daemon->signal(SIGUSR1);
    REQUIRE(daemon->says("settled"));
    CHECK(eventually([&] { return walks_of(site, org) == "2"; }));
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(std::chrono::seconds{5}).status, 0);
}
