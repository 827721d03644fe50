#include "tests/process/markdown.hpp"
#include "tests/process/secure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

using namespace versori;
using process::Outcome;
using process::Program;
using process::Site;

namespace {

constexpr const char* readme = "README.md";
constexpr const char* its_organisation = "01HF7YAT00000000000000ACME";
constexpr const char* its_token = "your-api-key";

// The search path with the program under test in front.
std::string search_path() {
    std::string program = VERSORI_MIRROR_BINARY;
    const char* path = std::getenv("PATH");
    return program.substr(0, program.rfind('/')) + ":" + (path ? path : "/usr/bin:/bin");
}

} // namespace

TEST_CASE("README: it has at most three screens of 50 lines of 120 characters") {
    std::ifstream file(readme);
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        auto characters = std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
        CHECK_MESSAGE(characters <= 120, line);
    }
    CHECK(lines <= 150);
}

TEST_CASE("README: without a configuration file, for one organisation, as printed") {
    Site site({1, 1, 20});
    site.world.organisations.front().id = its_organisation;
    site.platform.authorizations = {{its_organisation, {std::string("Bearer ") + its_token}}};
    process::Secure platform(
        site.platform, api::certificates::make(
                           {.name = "p", .hosts = "DNS:platform.versori.com", .issuer = &process::root()}));
    process::Tunnel internet(platform.server.port());
    process::TemporaryFile roots(process::root().certificate_pem());
    site.write("question", "SELECT count(*) FROM connectors;\n");
    std::string commands = process::indented(readme, "VERSORI_TOKEN=");
    Outcome outcome =
        Program({"/bin/bash", "-ec", "exec <question\n" + commands}, site.directory(),
                {{"PATH", search_path()}, {"https_proxy", internet.url()}, {"SSL_CERT_FILE", roots.path()}})
            .wait();
    CHECK_EQ(outcome.status, 0);
    CHECK_MESSAGE(outcome.out.starts_with(std::string(its_organisation) + ": settled, 20 connectors"),
                  (outcome.out + outcome.err));
    CHECK_MESSAGE(outcome.out.ends_with("\n20\n"), outcome.out);
    std::string head = internet.end();
    CHECK_MESSAGE(head.starts_with("CONNECT platform.versori.com:443 HTTP/1.1\r\n"), head);
}

TEST_CASE("README: a backup beside the running daemon, and its restoration, as printed") {
    Site site({4, 1, 20});
    site.configure();
    auto shell = [&](const std::string& command) {
        Outcome outcome =
            Program({"/bin/bash", "-ec", command}, site.directory(), {{"PATH", search_path()}}).wait();
        CHECK_MESSAGE(outcome.status == 0, outcome.err);
    };
    std::string before, restore = process::printed(readme, "sudo versori-mirror restore FILE").substr(5);
    {
        auto daemon = site.start({"run"});
        REQUIRE(daemon->says("settled"));
        shell(process::printed(readme, "sqlite3 -readonly mirror.db \".backup copy.db\""));
        before = site.one("SELECT mirror_id FROM mirror");
        site.server.with([&](platform::Platform& platform) {
            platform.world.create(platform.world.organisations.front().id, "Later");
        });
        daemon->signal(SIGUSR1);
        REQUIRE(process::eventually(
            [&] { return site.one("SELECT count(*) FROM connectors WHERE name = 'Later'") == "1"; }));
        daemon->signal(SIGTERM);
        daemon->wait();
    }
    restore.replace(restore.find("FILE"), 4, "copy.db -c versori-mirror.toml");
    shell(restore);
    CHECK_EQ(site.one("SELECT count(*) FROM connectors"), "20");
    CHECK(site.one("SELECT mirror_id FROM mirror") != before);
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    std::string organisation = site.organisations().front();
    CHECK_EQ(process::difference(site.tables(organisation), site.expected(organisation)), "");
}
