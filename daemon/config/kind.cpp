#include "daemon/config/kind.hpp"

#include "daemon/config/value.hpp"

#include <algorithm>
#include <array>

namespace versori::config {
namespace {

using Complaints = std::vector<Complaint>;

constexpr std::array<std::string_view, 12> known_categories = {
    "Development & IT", "ERP",        "Supply Chain & Logistics",
    "Communication",    "Accounting", "Hospitality",
    "Productivity",     "HR",         "CRM",
    "AI/LLMs",          "eCommerce",  "Business Operations"};

void complain(Complaints& complaints, const Node& node, std::string_view expected, std::string got) {
    complaints.push_back({node.place, "expected " + std::string{expected} + ", got " + std::move(got)});
}

// Reads one of TOML's own types; `convert` gives nothing for a value that will not do.
template <class V, class T, class Convert>
auto reading(std::string expected, Convert convert) {
    return [expected, convert](const Node& node, Complaints& complaints) -> std::optional<V> {
        if (auto* value = std::get_if<T>(&node.value))
            if (std::optional<V> converted = convert(*value))
                return converted;
        complain(complaints, node, expected, describe(node));
        return {};
    };
}

std::optional<std::string> string_of(const Node& node, std::string_view expected, Complaints& complaints) {
    if (auto* text = std::get_if<std::string>(&node.value))
        return *text;
    complain(complaints, node, expected, describe(node));
    return {};
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// A string that `good` accepts.
Kind<std::string> string_kind(std::string expected, std::function<bool(std::string_view)> good) {
    return {reading<std::string, std::string>(
                std::move(expected),
                [good](const std::string& text) { return good(text) ? std::optional{text} : std::nullopt; }),
            [](const std::string& text) { return quote(text); }};
}

// The same, but a value that is refused is not repeated, since people paste tokens there.
Kind<std::string> discreet_kind(std::string expected, std::function<bool(std::string_view)> good) {
    auto kind = string_kind(expected, good);
    kind.read = [expected, good](const Node& node, Complaints& complaints) -> std::optional<std::string> {
        auto* text = std::get_if<std::string>(&node.value);
        if (text && good(*text))
            return *text;
        complain(complaints, node, expected,
                 text ? text->empty() ? "\"\"" : "another string" : describe(node));
        return {};
    };
    return kind;
}

Kind<std::vector<std::string>> list_kind(const std::string& expected, Kind<std::string> element) {
    return {[=](const Node& node, Complaints& complaints) -> std::optional<std::vector<std::string>> {
                auto* array = std::get_if<Array>(&node.value);
                if (!array) {
                    complain(complaints, node, expected, describe(node));
                    return {};
                }
                std::vector<std::string> values;
                for (const auto& item : *array)
                    if (auto value = element.read(item, complaints))
                        values.push_back(std::move(*value));
                return values.size() == array->size() ? std::optional{values} : std::nullopt;
            },
            [=](const std::vector<std::string>& values) {
                std::string text;
                for (const auto& value : values)
                    text += (text.empty() ? "" : ", ") + element.show(value);
                return '[' + text + ']';
            }};
}

std::string one_of(const auto& words) {
    std::string text = "one of ";
    for (const auto& word : words)
        text += (&word == &words[0] ? "" : ", ") + quote(word);
    return text;
}

std::string duration_words(Duration low, Duration high, std::string_view reason) {
    return "a duration such as \"5m\" or \"1h30m\" from " + format_duration(low) + " to " +
           format_duration(high) + std::string{reason};
}

std::optional<Duration> duration_within(std::string_view text, Duration low, Duration high) {
    auto value = parse_duration(text);
    return value && *value >= low && *value <= high ? value : std::nullopt;
}

bool is_tag_list(std::string_view text) {
    if (has_control(text))
        return false;
    while (true) {
        auto comma = text.find(',');
        auto tag = text.substr(0, comma);
        auto colon = tag.find(':');
        if (tag.empty() || colon == 0 || colon == tag.size() - 1)
            return false;
        if (comma == text.npos)
            return true;
        text.remove_prefix(comma + 1);
    }
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
           std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

bool is_credential_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':'; });
}

} // namespace

Kind<bool> yes_or_no() {
    return {reading<bool, bool>("true or false", [](bool flag) { return std::optional{flag}; }),
            [](bool flag) { return flag ? "true" : "false"; }};
}

Kind<int> whole_number(int low, int high) {
    return {reading<int, std::int64_t>(
                "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
                [=](std::int64_t number) {
                    return number >= low && number <= high ? std::optional{static_cast<int>(number)}
                                                           : std::nullopt;
                }),
            [](int number) { return std::to_string(number); }};
}

Kind<Duration> duration(Duration low, Duration high, std::string_view reason) {
    return {reading<Duration, std::string>(
                duration_words(low, high, reason),
                [=](const std::string& text) { return duration_within(text, low, high); }),
            [](Duration value) { return quote(format_duration(value)); }};
}

