#include "daemon/config/warnings.hpp"

#include "daemon/config/value.hpp"

#include <sys/stat.h>
#include <sys/statfs.h>

#include <array>
#include <filesystem>
#include <utility>

namespace versori::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration shortest_wise_interval = 10s;

// f_type by statfs(2) and linux/magic.h.
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 17> network_types{{
    {0x6969, "NFS"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x517b, "SMB"},
    {0x00c36400, "Ceph"},
    {0x01021997, "9P"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x73757245, "Coda"},
    {0x564c, "NCP"},
    {0x0bd00bd0, "Lustre"},
    {0x47504653, "GPFS"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x19830326, "BeeGFS"},
    {0x786f4256, "VirtualBox shared folder"},
    {0x65735546, "FUSE, as of sshfs"},
}};

void warn_of_tokens(const Settings& settings, const Machine& machine, std::vector<std::string>& list) {
    for (const auto& organisation : settings.organisations) {
        auto* file = std::get_if<TokenFile>(&organisation.token);
        auto mode = file ? machine.mode(file->path) : std::nullopt;
        if (mode && (*mode & 0070))
            list.push_back(organisation.label() + ": the group of the token file " + file->path +
                           " may read or change it; run: chmod g-rwx " + file->path);
    }
}

std::string too_often(const std::string& key, Duration interval) {
    return key + " is " + format_duration(interval) +
           ": walking so often burdens the platform; 10s or more is wise";
}

void warn_of_intervals(const Settings& settings, std::vector<std::string>& list) {
    if (settings.schedule.interval < shortest_wise_interval)
        list.push_back(too_often("schedule.interval", settings.schedule.interval));
    for (const auto& organisation : settings.organisations)
        if (organisation.interval && *organisation.interval < shortest_wise_interval)
            list.push_back(too_often(organisation.label() + ": interval", *organisation.interval));
}

void warn_of_database(const Settings& settings, const Machine& machine, std::vector<std::string>& list) {
    auto type = machine.file_system(settings.mirror.database);
    auto name = type ? network_file_system(*type) : std::string_view{};
    if (!name.empty())
        list.push_back("mirror.database " + settings.mirror.database + " is on a network file system (" +
                       std::string{name} +
                       "), where SQLite's locks and shared memory are not reliable; use a local disk");
}

std::optional<mode_t> mode_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return {};
    return status.st_mode;
}

// Of the file, or of the nearest directory above it that is there.
std::optional<std::uint32_t> file_system_of(const std::string& path) {
    std::error_code error;
    for (auto at = std::filesystem::absolute(path, error); !error; at = at.parent_path()) {
        struct statfs status {};
        if (::statfs(at.c_str(), &status) == 0)
            return static_cast<std::uint32_t>(status.f_type);
        if (at == at.parent_path())
            break;
    }
    return {};
}

} // namespace

Machine this_machine() {
    return {mode_of, file_system_of};
}

std::vector<std::string> warnings(const Settings& settings, const Machine& machine) {
    std::vector<std::string> list;
    warn_of_database(settings, machine, list);
    if (settings.platform.url.scheme == "http" && !is_loopback(settings.platform.url))
        list.push_back("platform.url is plain http to " + settings.platform.url.host +
                       ": the token and all data cross the network in the clear; use https");
    warn_of_intervals(settings, list);
    if (settings.secrets.variables.empty())
        list.push_back("secrets.variables is empty: every variable's value is stored in the clear");
    warn_of_tokens(settings, machine, list);
    return list;
}

std::string_view network_file_system(std::uint32_t type) {
    for (auto [known, name] : network_types)
        if (known == type)
            return name;
    return {};
}

} // namespace versori::config
