#include "daemon/decode/page.hpp"

#include "daemon/decode/scan.hpp"
#include "daemon/model/bytes.hpp"
#include "daemon/model/json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

namespace versori::decode {
namespace {

using Stream = rapidjson::InsituStringStream;

// Follows only what stands at the page's own level and each element's `id`.
class SplitHandler {
public:
    using Size = rapidjson::SizeType;

    SplitHandler(Page& page, std::string_view body, Stream& stream)
        : page_(page), body_(body), stream_(stream) {}

    bool has_connectors() const { return has_connectors_; }
    const std::string& wrong() const { return wrong_; }

    bool Null() { return scalar(model::Json::Type::null, {}); }
    bool Bool(bool) { return scalar(model::Json::Type::boolean, {}); }
    bool String(const char* text, Size length, bool) {
        return scalar(model::Json::Type::string, {text, length});
    }
    bool RawNumber(const char* text, Size length, bool) {
        return scalar(model::Json::Type::number, {text, length});
    }
    bool Key(const char* text, Size length, bool) {
        if (depth_ == page_level)
            key_ = member({text, length});
        if (depth_ == element_level && in_connectors_)
            reading_id_ = std::string_view{text, length} == "id";
        return true;
    }
    bool StartObject() {
        if (depth_ == page_level)
            wrong_member("an object");
        if (depth_ == list_level && in_connectors_) {
            page_.elements.push_back({});
            start_ = stream_.Tell() - 1; // the brace is taken already
        }
        return open();
    }
    bool EndObject(Size) {
        --depth_;
        if (depth_ == list_level && in_connectors_)
            page_.elements.back().raw = body_.substr(start_, stream_.Tell() - start_);
        return true;
    }
    bool StartArray() {
        if (depth_ == page_level && key_ == Member::connectors) {
            if (has_connectors_)
                wrong_ = "`connectors` stands twice";
            has_connectors_ = in_connectors_ = true;
        } else if (depth_ == page_level) {
            wrong_member("an array");
        } else if (depth_ == list_level && in_connectors_) {
            page_.elements.push_back({});
        }
        return open();
    }
    bool EndArray(Size) {
        if (--depth_ == page_level)
            in_connectors_ = false;
        return true;
    }

    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

private:
    enum class Member { other, total_count, connectors, next };
    static constexpr int page_level = 1, list_level = 2, element_level = 3;

    static Member member(std::string_view name) {
        if (name == "totalCount")
            return Member::total_count;
        if (name == "connectors")
            return Member::connectors;
        return name == "next" ? Member::next : Member::other;
    }

    bool open() {
        reading_id_ = false;
        return ++depth_ <= model::JsonParser::max_depth;
    }

    bool scalar(model::Json::Type type, std::string_view text) {
        if (depth_ == page_level)
            page_member(type, text);
        if (depth_ == list_level && in_connectors_)
            page_.elements.push_back({});
        if (depth_ == element_level && reading_id_ && type == model::Json::Type::string)
            page_.elements.back().id = text;
        reading_id_ = false;
        return true;
    }

    void page_member(model::Json::Type type, std::string_view text) {
        if (key_ == Member::total_count && type == model::Json::Type::number) {
            std::int64_t count = 0;
            bool digits = !text.empty() && text.size() < 16;
            for (char c : digits ? text : std::string_view{})
                digits = digits && c >= '0' && c <= '9', count = count * 10 + (c - '0');
            if (digits)
                page_.total_count = count;
        } else if (key_ == Member::connectors && type == model::Json::Type::null) {
            has_connectors_ = true;
        } else if (key_ == Member::next && type == model::Json::Type::string) {
            page_.next = text;
        } else if (key_ == Member::next && type == model::Json::Type::null) {
            page_.next.clear();
        } else if (type != model::Json::Type::null) {
            wrong_member(std::string("a ") += type_name(type));
        }
    }

    void wrong_member(const std::string& what) {
        if (key_ == Member::connectors)
            wrong_ = "`connectors` is " + what + ", not an array";
        if (key_ == Member::next)
            wrong_ = "`next` is " + what + ", not a string";
    }

