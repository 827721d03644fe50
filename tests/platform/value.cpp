#include "tests/platform/value.hpp"

#include <cstdio>

namespace versori::platform {

Json Json::number(std::string text) {
    Json value;
    value.kind_ = Kind::number;
    value.text_ = std::move(text);
    return value;
}

Json Json::strings(const std::vector<std::string>& texts) {
    return Array(texts.begin(), texts.end());
}

Json& Json::operator[](const std::string& name) {
    if (kind_ != Kind::object)
        *this = Object{};
    return members_[name];
}

std::string_view Json::type() const {
    switch (kind_) {
    case Kind::null:
        return "null";
    case Kind::boolean:
        return "boolean";
    case Kind::number:
        return "number";
    case Kind::string:
        return "string";
    case Kind::array:
        return "array";
    case Kind::object:
        return "object";
    }
    return "";
}

std::string Json::canonical() const {
    std::string out;
    append(out);
    return out;
}

void Json::append(std::string& out) const {
    const char* separator = "";
    switch (kind_) {
    case Kind::null:
        out += "null";
        return;
    case Kind::boolean:
    case Kind::number:
        out += text_;
        return;
    case Kind::string:
        out += json_string(text_);
        return;
    case Kind::array:
        out += '[';
        for (const Json& item : items_) {
            out += separator;
            item.append(out);
            separator = ",";
        }
        out += ']';
        return;
    case Kind::object:
        out += '{';
        for (const auto& [name, value] : members_) {
            out += separator;
            out += json_string(name);
            out += ':';
            value.append(out);
            separator = ",";
        }
        out += '}';
        return;
    }
}

std::string json_string(std::string_view text) {
    static constexpr std::string_view plain = "\b\f\n\r\t\"\\", letters = "bfnrt\"\\";
    std::string out = "\"";
    for (char c : text) {
        if (auto at = plain.find(c); at != plain.npos) {
            out += {'\\', letters[at]};
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            out += escape;
        } else {
            out += c;
        }
    }
    return out + '"';
}

} // namespace versori::platform
