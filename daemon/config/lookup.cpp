#include "daemon/config/lookup.hpp"

#include "daemon/config/closest.hpp"
#include "daemon/config/value.hpp"

#include <algorithm>

namespace versori::config {
namespace {

constexpr std::size_t listed = 10;

std::string sentence(const Settings& settings, std::string_view wanted) {
    const auto& all = settings.organisations;
    std::string text = "no organisation has the id or name " + quote(wanted);
    if (all.empty())
        return text + "; none is configured";
    std::vector<std::string_view> labels;
    labels.reserve(all.size());
    for (const auto& organisation : all)
        labels.push_back(organisation.label());
    if (auto meant = closest(wanted, labels); !meant.empty())
        return text + "; did you mean " + quote(meant) + '?';
    text += "; configured: ";
    for (std::size_t i = 0; i < std::min(labels.size(), listed); ++i)
        text += (i ? ", " : "") + std::string{labels[i]};
    return labels.size() > listed ? text + " and " + std::to_string(labels.size() - listed) + " more" : text;
}

} // namespace

boost::system::result<const Organisation*, UnknownOrganisation>
find_organisation(const Settings& settings, std::string_view id_or_name) {
    if (!id_or_name.empty())
        for (auto member : {&Organisation::id, &Organisation::name})
            for (const auto& organisation : settings.organisations)
                if (organisation.*member == id_or_name)
                    return &organisation;
    return UnknownOrganisation{sentence(settings, id_or_name)};
}

} // namespace versori::config
