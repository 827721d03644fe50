#include "daemon/config/value.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace versori::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 5> size_units{
    {{"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}}};

constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

// Takes the digits at the front of `text`; nothing when there are none or they overflow.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return {};
    text.remove_prefix(end - text.data());
    return number;
}

std::string_view take_letters(std::string_view& text) {
    size_t count = 0;
    while (count < text.size() && ((text[count] | 0x20) >= 'a' && (text[count] | 0x20) <= 'z'))
        ++count;
    auto letters = text.substr(0, count);
    text.remove_prefix(count);
    return letters;
}

// The sum of number-and-unit pairs whose units come in the order of `units`.
template <size_t N>
std::optional<std::uint64_t> parse_sum(std::string_view text, const std::array<Unit, N>& units) {
    if (text.empty())
        return {};
    std::uint64_t sum = 0;
    size_t next = 0;
    while (!text.empty()) {
        auto number = take_number(text);
        auto name = take_letters(text);
        while (next < N && units[next].name != name)
            ++next;
        if (!number || next == N)
            return {};
        auto factor = units[next++].factor;
        if (*number > (largest - sum) / factor)
            return {};
        sum += *number * factor;
    }
    return sum;
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    auto sum = parse_sum(text, duration_units);
    if (!sum)
        return {};
    return std::chrono::milliseconds{static_cast<std::int64_t>(*sum)};
}

std::string format_duration(std::chrono::milliseconds duration) {
    auto rest = static_cast<std::uint64_t>(duration.count());
    if (rest == 0)
        return "0s";
    std::string text;
    for (const auto& unit : duration_units) {
        if (rest >= unit.factor)
            text += std::to_string(rest / unit.factor) + std::string{unit.name};
        rest %= unit.factor;
    }
    return text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    auto number = take_number(text);
    if (!number)
        return {};
    for (const auto& unit : size_units)
        if (unit.name == text)
            return *number <= largest / unit.factor ? std::optional{*number * unit.factor} : std::nullopt;
    return {};
}

std::string format_size(std::uint64_t bytes) {
    for (const auto& unit : size_units)
        if (bytes >= unit.factor && bytes % unit.factor == 0)
            return std::to_string(bytes / unit.factor) + std::string{unit.name};
    return "0B";
}

std::optional<double> parse_percent(std::string_view text) {
    if (!text.ends_with('%') || text.front() < '0' || text.front() > '9')
        return {};
    text.remove_suffix(1);
    double number = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return number;
}

std::string format_percent(double percent) {
    char text[32];
    auto end = std::to_chars(text, text + sizeof text, percent).ptr;
    return std::string(text, end) + '%';
}

std::string quote(std::string_view text) {
    std::string result = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04X", static_cast<unsigned>(c));
            result += escaped;
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string spelled_key(std::string_view key) {
    constexpr std::string_view bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return key.empty() || key.find_first_not_of(bare) != key.npos ? quote(key) : std::string{key};
}

} // namespace versori::config
