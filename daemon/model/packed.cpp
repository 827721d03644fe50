#include "daemon/model/packed.hpp"

namespace versori::model {
namespace {

enum class Tag : char { null, integer, text, above };

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void number(std::uint64_t n) {
        for (; n >= 0x80; n >>= 7)
            out_ += static_cast<char>(n | 0x80);
        out_ += static_cast<char>(n);
    }
    void value(const Value& value, const Value& above) {
        if (is_null(value)) {
            out_ += static_cast<char>(Tag::null);
        } else if (value == above && !std::holds_alternative<std::int64_t>(value)) {
            out_ += static_cast<char>(Tag::above);
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
    Value value(const Value& above) {
        Tag tag{rest_.front()};
        rest_.remove_prefix(1);
        if (tag == Tag::null)
            return {};
        if (tag == Tag::above)
            return above;
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

// What a text is often the same as: the one in the row before, or where a table begins, the document's id.
class Above {
public:
    void start_table() { row_ = {}; }
    const Value& operator[](std::size_t column) const {
        return column < row_.size() ? row_[column] : column == 0 ? id_ : none_;
    }
    void end_row(ConstRow row) {
        row_ = row;
        if (is_null(id_))
            id_ = row[0];
    }

private:
    ConstRow row_;
    Value id_, none_;
};

} // namespace

std::string pack(const Document& document) {
    std::string out;
    out.reserve(document.bytes());
    Writer writer(out);
    Above above;
    for (TableId id : tables_of(document.subject())) {
        writer.number(document.rows(id).size());
        writer.number(document.unstated(id));
        above.start_table();
        for (std::size_t i = 0; i < document.rows(id).size(); ++i) {
            ConstRow row = document.row(id, i);
            for (std::size_t c = 0; c < row.size(); ++c)
                writer.value(row[c], above[c]);
            above.end_row(row);
        }
    }
    return out;
}

Document unpack(Subject subject, std::string_view bytes) {
    Document out(subject);
    Reader reader(text_of(out.text(bytes)));
    Above above;
    for (TableId id : tables_of(subject)) {
        auto count = reader.number();
        if (reader.number() != 0)
            out.leave_unstated(id);
        above.start_table();
        for (std::uint64_t i = 0; i < count; ++i) {
            Row row = out.add(id);
            for (std::size_t c = 0; c < row.size(); ++c)
                row[c] = reader.value(above[c]);
            above.end_row(row);
        }
    }
    return out;
}

} // namespace versori::model
