#include "daemon/config/toml.hpp"

#include "daemon/config/value.hpp"

// Compiled in here, for two reasons: its limit of nested values (see most_dots), and its assertions, which
// some syntax errors break and which NDEBUG makes assumptions.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#undef NDEBUG
#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 16
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace versori::config {
namespace {

Place place_of(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

Node copy(const toml::node& source);

Table copy_table(const toml::table& source) {
    Table table;
    table.reserve(source.size());
    for (auto&& [key, node] : source)
        table.push_back({std::string{key.str()}, place_of(key.source()), copy(node)});
    std::stable_sort(table.begin(), table.end(),
                     [](const Member& a, const Member& b) { return a.place < b.place; });
    return table;
}

Node copy(const toml::node& source) {
    Node node{place_of(source.source()), {}};
    if (auto* flag = source.as_boolean())
        node.value = flag->get();
    if (auto* number = source.as_integer())
        node.value = number->get();
    if (auto* number = source.as_floating_point())
        node.value = number->get();
    if (auto* text = source.as_string())
        node.value = text->get();
    if (auto* table = source.as_table())
        node.value = copy_table(*table);
    if (auto* array = source.as_array()) {
        Array elements;
        elements.reserve(array->size());
        for (const auto& element : *array)
            elements.push_back(copy(element));
        node.value = std::move(elements);
    }
    return node;
}

// toml++ follows dotted keys and nested values by recursion, and some ten thousand levels end the process.
// Its limit is for values alone, each of which may have a line of dots in front: 16 times 256 levels do no
// harm.
constexpr std::ptrdiff_t most_dots = 256;

std::optional<SyntaxError> find_deep_key(std::string_view text) {
    for (std::uint32_t line = 1; !text.empty(); ++line) {
        auto end = std::min(text.find('\n'), text.size());
        if (std::count(text.begin(), text.begin() + end, '.') > most_dots)
            return SyntaxError{{line, 1}, "more than 256 dots on one line"};
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

std::string number_text(double number) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

struct Describe {
    std::string operator()(Date) const { return "a date or time"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return number_text(number); }
    std::string operator()(const Array&) const { return "an array"; }
    std::string operator()(const Table&) const { return "a table"; }
    std::string operator()(const std::string& text) const {
        return text.size() <= 80 ? quote(text) : "a string of " + std::to_string(text.size()) + " bytes";
    }
};

} // namespace

boost::system::result<Table, SyntaxError> parse_toml(std::string_view text) {
    if (auto error = find_deep_key(text))
        return *error;
    try {
        return copy_table(toml::parse(text));
    } catch (const toml::parse_error& error) {
        auto message = error.description();
        if (message.starts_with("Error "))
            message.remove_prefix(6);
        return SyntaxError{place_of(error.source()), std::string{message}};
    }
}

const Node* find(const Table& table, std::string_view key) {
    for (const auto& member : table)
        if (member.key == key)
            return &member.node;
    return nullptr;
}

std::string describe(const Node& node) {
    return std::visit(Describe{}, node.value);
}

} // namespace versori::config
