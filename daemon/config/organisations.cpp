#include "daemon/config/organisations.hpp"

#include "daemon/config/closest.hpp"
#include "daemon/config/key.hpp"
#include "daemon/config/value.hpp"

#include <map>

namespace versori::config {
namespace {

const std::string prefix = "organisation.";

std::string unknown_key(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& key : organisation_keys())
        names.push_back(key.name);
    if (auto meant = closest(name, names); !meant.empty())
        return "unknown key; did you mean " + std::string{meant} + '?';
    for (const auto& key : keys())
        if (key.name == name)
            return "unknown key here; it belongs in [" + std::string{key.section} +
                   "] and counts for all organisations";
    std::string text;
    for (auto known : names)
        text += (text.empty() ? "" : ", ") + std::string{known};
    return "unknown key; expected one of " + text;
}

std::string on_line(Place place) {
    return "on line " + std::to_string(place.line);
}

// The places of the ids and names taken so far.
struct Taken {
    std::map<std::string, Place, std::less<>> ids, names;
};

class Reader {
public:
    Reader(Problems& problems, Taken& taken) : problems_(problems), taken_(taken) {}

    Organisation read(const Node& node) {
        Organisation organisation;
        auto* table = std::get_if<Table>(&node.value);
        if (!table) {
            problems_.add(node.place, "organisation", "expected a table, got " + describe(node));
            return organisation;
        }
        for (const auto& member : *table)
            read_member(member, organisation);
        check_tokens(node.place, *table);
        if (!find(*table, "id"))
            problems_.add(node.place, prefix + "id", "expected an organisation's id, got none");
        check_names(*table, organisation);
        return organisation;
    }

private:
    void read_member(const Member& member, Organisation& organisation) {
        for (const auto& key : organisation_keys()) {
            if (key.name != member.key)
                continue;
            std::vector<Complaint> complaints;
            key.read(organisation, member.node, complaints);
            return problems_.add(prefix + member.key, complaints);
        }
        problems_.add(member.place, prefix + member.key, unknown_key(member.key));
    }

    void check_tokens(Place place, const Table& table) {
        const Member* first = nullptr;
        for (const auto& member : table) {
            if (member.key != "token_file" && member.key != "token_env" && member.key != "token_credential")
                continue;
            if (first)
                problems_.add(member.place, prefix + member.key,
                              "expected one token source, got a second one after " + first->key + ' ' +
                                  on_line(first->place));
            else
                first = &member;
        }
        if (!first)
            problems_.add(place, "organisation",
                          "expected one of token_file, token_env, token_credential, got none");
    }

    void check_names(const Table& table, const Organisation& organisation) {
        if (auto* node = find(table, "id"); node && !organisation.id.empty()) {
            check_free(*node, "id", organisation.id, taken_.ids, "is the id of the organisation ");
            check_free(*node, "id", organisation.id, taken_.names, "is the name of the organisation ");
        }
        if (auto* node = find(table, "name"); node && !organisation.name.empty()) {
            check_free(*node, "name", organisation.name, taken_.ids, "is the id of the organisation ");
            check_free(*node, "name", organisation.name, taken_.names, "is the name of the organisation ");
            taken_.names.emplace(organisation.name, node->place);
        }
        if (auto* node = find(table, "id"); node && !organisation.id.empty())
            taken_.ids.emplace(organisation.id, node->place);
    }

    void check_free(const Node& node, const std::string& key, const std::string& value,
                    const std::map<std::string, Place, std::less<>>& taken, std::string_view role) {
        auto other = taken.find(value);
        if (other == taken.end())
            return;
        problems_.add(node.place, prefix + key,
                      "expected " + std::string{key == "id" ? "an id" : "a name"} + " of its own, got " +
                          quote(value) + ", which " + std::string{role} + on_line(other->second));
    }

    Problems& problems_;
    Taken& taken_;
};

} // namespace

std::vector<Organisation> read_organisations(const Member& member, Problems& problems) {
    std::vector<Organisation> organisations;
    auto* array = std::get_if<Array>(&member.node.value);
    if (!array) {
        bool table = std::holds_alternative<Table>(member.node.value);
        problems.add(member.node.place, "organisation",
                     "expected [[organisation]], got " + (table ? "[organisation]" : describe(member.node)));
        return organisations;
    }
    Taken taken;
    Reader reader{problems, taken};
    for (const auto& node : *array)
        organisations.push_back(reader.read(node));
    return organisations;
}

} // namespace versori::config
