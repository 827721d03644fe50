#include "daemon/config/load.hpp"

#include "daemon/config/closest.hpp"
#include "daemon/config/key.hpp"
#include "daemon/config/organisations.hpp"
#include "daemon/config/value.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace versori::config {
namespace {

constexpr std::size_t largest_file = 1 << 20;

// The names of the sections as they stand in a file, [[organisation]] last.
std::vector<std::string_view> section_names() {
    std::vector<std::string_view> names;
    for (const auto& key : keys())
        if (names.empty() || names.back() != key.section)
            names.push_back(key.section);
    names.push_back("organisation");
    return names;
}

std::vector<std::string_view> key_names(std::string_view section) {
    std::vector<std::string_view> names;
    for (const auto& key : keys())
        if (key.section == section)
            names.push_back(key.name);
    return names;
}

std::string unknown_at_root(const Member& member) {
    if (std::holds_alternative<Table>(member.node.value) || std::holds_alternative<Array>(member.node.value))
        return "unknown section; " + suggestion(member.key, section_names());
    return unknown_key(member.key, section_names());
}

class Loader {
public:
    explicit Loader(const std::string& file) : problems_(file) {}

    Loaded load(const Table& root) {
        Settings settings;
        for (const auto& member : root) {
            if (member.key == "organisation") {
                settings.organisations = read_organisations(member, problems_);
            } else if (is_section(member.key)) {
                read_section(member, settings);
            } else {
                problems_.add(member.place, spelled_key(member.key), unknown_at_root(member));
            }
        }
        if (problems_.empty())
            return settings;
        return problems_.in_order();
    }

private:
    static bool is_section(std::string_view name) {
        return std::any_of(keys().begin(), keys().end(),
                           [&](const auto& key) { return key.section == name; });
    }

    void read_section(const Member& section, Settings& settings) {
        auto* table = std::get_if<Table>(&section.node.value);
        if (!table) {
            problems_.add(section.node.place, section.key,
                          "expected a section [" + section.key + "], got " + describe(section.node));
            return;
        }
        for (const auto& member : *table) {
            auto name = section.key + '.' + spelled_key(member.key);
            auto key = std::find_if(keys().begin(), keys().end(), [&](const auto& known) {
                return known.section == section.key && known.name == member.key;
            });
            if (key == keys().end()) {
                problems_.add(member.place, name, unknown_key(member.key, key_names(section.key)));
                continue;
            }
            std::vector<Complaint> complaints;
            key->read(settings, member.node, complaints);
            problems_.add(name, complaints);
        }
    }

    Problems problems_;
};

Loaded refused(const std::string& file, const std::string& why) {
    return std::vector<Problem>{{file, 0, 0, "", "the configuration " + why}};
}

} // namespace

Loaded load(std::string_view text, const std::string& file) {
    auto root = parse_toml(text);
    if (root)
        return Loader{file}.load(*root);
    auto [place, message] = root.error();
    return std::vector<Problem>{{file, place.line, place.column, "", "syntax error: " + message}};
}

Loaded load_file(const std::string& file) {
    errno = 0;
    std::ifstream in{file, std::ios::binary};
    std::string text(largest_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.is_open() || in.bad())
        return refused(file, std::string{"cannot be read: "} + std::strerror(errno));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > largest_file)
        return refused(file, "is larger than 1 MiB");
    return load(text, file);
}

} // namespace versori::config
