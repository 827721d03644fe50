#include "tests/process/feed_lines.hpp"

#include "daemon/store/outbox.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>

namespace versori::process {
namespace {

std::string mirror_of(const std::string& line) {
    const std::string name = "\"mirror_id\":\"";
    auto at = line.find(name);
    return at == line.npos ? "" : line.substr(at + name.size(), 36);
}

std::vector<std::string> table_lines(const std::string& database) {
    store::Database mirror(database, store::Database::Mode::read, {});
    std::vector<std::string> out;
    for (const auto& record : store::Outbox(mirror).read(0, INT64_MAX, SIZE_MAX >> 1, SIZE_MAX))
        out.push_back(model::json_line(record));
    return out;
}

} // namespace

std::vector<std::string> feed_lines(const std::string& path) {
    std::vector<std::string> names;
    for (int i = 1; std::filesystem::exists(path + "." + std::to_string(i)); ++i)
        names.insert(names.begin(), path + "." + std::to_string(i));
    names.push_back(path);
    std::vector<std::string> out;
    for (const std::string& name : names) {
        std::ifstream in(name);
        for (std::string line; std::getline(in, line);)
            out.push_back(line);
    }
    return out;
}

std::string feed_fault(const Site& site, const std::string& path) {
    std::map<std::string, std::vector<std::string>> told; // by mirror_id
    for (const std::string& line : feed_lines(path)) {
        auto& lines = told[mirror_of(line)];
        if (!line.starts_with("{\"seq\":" + std::to_string(lines.size() + 1) + ","))
            return "not the record after " + std::to_string(lines.size()) + ": " + line;
        lines.push_back(line);
    }
    auto kept = table_lines(site.path("mirror.db"));
    return told[site.one("SELECT mirror_id FROM mirror")] == kept
               ? ""
               : "the feed and the table differ, of " + std::to_string(kept.size()) + " records";
}

} // namespace versori::process
