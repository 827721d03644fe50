#include "tests/process/notifications.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace versori;
using namespace std::chrono_literals;
using platform::Answer;
using platform::Fault;
using process::eventually;
using process::Site;

namespace {

void accept_only(Site& site, const std::string& token) {
    site.server.with([&](platform::Platform& platform) {
        for (auto& [organisation, accepted] : platform.authorizations)
            accepted = {"Bearer " + token};
    });
}

std::size_t requests(Site& site) {
    return site.server.with([](platform::Platform& platform) { return platform.asked.size(); });
}

std::string state(const Site& site) {
    return site.one("SELECT state FROM organisations");
}

std::string state_reason(const Site& site) {
    return site.one("SELECT state_reason FROM organisations");
}

std::string walks(const Site& site, const std::string& organisation) {
    return site.one("SELECT count(*) FROM walks WHERE finished_at IS NOT NULL AND organisation_id = '" +
                    organisation + "'");
}

// Minutes from the end of the organisation's last walk until its next.
double pause(const Site& site, const std::string& organisation) {
    return std::stod(site.one("SELECT (julianday(next_attempt_at) - julianday(finished_at)) * 1440 FROM "
                              "organisations JOIN walks USING (organisation_id) WHERE organisation_id = '" +
                              organisation + "' ORDER BY walk_id DESC"));
}

enum class Way { in_place, by_rename };

void put_token(const Site& site, const std::string& token, Way way, const std::string& file = "token") {
    if (way == Way::in_place) {
        std::ofstream(site.path(file), std::ios::trunc) << token << "\n";
        return;
    }
    site.write("token.new", token);
    std::filesystem::rename(site.path("token.new"), site.path(file));
}

} // namespace

TEST_CASE("a denied organisation is walked at once when its token file changes, and not before") {
    for (Way way : {Way::in_place, Way::by_rename}) {
        CAPTURE(int(way));
        Site site({1, 1, 10});
        site.configure();
        accept_only(site, "third-token");
        std::string organisation = site.organisations().front();
        auto daemon = site.start({"run"});
        REQUIRE(daemon->says("denied"));
        CHECK_MESSAGE(
            state_reason(site).ends_with("; a new token in " + site.path("token") + " is noticed at once"),
            state_reason(site));
        site.write("unrelated", "beside the token");
        put_token(site, "second-token", way);
        CHECK(eventually([&] { return walks(site, organisation) == "2"; }));
        CHECK_EQ(state(site), "denied");
        CHECK_EQ(requests(site), 2);
        put_token(site, "third-token", way);
        CHECK(eventually([&] { return state(site) == "ok"; }));
        CHECK_EQ(walks(site, organisation), "3");
        CHECK_EQ(process::difference(site.tables(organisation), site.expected(organisation)), "");
        for (const char* token : {"site-token", "second-token", "third-token"})
            CHECK(daemon->said().find(token) == std::string::npos);
    }
}

TEST_CASE("a token that is replaced while the old one is being refused is noticed too") {
    Site site({1, 1, 10});
    // Where nothing else happens that could make the service look again.
    std::filesystem::create_directory(site.path("tokens"));
    site.write("tokens/token", "site-token");
    site.configure("[[organisation]]\nid = \"" + site.organisations().front() + "\"\ntoken_file = \"" +
                   site.path("tokens/token") + "\"\n");
    accept_only(site, "second-token");
    site.server.with([](platform::Platform& platform) {
        Fault slow;
        slow.edit = [](Answer& answer) { answer.delay = 500ms; };
        platform.fail_next(slow);
    });
    auto daemon = site.start({"run"});
    REQUIRE(eventually([&] { return requests(site) == 1; }));
    put_token(site, "second-token", Way::by_rename, "tokens/token");
    CHECK(eventually([&] { return state(site) == "ok"; }));
}

TEST_CASE("a token that only a restart can change: the reason says so") {
    struct Case {
        const char* source;
        const char* reason;
    };
    const Case cases[] = {
        {"token_env = \"SITE_TOKEN\"",
         "; the token comes from the environment variable SITE_TOKEN, so a new one needs a restart"},
        {"token_credential = \"token\"",
         "; the token comes from the systemd credential token, so a new one needs a restart"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.source);
        Site site({1, 1, 5});
        site.configure("[[organisation]]\nid = \"" + site.organisations().front() + "\"\n" + one.source +
                       "\n");
        accept_only(site, "another");
        auto daemon =
            site.start({"run"}, {{"SITE_TOKEN", "site-token"}, {"CREDENTIALS_DIRECTORY", site.directory()}});
        REQUIRE(daemon->says("denied"));
        CHECK_MESSAGE(state_reason(site).ends_with(one.reason), state_reason(site));
        CHECK(daemon->says(one.reason));
    }
}

TEST_CASE("the pause after walks that fail grows to 1, 5 and 30 minutes, for that organisation alone") {
    Site site({1, 2, 10});
    site.configure("[platform]\nurl = \"" + site.server.url() + "\"\nretry_limit = 0\n");
    std::string troubled = site.organisations()[0], well = site.organisations()[1];
    auto answers = [&](unsigned status) {
        site.server.with([&](platform::Platform& platform) {
            platform.clear_faults();
            if (status != 200)
                platform.fail_when(
                    [=](const platform::Ask& ask) { return ask.target.find(troubled) != std::string::npos; },
                    Fault::status(status));
        });
    };
    answers(401);
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    int times = 0;
    auto walked = [&] {
        std::string all = std::to_string(++times);
        return eventually([&] { return walks(site, troubled) == all && walks(site, well) == all; });
    };
    REQUIRE(walked());
    auto expect = [&](double minutes) {
        CHECK(pause(site, troubled) == doctest::Approx(minutes).epsilon(0.12));
        CHECK(pause(site, well) == doctest::Approx(60).epsilon(0.12));
    };
    expect(1);
    struct Step {
        unsigned status;
        double minutes;
        const char* state;
    };
    for (const Step& step : {Step{403, 5, "denied"}, Step{503, 30, "failing"}, Step{401, 30, "denied"},
                             Step{200, 60, "ok"}, Step{503, 1, "failing"}}) {
        CAPTURE(times);
        answers(step.status);
        daemon->signal(SIGUSR1);
        REQUIRE(walked());
        expect(step.minutes);
        CHECK_EQ(site.one("SELECT state FROM organisations WHERE organisation_id = '" + troubled + "'"),
                 step.state);
    }
}

TEST_CASE("while it waits as the platform asks, the watchdog hears that it is alive") {
    Site site({1, 1, 5});
    site.configure();
    site.server.with([](platform::Platform& platform) {
        platform.fail_next(Fault::status(429, {{"Retry-After", "2"}}));
    });
    process::Notifications systemd(site.path("notify"));
    auto daemon = site.start({"--log-level", "debug", "run"},
                             {{"NOTIFY_SOCKET", systemd.path()}, {"WATCHDOG_USEC", "600000"}});
    REQUIRE(daemon->says("too many requests"));
    CHECK(daemon->says("retry 1 in 2.0 s"));
    systemd.clear();
    CHECK(daemon->says("settled"));
    CHECK(systemd.count("WATCHDOG=1") >= 5);
    CHECK(systemd.wait_for("Mirroring 1 organisation."));
}
