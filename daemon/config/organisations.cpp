#include "daemon/config/organisations.hpp"

#include "daemon/config/key.hpp"
#include "daemon/config/value.hpp"

#include <map>

namespace versori::config {
namespace {

constexpr const char* prefix = "organisation.";

std::vector<std::string_view> key_names() {
    std::vector<std::string_view> names;
    for (const auto& key : organisation_keys())
        names.push_back(key.name);
    return names;
}

std::string on_line(Place place) {
    return "on line " + std::to_string(place.line);
}

// The ids and names of the organisations before, and where each stands.
struct Holder {
    std::string_view key;
    Place place;
};
using Taken = std::map<std::string, Holder, std::less<>>;

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
            problems_.add(node.place, "organisation.id", "expected an organisation's id, got none");
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
        problems_.add(member.place, prefix + spelled_key(member.key), unknown_key(member.key, key_names()));
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
        check_free(find(table, "id"), "id", "expected an id of its own", organisation.id);
        check_free(find(table, "name"), "name", "expected a name of its own", organisation.name);
        take(find(table, "id"), "id", organisation.id);
        take(find(table, "name"), "name", organisation.name);
    }

    void check_free(const Node* node, std::string_view key, std::string_view expected,
                    const std::string& value) {
        auto other = taken_.find(value);
        if (!node || value.empty() || other == taken_.end())
            return;
        problems_.add(node->place, prefix + std::string{key},
                      std::string{expected} + ", got " + quote(value) + ", which is the " +
                          std::string{other->second.key} + " of the organisation " +
                          on_line(other->second.place));
    }

    void take(const Node* node, std::string_view key, const std::string& value) {
        if (node && !value.empty())
            taken_.emplace(value, Holder{key, node->place});
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
