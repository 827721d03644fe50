#include "daemon/model/json.hpp"

#include "daemon/model/bytes.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstring>

namespace versori::model {

using Type = Json::Type;

std::optional<Json> Json::find(std::string_view name) const {
    std::optional<Json> found;
    for (Member member : members())
        if (member.name == name)
            found = member.value;
    return found;
}

bool Json::same_as(Json other) const {
    auto same = [](const Node& a, const Node& b) {
        return a.type == b.type && a.span == b.span && Json(&a).text() == Json(&b).text();
    };
    return std::equal(node_, node_ + node_->span, other.node_, other.node_ + other.node_->span, same);
}

std::string_view type_name(Type type) {
    switch (type) {
    case Type::null:
        return "null";
    case Type::boolean:
        return "boolean";
    case Type::number:
        return "number";
    case Type::string:
        return "string";
    case Type::array:
        return "array";
    case Type::object:
        return "object";
    }
    return "";
}

class JsonParser::Handler {
public:
    using Size = rapidjson::SizeType;

    Handler(std::vector<Json::Node>& nodes, std::size_t around)
        : nodes_(nodes), most_(max_depth - std::min<std::size_t>(around, max_depth)) {}

    bool Null() { return add(Type::null, "null", 4); }
    bool Bool(bool b) { return b ? add(Type::boolean, "true", 4) : add(Type::boolean, "false", 5); }
    bool String(const char* text, Size length, bool) { return add(Type::string, text, length); }
    bool Key(const char* text, Size length, bool) { return add(Type::string, text, length); }
    bool RawNumber(const char* text, Size length, bool) { return add(Type::number, text, length); }
    bool StartObject() { return open(Type::object); }
    bool StartArray() { return open(Type::array); }
    bool EndObject(Size) { return close(); }
    bool EndArray(Size) { return close(); }

    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

private:
    bool add(Type type, const char* text, std::size_t length) {
        nodes_.push_back({text, static_cast<std::uint32_t>(length), 1, type});
        return true;
    }
    bool open(Type type) {
        if (open_.size() == most_)
            return false;
        open_.push_back(nodes_.size());
        return add(type, nullptr, 0);
    }
    bool close() {
        nodes_[open_.back()].span = static_cast<std::uint32_t>(nodes_.size() - open_.back());
        open_.pop_back();
        return true;
    }

    std::vector<Json::Node>& nodes_;
    std::size_t most_;
    std::vector<std::size_t> open_;
};

Result<Json> JsonParser::parse(std::string_view text, std::size_t around) {
    using namespace rapidjson;
    nodes_.clear();
    if (auto offset = find_unprintable(text); offset != text.npos)
        return Failure{errc::bad_page, "a control character (byte " + std::to_string(offset) + ")"};
    InsituStringStream stream(in_place(buffer_, text));
    Handler handler(nodes_, around);
    Reader reader;
    constexpr unsigned flags = kParseInsituFlag | kParseNumbersAsStringsFlag;
    ParseResult outcome = reader.Parse<flags>(stream, handler);
    if (!outcome) {
        bool too_deep = outcome.Code() == kParseErrorTermination;
        std::string reason = too_deep ? "nested deeper than " + std::to_string(max_depth) + " levels"
                                      : GetParseError_En(outcome.Code());
        return Failure{errc::bad_page, reason + " (byte " + std::to_string(outcome.Offset()) + ")"};
    }
    if (stream.Tell() != text.size())
        return Failure{errc::bad_page, "a zero byte (byte " + std::to_string(stream.Tell()) + ")"};
    return Json(nodes_.data());
}

char* in_place(std::string& buffer, std::string_view text) {
    constexpr std::size_t read_beyond_the_end = 16;
    buffer.reserve(text.size() + read_beyond_the_end);
    buffer.assign(text).append(read_beyond_the_end, '\0');
    return buffer.data();
}

std::size_t find_invalid_utf8(std::string_view text) {
    auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return at(i) >= low && at(i) <= high;
    };
    std::size_t i = 0;
    while (i < text.size()) {
        std::uint64_t words[4];
        if (i + sizeof words <= text.size() &&
            (std::memcpy(words, text.data() + i, sizeof words),
             !((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080))) {
            i += sizeof words;
            continue;
        }
        unsigned c = at(i);
        if (c < 0x80)
            i += 1;
        else if (c >= 0xC2 && c <= 0xDF && tail(i + 1))
            i += 2;
        else if (c >= 0xE0 && c <= 0xEF && tail(i + 1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF) &&
                 tail(i + 2))
            i += 3;
        else if (c >= 0xF0 && c <= 0xF4 && tail(i + 1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF) &&
                 tail(i + 2) && tail(i + 3))
            i += 4;
        else
            return i;
    }
    return std::string_view::npos;
}

namespace {

void append_escaped(std::string& out, char c) {
    static constexpr char hex[] = "0123456789abcdef";
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        (out += "\\u00") += {hex[c >> 4], hex[c & 15]};
    }
}

// Whether none of eight characters needs an escape.
bool is_plain(const char* text) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    std::uint64_t word;
    std::memcpy(&word, text, sizeof word);
    auto has_less = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - ones * limit) & ~bytes; };
    auto escaped = has_less(word, 0x20) | has_less(word ^ ones * '"', 1) | has_less(word ^ ones * '\\', 1);
    return !(escaped & ones << 7);
}

} // namespace

void append_quoted(std::string& out, std::string_view text) {
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    std::size_t plain = 0; // where what needs no escape begins
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 8 <= text.size() && is_plain(text.data() + i)) {
            i += 7;
            continue;
        }
        char c = text[i];
        if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20)
            continue;
        out.append(text, plain, i - plain);
        append_escaped(out, c);
        plain = i + 1;
    }
    out.append(text, plain);
    out += '"';
}

std::string quoted(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

namespace {

void append_object(std::string& out, Json object) {
    std::vector<Member> members;
    for (Member member : object.members())
        members.push_back(member);
    sort_by_name(members, &Member::name);
    out += '{';
    bool first = true;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i + 1 < members.size() && members[i + 1].name == members[i].name)
            continue;
        if (!first)
            out += ',';
        first = false;
        append_quoted(out, members[i].name);
        out += ':';
        append_canonical(out, members[i].value);
    }
    out += '}';
}

} // namespace

void append_canonical(std::string& out, Json json) {
    switch (json.type()) {
    case Type::object:
        append_object(out, json);
        break;
    case Type::string:
        append_quoted(out, json.text());
        break;
    case Type::array: {
        out += '[';
        const char* separator = "";
        for (Json element : json.elements()) {
            out += separator;
            append_canonical(out, element);
            separator = ",";
        }
        out += ']';
        break;
    }
    default:
        out += json.text();
    }
}

std::string canonical(Json json) {
    std::string out;
    append_canonical(out, json);
    return out;
}

} // namespace versori::model