Kind<std::optional<Duration>> duration_or_off(Duration low, Duration high) {
    return {reading<std::optional<Duration>, std::string>(
                duration_words(low, high, ", or \"\" for off"),
                [=](const std::string& text) {
                    auto value = duration_within(text, low, high);
                    using Outer = std::optional<std::optional<Duration>>;
                    return value || text.empty() ? Outer{std::in_place, value} : Outer{};
                }),
            [](const std::optional<Duration>& value) { return quote(value ? format_duration(*value) : ""); }};
}

Kind<Bytes> size(Bytes low, Bytes high) {
    return {reading<Bytes, std::string>(
                "a size such as \"512KiB\" or \"4MiB\" from " + format_size(low) + " to " + format_size(high),
                [=](const std::string& text) {
                    auto value = parse_size(text);
                    return value && *value >= low && *value <= high ? value : std::nullopt;
                }),
            [](Bytes value) { return quote(format_size(value)); }};
}

Kind<double> percent() {
    return {reading<double, std::string>("a percentage such as \"10%\" from 0% to 100%",
                                         [](const std::string& text) {
                                             auto value = parse_percent(text);
                                             return value && *value <= 100 ? value : std::nullopt;
                                         }),
            [](double value) { return quote(format_percent(value)); }};
}

Kind<Baseline> baseline() {
    return {reading<Baseline, std::string>("\"summary\" or \"rows\"",
                                           [](const std::string& text) -> std::optional<Baseline> {
                                               if (text == "summary")
                                                   return Baseline::summary;
                                               if (text == "rows")
                                                   return Baseline::rows;
                                               return {};
                                           }),
            [](Baseline value) { return quote(value == Baseline::rows ? "rows" : "summary"); }};
}

Kind<Url> url() {
    return {[](const Node& node, Complaints& complaints) -> std::optional<Url> {
                auto text = string_of(node, "a URL", complaints);
                if (!text)
                    return {};
                auto parsed = parse_url(*text);
                if (parsed)
                    return *parsed;
                complaints.push_back({node.place, parsed.error().message});
                return {};
            },
            [](const Url& value) { return quote(to_string(value)); }};
}

Kind<std::string> proxy() {
    return {[](const Node& node, Complaints& complaints) -> std::optional<std::string> {
                auto text = string_of(node, "a URL, or \"\" for none", complaints);
                if (!text || text->empty())
                    return text;
                auto wrong = proxy_error(*text);
                if (wrong.empty())
                    return text;
                complaints.push_back({node.place, wrong});
                return {};
            },
            [](const std::string& value) { return quote(without_password(value)); }};
}

Kind<std::string> scheme_word() {
    return discreet_kind("one word such as \"Bearer\" or \"JWT\"", [](std::string_view word) {
        return !word.empty() && word.size() <= 32 && std::all_of(word.begin(), word.end(), [](char c) {
            return is_alnum(c) || c == '-' || c == '_';
        });
    });
}

Kind<std::string> path() {
    return string_kind("the path of a file",
                       [](std::string_view text) { return !text.empty() && !has_control(text); });
}

Kind<std::string> optional_path() {
    return string_kind("the path of a file, or \"\" for none",
                       [](std::string_view text) { return !has_control(text); });
}

Kind<std::string> text() {
    return string_kind("a string without control characters",
                       [](std::string_view text) { return !has_control(text); });
}

Kind<std::string> organisation_id() {
    return string_kind("an organisation's id", [](std::string_view text) {
        return !text.empty() && text != "." && text != ".." && !has_control(text);
    });
}

Kind<std::string> tags() {
    return string_kind("tags such as \"region:eu,beta\"",
                       [](std::string_view text) { return text.empty() || is_tag_list(text); });
}

Kind<std::vector<std::string>> globs() {
    auto glob = string_kind("a name pattern such as \"*secret*\"",
                            [](std::string_view text) { return !text.empty() && !has_control(text); });
    return list_kind("an array of name patterns such as [\"*secret*\"]", glob);
}

Kind<std::vector<std::string>> categories() {
    auto category = string_kind(one_of(known_categories), [](std::string_view text) {
        return std::find(known_categories.begin(), known_categories.end(), text) != known_categories.end();
    });
    return list_kind("an array of categories such as [\"ERP\"]", category);
}

Kind<std::string> token_path() {
    return discreet_kind("the path of a file that begins with / or ./", [](std::string_view text) {
        bool path = text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
        return path && !has_control(text);
    });
}

Kind<std::string> variable_name() {
    return discreet_kind("the name of an environment variable", is_variable_name);
}

Kind<std::string> credential_name() {
    return discreet_kind("the name of a systemd credential", is_credential_name);
}

} // namespace versori::config
