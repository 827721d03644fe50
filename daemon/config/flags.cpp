#include "daemon/config/flags.hpp"

#include "daemon/config/key.hpp"
#include "daemon/config/problems.hpp"

#include <algorithm>
#include <charconv>

namespace versori::config {
namespace {

constexpr const char* token_variable = "VERSORI_TOKEN";

// A number where it reads as one, else a string.
Node node_of(const std::string& text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size())
        return {{}, number};
    return {{}, text};
}

template <class T>
void read(const std::vector<Key<T>>& keys, std::string_view section, std::string_view name,
          const std::string& flag, Node node, T& target, Problems& problems) {
    auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& known) {
        return known.section == section && known.name == name;
    });
    std::vector<Complaint> complaints;
    key->read(target, node, complaints);
    problems.add(flag, complaints);
}

class FlagReader {
public:
    FlagReader(const Flags& flags, const Environment& environment)
        : flags_(flags), environment_(environment) {}

    Loaded read_all() {
        settings_.mirror.database = "./mirror.db";
        settings_.changes.journal = false;
        if (flags_.database)
            read_setting("mirror", "database", "--database", {{}, *flags_.database});
        if (flags_.url)
            read_setting("platform", "url", "--url", {{}, *flags_.url});
        if (flags_.page_size)
            read_setting("platform", "page_size", "--page-size", node_of(*flags_.page_size));
        auto token = token_source();
        if (flags_.organisations.empty())
            problems_.add({}, "--organisation", "expected an organisation's id, got none");
        for (const auto& id : flags_.organisations)
            add_organisation(id, token);
        if (problems_.empty())
            return settings_;
        return problems_.in_order();
    }

private:
    void read_setting(std::string_view section, std::string_view name, const std::string& flag, Node node) {
        read(keys(), section, name, flag, std::move(node), settings_, problems_);
    }

    TokenSource token_source() {
        if (!flags_.token_file && !environment_(token_variable))
            problems_.add(
                {}, "--token-file",
                "expected a file that holds the token, or VERSORI_TOKEN in the environment, got neither");
        if (!flags_.token_file)
            return TokenEnv{token_variable};
        if (flags_.token_file->empty())
            problems_.add({}, "--token-file", "expected the path of a file, got \"\"");
        return TokenFile{*flags_.token_file};
    }

    void add_organisation(const std::string& id, const TokenSource& token) {
        Organisation organisation;
        organisation.token = token;
        read(organisation_keys(), "", "id", "--organisation", {{}, id}, organisation, problems_);
        auto& all = settings_.organisations;
        bool known = std::any_of(all.begin(), all.end(), [&](const auto& other) { return other.id == id; });
        if (!known)
            all.push_back(std::move(organisation));
    }

    const Flags& flags_;
    const Environment& environment_;
    Settings settings_;
    Problems problems_{""};
};

} // namespace

Loaded from_flags(const Flags& flags, const Environment& environment) {
    return FlagReader{flags, environment}.read_all();
}

} // namespace versori::config
