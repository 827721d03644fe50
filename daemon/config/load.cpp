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

std::vector<std::string_view> section_names() {
    std::vector<std::string_view> names;
    for (const auto& key : keys())
        if (names.empty() || names.back() != key.section)
            names.push_back(key.section);
    return names;
}

std::string bracketed(std::string_view section) {
    return '[' + std::string{section} + ']';
}

std::string join(const std::vector<std::string_view>& words) {
    std::string text;
    for (auto word : words)
        text += (text.empty() ? "" : ", ") + std::string{word};
    return text;
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
                problems_.add(member.place, member.key, unknown_section(member.key));
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

    static std::string unknown_section(std::string_view name) {
        for (const auto& key : keys())
            if (key.name == name)
                return "this key belongs in " + bracketed(key.section);
        auto names = section_names();
        names.push_back("organisation");
        if (auto meant = closest(name, names); meant == "organisation")
            return "unknown section; did you mean [[organisation]]?";
        else if (!meant.empty())
            return "unknown section; did you mean " + bracketed(meant) + '?';
        names.pop_back();
        return "unknown section; expected one of " + join(names) + ", [[organisation]]";
    }

    static std::string unknown_key(std::string_view section, std::string_view name) {
        std::vector<std::string_view> names;
        for (const auto& key : keys())
            if (key.section == section)
                names.push_back(key.name);
        if (auto meant = closest(name, names); !meant.empty())
            return "unknown key; did you mean " + std::string{meant} + '?';
        for (const auto& key : keys())
            if (key.name == name)
                return "unknown key here; it belongs in " + bracketed(key.section);
        return "unknown key; expected one of " + join(names);
    }

    void read_section(const Member& section, Settings& settings) {
        auto* table = std::get_if<Table>(&section.node.value);
        if (!table) {
            problems_.add(section.node.place, section.key,
                          "expected a section " + bracketed(section.key) + ", got " + describe(section.node));
            return;
        }
        for (const auto& member : *table) {
            auto name = section.key + '.' + member.key;
            auto key = std::find_if(keys().begin(), keys().end(), [&](const auto& known) {
                return known.section == section.key && known.name == member.key;
            });
            if (key == keys().end()) {
                problems_.add(member.place, name, unknown_key(section.key, member.key));
                continue;
            }
            std::vector<Complaint> complaints;
            key->read(settings, member.node, complaints);
            problems_.add(name, complaints);
        }
    }

    Problems problems_;
};

Loaded unreadable(const std::string& file, const std::string& why) {
    return std::vector<Problem>{{file, 0, 0, "", why}};
}

} // namespace

Loaded load(std::string_view text, const std::string& file) {
    auto root = parse_toml(text);
    if (root)
        return Loader{file}.load(*root);
    const auto& error = root.error();
    return std::vector<Problem>{{file, error.place.line, error.place.column, "",
                                 "expected TOML, got a syntax error: " + error.message}};
}

Loaded load_file(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in)
        return unreadable(file, std::string{"the configuration cannot be read: "} + std::strerror(errno));
    std::string text(largest_file + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad())
        return unreadable(file, "the configuration cannot be read; is it a file?");
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > largest_file)
        return unreadable(file, "the configuration is larger than 1 MiB");
    return load(text, file);
}

} // namespace versori::config
