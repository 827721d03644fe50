#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

using namespace versori;
using process::eventually;
using process::Outcome;
using process::Program;
using process::Site;

namespace {

// The value of the first sample that starts so.
std::string sample(const std::string& text, const std::string& start) {
    std::size_t at = text.find("\n" + start);
    if (at == text.npos)
        return "";
    std::size_t end = text.find('\n', at + 1), blank = text.rfind(' ', end);
    return text.substr(blank + 1, end - blank - 1);
}

} // namespace

TEST_CASE("run writes what Prometheus reads after each walk") {
    Site site({1, 2, 30});
    std::string file = site.path("mirror.prom");
    site.configure("[metrics]\ntextfile = \"" + file + "\"\n[changes]\nfile = \"changes.jsonl\"\n");
    const auto& organisation = site.world.organisations.front();
    std::string labels =
        "organisation_id=\"" + organisation.id + "\",organisation=\"" + organisation.name + "\"";
    auto value = [&](const std::string& name, const std::string& more = {}) {
        return sample(site.read("mirror.prom"), "versori_mirror_" + name + "{" + labels + more);
    };
    auto daemon = site.start({"run"});
    CHECK(eventually([&] { return value("walks_total", ",outcome=\"settled\"") == "1"; }));
    site.server.with([&](platform::Platform& platform) {
        platform.world.create(platform.world.organisations.front().id, "Fresh");
    });
    daemon->signal(SIGUSR1);
    CHECK(eventually([&] { return value("walks_total", ",outcome=\"settled\"") == "2"; }));

    CHECK_EQ(value("organisation_state", ",state=\"ok\""), "1");
    CHECK_EQ(value("organisation_state", ",state=\"denied\""), "0");
    CHECK_EQ(value("connectors"),
             site.one("SELECT count(*) FROM connectors WHERE organisation_id = '" + organisation.id + "'"));
    CHECK_EQ(value("changes_total", ",table=\"connectors\",op=\"insert\""), "1");
    CHECK_EQ(value("held_deletions"), "0");
    CHECK_EQ(value("retries_total"), "0");
    CHECK_EQ(value("pages_total"),
             site.one("SELECT sum(pages) FROM walks WHERE organisation_id = '" + organisation.id + "'"));
    CHECK_EQ(std::stoll(value("last_complete_walk_timestamp_seconds")),
             std::stoll(
                 site.one("SELECT unixepoch(last_complete_at) FROM organisations WHERE organisation_id = '" +
                          organisation.id + "'")));
    CHECK(std::stod(value("walk_seconds_total")) > 0);
    CHECK(std::stod(value("received_bytes_total")) > 0);
    CHECK(eventually([&] {
        daemon->signal(SIGUSR1);
        std::string text = site.read("mirror.prom");
        return sample(text, "versori_mirror_delivered_seq{delivery=\"file\"}") ==
               site.one("SELECT max(seq) FROM changes");
    }));
    std::string text = site.read("mirror.prom");
    CHECK_EQ(sample(text, "versori_mirror_newest_seq"), site.one("SELECT max(seq) FROM changes"));
    CHECK(std::stod(sample(text, "versori_mirror_wal_bytes")) > 0);
    CHECK(std::stod(sample(text, "versori_mirror_database_bytes")) > 0);
    if (std::filesystem::exists("/usr/bin/promtool")) {
        Program promtool({"/bin/sh", "-c", "/usr/bin/promtool check metrics < mirror.prom"},
                         site.directory());
        Outcome outcome = promtool.wait();
        CHECK_EQ(outcome.status, 0);
        CHECK_EQ(outcome.out + outcome.err, "");
    } else {
        MESSAGE("promtool (package prometheus) is not installed: not tried");
    }
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait().status, 0);
}

TEST_CASE("metrics that cannot be written are told once, and walks go on") {
    Site site({1, 1, 5});
    site.configure("[metrics]\ntextfile = \"" + site.path("nowhere/mirror.prom") + "\"\n");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    daemon->signal(SIGUSR1);
    CHECK(
        eventually([&] { return site.one("SELECT count(*) FROM walks WHERE outcome = 'settled'") == "2"; }));
    daemon->signal(SIGTERM);
    Outcome outcome = daemon->wait();
    std::string sentence = "cannot write the metrics to " + site.path("nowhere/mirror.prom");
    std::size_t at = outcome.err.find(sentence);
    CHECK(at != std::string::npos);
    CHECK_EQ(outcome.err.find(sentence, at + 1), std::string::npos);
}
