#include "daemon/cli/table.hpp"
#include "tests/api/certificates.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace versori;
using cli::padded;
using process::Outcome;
using process::Site;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string name_of(const Site& site, std::size_t index) {
    return site.world.organisations.at(index).name;
}

} // namespace

TEST_CASE("check shows the configuration as understood, and what is unwise") {
    Site site({3, 1, 5});
    site.configure("[schedule]\ninterval = \"5s\"\n");
    site.write("token", "site-token", 0640);
    Outcome outcome = site.mirror({"check"});
    CHECK_EQ(outcome.status, 0);
    CHECK(has(outcome.out, "mirror.database = \"" + site.path("mirror.db") + "\"\n"));
    CHECK(has(outcome.out, "platform.page_size = 100   (default)\n"));
    CHECK(has(outcome.out, "schedule.interval = \"5s\"\n"));
    CHECK(has(outcome.err, "versori-mirror: warning: schedule.interval is 5s"));
    CHECK(has(outcome.err, "versori-mirror: warning: " + name_of(site, 0) + ": the group of the token file"));
    CHECK_FALSE(has(outcome.out + outcome.err, "site-token"));
}

TEST_CASE("check tells all that is wrong with a configuration, and ends with 78") {
    Site site({3, 1, 5});
    site.configure("[schedule]\ninterval = 5\nconcurency = 2\n");
    Outcome outcome = site.mirror({"check"});
    CHECK_EQ(outcome.status, 78);
    CHECK_EQ(outcome.out, "");
    CHECK(has(outcome.err, "schedule.interval"));
    CHECK(has(outcome.err, "schedule.concurency"));
    CHECK_EQ(site.bare({"check", "-c", "none.toml"}).status, 78);
}

TEST_CASE("check --online asks for a page of each organisation") {
    Site site({1, 2, 20});
    site.configure();
    Outcome well = site.mirror({"check", "--online"});
    CHECK_EQ(well.status, 0);
    CHECK(has(well.out, padded(name_of(site, 0), 6) + "  ✓ DNS  ✓ TCP  ✓ token  ✓ page: "));
    CHECK_FALSE(has(well.out, "✗"));

    site.server.with([](platform::Platform& platform) {
        platform.authorizations[platform.world.organisations.at(1).id] = {"Bearer another"};
    });
    Outcome denied = site.mirror({"check", "--online"});
    CHECK_EQ(denied.status, 1);
    CHECK(has(denied.out, padded(name_of(site, 0), 6) + "  ✓ DNS  ✓ TCP  ✓ token  ✓ page: "));
    CHECK(has(denied.out, padded(name_of(site, 1), 6) + "  ✓ DNS  ✓ TCP  ✗ token: GET "));
    CHECK(has(denied.out, "put a token that may read this organisation into " + site.path("token")));
    CHECK_FALSE(has(denied.out + denied.err, "site-token"));
    CHECK(site.read("mirror.db").empty());
}

TEST_CASE("check --online names the step that fails") {
    struct Case {
        const char* name;
        std::string url;
        const char* line;
        const char* second;
    };
    Site site({1, 2, 6});
    const char* not_asked = "  ✗ not asked: ";
    const Case cases[] = {
        {"no such name", "https://no-such-host.invalid", "  ✗ DNS: ", not_asked},
        {"nobody listens", "http://127.0.0.1:1", "  ✓ DNS  ✗ TCP: ", not_asked},
        {"not the API", site.server.url() + "/elsewhere",
         "  ✓ DNS  ✓ TCP  ✗ page: ", "  ✓ DNS  ✓ TCP  ✗ page: "},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        site.configure("[platform]\nurl = \"" + one.url + "\"\nconnect_timeout = \"5s\"\n");
        Outcome outcome = site.mirror({"check", "--online"});
        CHECK_EQ(outcome.status, 1);
        CHECK_MESSAGE(has(outcome.out, padded(name_of(site, 0), 6) + one.line), outcome.out);
        CHECK_MESSAGE(has(outcome.out, padded(name_of(site, 1), 6) + one.second), outcome.out);
    }
}

TEST_CASE("check --online over TLS: an unknown issuer, and the issuer named by ca_file") {
    using namespace api::certificates;
    auto identity = make({.name = "127.0.0.1", .hosts = "IP:127.0.0.1", .authority = true});
    TemporaryFile certificate(identity.certificate_pem()), key(identity.key_pem());
    Site site({1, 1, 6}, {.tls = platform::TlsFiles{certificate.path(), key.path()}});
    site.configure();
    Outcome unknown = site.mirror({"check", "--online"});
    CHECK_EQ(unknown.status, 1);
    CHECK(has(unknown.out, name_of(site, 0) + "  ✓ DNS  ✓ TCP  ✗ TLS: "));
    site.configure("[platform]\nurl = \"" + site.server.url() + "\"\nca_file = \"" + certificate.path() +
                   "\"\n");
    Outcome known = site.mirror({"check", "--online"});
    CHECK_EQ(known.status, 0);
    CHECK(has(known.out, name_of(site, 0) + "  ✓ DNS  ✓ TCP  ✓ TLS  ✓ token  ✓ page: 6 of 6 connectors in "));
}

TEST_CASE("check --online without a token file says which one is missing") {
    Site site({1, 1, 3});
    site.configure();
    std::filesystem::remove(site.path("token"));
    Outcome outcome = site.mirror({"check", "--online"});
    CHECK_EQ(outcome.status, 1);
    CHECK(has(outcome.out, name_of(site, 0) + "  ✗ token: "));
    CHECK(has(outcome.out, site.path("token")));
}