    Page& page_;
    std::string_view body_;
    Stream& stream_;
    int depth_ = 0;
    Member key_ = Member::other;
    bool in_connectors_ = false, has_connectors_ = false, reading_id_ = false;
    std::size_t start_ = 0;
    std::string wrong_;
};

// The id of an element that begins with it, empty otherwise.
std::string_view leading_id(std::string_view raw) {
    constexpr std::string_view before = R"({"id":")";
    if (!raw.starts_with(before))
        return {};
    raw.remove_prefix(before.size());
    std::size_t end = raw.find_first_of("\"\\");
    return end != raw.npos && raw[end] == '"' ? raw.substr(0, end) : std::string_view{};
}

std::string at_byte(std::size_t offset) {
    return " (byte " + std::to_string(offset) + ")";
}

} // namespace

Result<Page> PageSplitter::split(std::string_view body) {
    using namespace rapidjson;
    if (auto offset = model::find_invalid_utf8(body); offset != body.npos)
        return Failure{errc::bad_page, "not UTF-8" + at_byte(offset)};
    if (auto offset = model::find_unprintable(body); offset != body.npos)
        return Failure{errc::bad_page, "not JSON: a control character" + at_byte(offset)};
    Page page;
    Stream stream(model::in_place(buffer_, body));
    SplitHandler handler(page, body, stream);
    Reader reader;
    constexpr unsigned flags = kParseInsituFlag | kParseNumbersAsStringsFlag;
    ParseResult outcome = reader.Parse<flags>(stream, handler);
    if (!outcome) {
        std::string reason =
            outcome.Code() == kParseErrorTermination
                ? "nested deeper than " + std::to_string(model::JsonParser::max_depth) + " levels"
                : std::string("not JSON: ") + GetParseError_En(outcome.Code());
        return Failure{errc::bad_page, reason + at_byte(outcome.Offset())};
    }
    if (stream.Tell() != body.size())
        return Failure{errc::bad_page, "not JSON: a zero byte" + at_byte(stream.Tell())};
    if (!handler.wrong().empty())
        return Failure{errc::bad_page, handler.wrong()};
    if (!handler.has_connectors())
        return Failure{errc::bad_page, "the page has no `connectors`"};
    return page;
}

std::optional<Page> PageSplitter::split_known(std::string_view body,
                                              const std::function<bool(const Element&)>& known) {
    constexpr std::string_view list = R"("connectors":[)", placeholder = "{}";
    std::size_t at = body.find(list);
    if (at == body.npos)
        return {};
    at += list.size();
    outline_.assign(body, 0, at);
    std::vector<Element> elements;
    std::vector<std::size_t> places;
    while (at < body.size() && body[at] == '{') {
        Element element{body.substr(at, object_length(body.substr(at))), {}};
        element.id = leading_id(element.raw);
        if (element.id.empty() || !known(element))
            return {};
        elements.push_back(element);
        places.push_back(outline_.size());
        outline_ += placeholder;
        at += element.raw.size();
        if (at < body.size() && body[at] == ',')
            outline_ += body[at++];
    }
    outline_.append(body, at);
    auto page = split(outline_);
    if (!page || page->elements.size() != elements.size())
        return {};
    for (std::size_t i = 0; i < places.size(); ++i)
        if (page->elements[i].raw.data() != outline_.data() + places[i])
            return {};
    page->elements = std::move(elements);
    return *std::move(page);
}

std::optional<ErrorBody> parse_error_body(std::string_view body) {
    model::JsonParser parser;
    if (model::find_invalid_utf8(body) != body.npos)
        return {};
    auto json = parser.parse(body);
    if (!json)
        return {};
    auto code = json->find("code"), message = json->find("message");
    if (!code || !code->is(model::Json::Type::string) || !message || !message->is(model::Json::Type::string))
        return {};
    return ErrorBody{std::string(code->text()), std::string(message->text())};
}

} // namespace versori::decode
