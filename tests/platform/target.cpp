#include "tests/platform/target.hpp"

#include <charconv>
#include <cstdio>

namespace versori::platform {
namespace {

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            unsigned value = 0;
            auto digits = text.substr(i + 1, 2);
            auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
            if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2)
                return {};
            out += static_cast<char>(value);
            i += 2;
        } else {
            out += text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
    }
    return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == text.npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

} // namespace

std::optional<std::string> Target::value(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name)
            return value;
    return {};
}

std::vector<std::string> Target::values(std::string_view name) const {
    std::vector<std::string> some;
    for (const auto& [key, value] : query)
        if (key == name)
            some.push_back(value);
    return some;
}

std::optional<Target> parse_target(std::string_view text) {
    if (!text.starts_with('/'))
        return {};
    text = text.substr(0, text.find('#'));
    auto question = text.find('?');
    Target target;
    target.path = text.substr(0, question);
    for (auto segment : split(std::string_view(target.path).substr(1), '/')) {
        auto plain = decoded(segment, false);
        if (!plain)
            return {};
        target.segments.push_back(*plain);
    }
    if (question == text.npos || question + 1 == text.size())
        return target;
    for (auto pair : split(text.substr(question + 1), '&')) {
        auto equals = pair.find('=');
        auto name = decoded(pair.substr(0, equals), true);
        auto value = decoded(equals == pair.npos ? std::string_view() : pair.substr(equals + 1), true);
        if (!name || !value)
            return {};
        target.query.emplace_back(*name, *value);
    }
    return target;
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (char c : text) {
        if (unreserved.find(c) != unreserved.npos) {
            out += c;
        } else {
            char escape[4];
            std::snprintf(escape, sizeof escape, "%%%02X", static_cast<unsigned char>(c));
            out += escape;
        }
    }
    return out;
}

} // namespace versori::platform
