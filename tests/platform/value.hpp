#pragma once

#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace versori::platform {

// A JSON value of the simulated world. Numbers keep their spelling; objects keep their keys in byte order.
class Json {
public:
    enum class Kind { null, boolean, number, string, array, object };
    using Array = std::vector<Json>;
    using Object = std::map<std::string, Json>;

    Json() = default;
    Json(bool value) : kind_(Kind::boolean), text_(value ? "true" : "false") {}
    template <std::integral Number>
    Json(Number value) : kind_(Kind::number), text_(std::to_string(value)) {}
    Json(const char* text) : kind_(Kind::string), text_(text) {}
    Json(std::string text) : kind_(Kind::string), text_(std::move(text)) {}
    Json(Array items) : kind_(Kind::array), items_(std::move(items)) {}
    Json(Object members) : kind_(Kind::object), members_(std::move(members)) {}

    // A number spelled as `text`. REQUIRES: a JSON number.
    static Json number(std::string text);
    static Json strings(const std::vector<std::string>&);

    Kind kind() const { return kind_; }
    const std::string& text() const { return text_; } // of a string, number or boolean
    const Array& items() const { return items_; }
    const Object& members() const { return members_; }
    Array& items() { return items_; }
    Object& members() { return members_; }

    // A member of an object, made when it is missing; turns anything else into an object.
    Json& operator[](const std::string& name);

    // The type's name in JSON: null, boolean, number, string, array or object.
    std::string_view type() const;

    // Keys in byte order, no spaces, numbers as spelled.
    std::string canonical() const;

    bool operator==(const Json&) const = default;

private:
    void append(std::string& out) const;

    Kind kind_ = Kind::null;
    std::string text_;
    Array items_;
    Object members_;
};

// A JSON string with its quotes.
std::string json_string(std::string_view text);

} // namespace versori::platform
