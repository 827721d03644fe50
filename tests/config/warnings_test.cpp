#include "daemon/config/warnings.hpp"

#include "daemon/config/load.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace versori::config {
namespace {

struct FakeMachine {
    std::map<std::string, mode_t> modes;
    std::uint32_t file_system = 0xef53; // ext4

    Machine machine() const {
        return {[this](const std::string& path) {
                    auto found = modes.find(path);
                    return found == modes.end() ? std::nullopt : std::optional{found->second};
                },
                [this](const std::string&) { return std::optional{file_system}; }};
    }
};

std::string warnings_of(std::string_view text, const FakeMachine& fake) {
    std::string lines;
    for (const auto& line : warnings(*load(text, "f.toml"), fake.machine()))
        lines += line + '\n';
    return lines;
}

TEST_CASE("the defaults and a careful configuration give no warning") {
    FakeMachine fake;
    fake.modes["/etc/a"] = 0100600;
    CHECK(warnings_of("", fake) == "");
    CHECK(warnings_of(R"(
        schedule.interval = "10s"
        [[organisation]]
        id = "01A"
        token_file = "/etc/a"
        interval = "10s"
        [[organisation]]
        id = "01B"
        token_file = "/etc/missing"
        [[organisation]]
        id = "01C"
        token_env = "C"
    )",
                      fake) == "");
}

TEST_CASE("a token file that its group may read") {
    FakeMachine fake;
    fake.modes["/etc/a"] = 0100640;
    CHECK(warnings_of("[[organisation]]\nid = '01A'\nname = 'acme'\ntoken_file = '/etc/a'", fake) ==
          "acme: the group of the token file /etc/a may read or change it; run: chmod g-rwx /etc/a\n");
}

TEST_CASE("an interval under ten seconds") {
    CHECK(
        warnings_of(
            "[schedule]\ninterval = '9s'\n[[organisation]]\nid = '01A'\ntoken_env = 'A'\ninterval = '500ms'",
            {}) == "schedule.interval is 9s: walking so often burdens the platform; 10s or more is wise\n"
                   "01A: interval is 500ms: walking so often burdens the platform; 10s or more is wise\n");
}

TEST_CASE("http to another machine, but not to this one") {
    CHECK(warnings_of("platform.url = 'http://platform.example/v1'", {}) ==
          "platform.url is plain http to platform.example: the token and all data cross the network in the "
          "clear; use "
          "https\n");
    CHECK(warnings_of("platform.url = 'http://localhost:8082'", {}) == "");
    CHECK(warnings_of("platform.url = 'http://[::1]:8082'", {}) == "");
    CHECK(warnings_of("platform.url = 'https://platform.example'", {}) == "");
}

TEST_CASE("every variable taken for public") {
    CHECK(warnings_of("secrets.variables = []", {}) ==
          "secrets.variables is empty: every variable's value is stored in the clear\n");
}

TEST_CASE("a database on a network file system") {
    FakeMachine fake;
    fake.file_system = 0x6969;
    CHECK(warnings_of("mirror.database = '/srv/m.db'", fake) ==
          "mirror.database /srv/m.db is on a network file system (NFS), where SQLite's locks and shared "
          "memory are not "
          "reliable; use a local disk\n");

    CHECK(network_file_system(0xfe534d42) == "SMB2");
    CHECK(network_file_system(0x01021997) == "9P");
    for (std::uint32_t local : {0xef53u, 0x9123683eu, 0x58465342u, 0x01021994u, 0x794c7630u})
        CHECK(network_file_system(local) == "");
}

TEST_CASE("this machine answers for files that are there and for directories above those that are not") {
    auto file = std::filesystem::temp_directory_path() / ("versori-warnings-" + std::to_string(::getpid()));
    auto machine = this_machine();
    CHECK_FALSE(machine.mode(file).has_value());
    std::ofstream{file} << "x";
    ::chmod(file.c_str(), 0640);
    REQUIRE(machine.mode(file).has_value());
    CHECK((*machine.mode(file) & 0777) == 0640);
    std::filesystem::remove(file);

    auto above = machine.file_system(std::filesystem::temp_directory_path());
    REQUIRE(above.has_value());
    CHECK(machine.file_system(file / "none" / "mirror.db") == above);
    CHECK(machine.file_system("mirror.db").has_value());
}

} // namespace
} // namespace versori::config
