#include "daemon/model/packed.hpp"

namespace versori::model {
namespace {

enum class Tag : char { null, integer, text };

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void number(std::uint64_t n) {
        for (; n >= 0x80; n >>= 7)
            out_ += static_cast<char>(n | 0x80);
        out_ += static_cast<char>(n);
    }
    void value(const Value& value) {
        if (is_null(value)) {
            out_ += static_cast<char>(Tag::null);
        } else if (auto* integer = std::get_if<std::int64_t>(&value)) {
            out_ += static_cast<char>(Tag::integer);
            number(static_cast<std::uint64_t>(*integer));
        } else {
            std::string_view text = text_of(value);
            out_ += static_cast<char>(Tag::text);
            number(text.size());
            out_ += text;
        }
    }

private:
    std::string& out_;
};

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t number() {
        std::uint64_t n = 0;
        for (int shift = 0;; shift += 7) {
            auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            n |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80)
                return n;
        }
    }
    Value value() {
        Tag tag{rest_.front()};
        rest_.remove_prefix(1);
        if (tag == Tag::null)
            return {};
        std::uint64_t n = number();
        if (tag == Tag::integer)
            return static_cast<std::int64_t>(n);
        std::string_view text = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return text;
    }

private:
    std::string_view rest_;
};

} // namespace

std::string pack(const Document& document) {
    std::string out;
    out.reserve(document.bytes());
    Writer writer(out);
    for (TableId id : tables_of(document.subject())) {
        writer.number(document.rows(id).size());
        writer.number(document.unstated(id));
        for (std::size_t i = 0; i < document.rows(id).size(); ++i)
            for (const Value& value : document.row(id, i))
                writer.value(value);
    }
    return out;
}

Document unpack(Subject subject, std::string_view bytes) {
    Document out(subject);
    Reader reader(text_of(out.text(bytes)));
    for (TableId id : tables_of(subject)) {
        auto count = reader.number();
        if (reader.number() != 0)
            out.leave_unstated(id);
        for (std::uint64_t i = 0; i < count; ++i)
            for (Value& value : out.add(id))
                value = reader.value();
    }
    return out;
}

} // namespace versori::model
