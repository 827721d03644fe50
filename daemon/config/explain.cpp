#include "daemon/config/explain.hpp"

#include "daemon/config/key.hpp"

namespace versori::config {
namespace {

std::string inherited(const Settings& settings, std::string_view name) {
    for (const auto& key : keys())
        if (key.name == name)
            return key.show(settings) + "   (from " + std::string{key.section} + '.' + std::string{name} +
                   ')';
    return {};
}

void explain_organisation(const Settings& settings, const Organisation& organisation,
                          const std::string& prefix, std::vector<std::string>& lines) {
    static const Organisation unset;
    for (const auto& key : organisation_keys()) {
        auto value = key.show(organisation);
        if (value.empty())
            value = inherited(settings, key.name);
        else if (value == key.show(unset))
            value.clear();
        if (!value.empty())
            lines.push_back(prefix + std::string{key.name} + " = " + value);
    }
}

} // namespace

std::vector<std::string> explain(const Settings& settings) {
    static const Settings defaults;
    std::vector<std::string> lines;
    for (const auto& key : keys()) {
        auto value = key.show(settings);
        auto mark = value == key.show(defaults) ? "   (default)" : "";
        lines.push_back(std::string{key.section} + '.' + std::string{key.name} + " = " + value + mark);
    }
    int number = 0;
    for (const auto& organisation : settings.organisations)
        explain_organisation(settings, organisation, "organisation[" + std::to_string(++number) + "].",
                             lines);
    return lines;
}

} // namespace versori::config
