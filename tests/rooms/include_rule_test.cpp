#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Each room of daemon/ may include what its line of `rooms` allows, its own files, the standard library and
// POSIX; nothing else.
namespace versori {
namespace {

using Names = std::vector<std::string_view>;

struct Room {
    std::string_view name;
    Names may;
};

const Room rooms[] = {
    {"model", {"Boost.System"}},
    {"fidelity", {"model"}},
    {"decode", {"model", "RapidJSON", "xxHash", "OpenSSL"}},
    {"api", {"model", "Asio", "Beast", "Boost.URL", "OpenSSL", "zlib"}},
    {"store", {"model", "schema", "SQLite"}},
    {"emit", {"model", "spdlog", "libsystemd"}},
    {"config", {"model", "toml++", "Boost.URL"}},
    {"sync",
     {"model", "fidelity", "decode", "api", "store", "emit", "config", "Asio", "spdlog", "libsystemd"}},
    {"cli",
     {"model", "fidelity", "decode", "api", "store", "emit", "config", "sync", "schema", "Asio", "CLI11",
      "Boost.URL", "OpenSSL", "xxHash", "toml++", "zlib", "libsystemd", "spdlog", "Boost.System"}},
};

// The one file of the room model that turns rows into JSON and back.
constexpr std::string_view json_file = "daemon/model/json.cpp";

struct Library {
    std::string_view prefix, name;
};
constexpr Library libraries[] = {
    {"boost/system/", "Boost.System"},
    {"boost/asio/", "Asio"},
    {"boost/asio.hpp", "Asio"},
    {"boost/beast/", "Beast"},
    {"boost/beast.hpp", "Beast"},
    {"boost/url/", "Boost.URL"},
    {"boost/url.hpp", "Boost.URL"},
    {"rapidjson/", "RapidJSON"},
    {"xxhash.h", "xxHash"},
    {"openssl/", "OpenSSL"},
    {"zlib.h", "zlib"},
    {"SQLiteCpp/", "SQLite"},
    {"sqlite3.h", "SQLite"},
    {"spdlog/", "spdlog"},
    {"systemd/", "libsystemd"},
    {"toml++/", "toml++"},
    {"CLI/", "CLI11"},
    {"schema/", "schema"},
};

constexpr std::string_view posix[] = {
    "dirent.h", "fcntl.h", "grp.h",    "netdb.h",   "poll.h", "pthread.h", "pwd.h",
    "signal.h", "spawn.h", "syslog.h", "termios.h", "time.h", "unistd.h",  "utime.h",
};
constexpr std::string_view posix_folders[] = {"arpa/", "net/", "netinet/", "sys/"};

bool is_standard_or_posix(std::string_view header) {
    if (header.find_first_of("./") == header.npos)
        return true;
    auto leads = [&](std::string_view folder) { return header.starts_with(folder); };
    return std::ranges::find(posix, header) != std::end(posix) || std::ranges::any_of(posix_folders, leads);
}

// What the header belongs to: a room or a library; empty when nobody knows.
std::string_view home_of(std::string_view header) {
    if (header.starts_with("daemon/")) {
        header.remove_prefix(7);
        return header.substr(0, header.find('/'));
    }
    for (const Library& library : libraries)
        if (header.starts_with(library.prefix))
            return library.name;
    return {};
}

// The room a file of daemon/ stands in; main.cpp keeps to what cli may include.
std::string_view room_of(std::string_view file) {
    auto room = home_of(file);
    return room == "main.cpp" ? "cli" : room;
}

bool allowed(std::string_view file, std::string_view header) {
    if (is_standard_or_posix(header))
        return true;
    auto room = std::ranges::find(rooms, room_of(file), &Room::name);
    auto home = home_of(header);
    if (room == std::end(rooms) || home.empty())
        return false;
    return home == room->name || std::ranges::find(room->may, home) != room->may.end() ||
           (home == "RapidJSON" && file == json_file);
}

std::optional<std::string> included_header(std::string_view line) {
    auto skip = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
    skip();
    if (!line.starts_with('#'))
        return {};
    line.remove_prefix(1);
    skip();
    if (!line.starts_with("include"))
        return {};
    line.remove_prefix(7);
    skip();
    if (line.empty() || (line[0] != '<' && line[0] != '"'))
        return std::string(line);
    auto end = line.find(line[0] == '<' ? '>' : '"', 1);
    return std::string(line.substr(1, end == line.npos ? end : end - 1));
}

TEST_CASE("rooms: each include of the daemon is one that its room may have") {
    int includes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator("daemon")) {
        auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp")
            continue;
        std::string file = entry.path().generic_string(), line;
        std::ifstream text(file);
        for (int number = 1; std::getline(text, line); ++number) {
            auto header = included_header(line);
            if (!header)
                continue;
            ++includes;
            if (!allowed(file, *header))
                FAIL_CHECK(file << ":" << number << ": the room " << room_of(file) << " may not include "
                                << *header);
        }
    }
    CHECK(includes > 300);
}

TEST_CASE("rooms: what the rule lets through and what not") {
    struct Case {
        std::string_view name;
        std::string_view file, header;
        bool expected;
    };
    const Case cases[] = {
        {"the standard library", "daemon/model/a.cpp", "vector", true},
        {"POSIX", "daemon/emit/a.cpp", "sys/stat.h", true},
        {"a room's own file", "daemon/store/a.cpp", "daemon/store/b.hpp", true},
        {"the model, by all others", "daemon/fidelity/a.cpp", "daemon/model/time.hpp", true},
        {"another room, by the model", "daemon/model/a.cpp", "daemon/store/b.hpp", false},
        {"upwards", "daemon/store/a.cpp", "daemon/sync/b.hpp", false},
        {"sideways", "daemon/decode/a.cpp", "daemon/fidelity/b.hpp", false},
        {"RapidJSON in its one file of the model", "daemon/model/json.cpp", "rapidjson/reader.h", true},
        {"RapidJSON elsewhere in the model", "daemon/model/json.hpp", "rapidjson/reader.h", false},
        {"RapidJSON in decode", "daemon/decode/page.cpp", "rapidjson/reader.h", true},
        {"RapidJSON in cli", "daemon/cli/a.cpp", "rapidjson/reader.h", false},
        {"Beast in api", "daemon/api/a.cpp", "boost/beast/core.hpp", true},
        {"Beast in sync", "daemon/sync/a.cpp", "boost/beast/core.hpp", false},
        {"Beast in cli", "daemon/cli/a.cpp", "boost/beast.hpp", false},
        {"Beast in main", "daemon/main.cpp", "boost/beast.hpp", false},
        {"cli in main", "daemon/main.cpp", "daemon/cli/cli.hpp", true},
        {"Asio in store", "daemon/store/a.cpp", "boost/asio.hpp", false},
        {"other parts of Boost", "daemon/sync/a.cpp", "boost/container/flat_map.hpp", false},
        {"SQLite in store", "daemon/store/a.cpp", "sqlite3.h", true},
        {"SQLite in sync", "daemon/sync/a.cpp", "SQLiteCpp/Database.h", false},
        {"SQLite in cli", "daemon/cli/a.cpp", "sqlite3.h", false},
        {"the DDL in emit", "daemon/emit/a.cpp", "schema/sql.hpp", false},
        {"tests in the daemon", "daemon/cli/a.cpp", "tests/platform/world.hpp", false},
        {"what nobody knows", "daemon/api/a.cpp", "curl/curl.h", false},
        {"a file of an unknown room", "daemon/attic/a.cpp", "daemon/model/time.hpp", false},
        {"a path that climbs", "daemon/emit/a.cpp", "../store/mirror.hpp", false},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(allowed(one.file, one.header) == one.expected);
    }
}

TEST_CASE("rooms: includes are found however they are written") {
    CHECK(included_header("#include <vector>") == "vector");
    CHECK(included_header("  #  include\t\"daemon/model/time.hpp\" // for Time") == "daemon/model/time.hpp");
    CHECK(included_header("#include MACRO") == "MACRO");
    CHECK_FALSE(included_header("// #include <vector>"));
    CHECK_FALSE(included_header("#define include"));
}

} // namespace
} // namespace versori
