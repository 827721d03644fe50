#include "daemon/emit/sentence.hpp"

#include "daemon/model/json.hpp"
#include "daemon/model/time.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace versori::emit {
namespace {

using model::Json;
using model::Op;
using model::TableId;

constexpr std::size_t short_value = 40;
constexpr std::size_t longest_text = 200;

// Without line ends, terminal escapes and other control characters (C1, too).
std::string printable(std::string_view text) {
    std::string out(text);
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto byte = static_cast<unsigned char>(out[i]);
        if (byte < 0x20 || byte == 0x7F)
            out[i] = ' ';
        else if (byte == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0)
            out[i] = out[i + 1] = ' ';
    }
    return out;
}

std::string shortened(std::string_view text) {
    if (text.size() <= longest_text)
        return printable(text);
    std::size_t end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return printable(text.substr(0, end)) + "…";
}

// before or after, for looking up columns.
class RowJson {
public:
    explicit RowJson(const std::optional<std::string>& text) {
        if (!text)
            return;
        if (auto parsed = parser_.parse(*text))
            row_ = *parsed;
    }
    RowJson(const RowJson&) = delete;
    RowJson& operator=(const RowJson&) = delete;

    std::optional<Json> find(std::string_view column) const {
        auto value = row_ ? row_->find(column) : std::nullopt;
        return value && !value->is(Json::Type::null) ? value : std::nullopt;
    }
    std::string text(std::string_view column) const {
        auto value = find(column);
        return value ? std::string(value->text()) : std::string();
    }
    bool is(std::string_view column, std::string_view value) const { return text(column) == value; }

private:
    model::JsonParser parser_;
    std::optional<Json> row_;
};

std::vector<std::string> names_in(const std::string& changed) {
    model::JsonParser parser;
    std::vector<std::string> out;
    if (auto parsed = parser.parse(changed))
        for (Json name : parsed->elements())
            out.emplace_back(name.text());
    return out;
}

std::string_view noun(TableId table) {
    static constexpr std::array<std::string_view, model::table_count> nouns = {
        "connector",  "tag",      "variable",        "auth scheme", "auth scheme message",
        "connection", "variable", "credential link", "version",     "version message",
        "credential", "error",    "usage",
    };
    return nouns[static_cast<std::size_t>(table)];
}

std::string_view why(std::string_view evidence) {
    static constexpr std::pair<std::string_view, std::string_view> reasons[] = {
        {"not_found", "the platform does not find it any more"},
        {"two_walks", "two walks with the same list did not list it"},
        {"unlisted", "it exists, but is not listed any more"},
        {"approved", "approved"},
        {"forgotten", "its organisation is forgotten"},
    };
    for (const auto& [name, reason] : reasons)
        if (name == evidence)
            return reason;
    return evidence;
}

std::string days(std::string_view expires_at, std::string_view now) {
    auto then = model::parse_time(expires_at), from = model::parse_time(now);
    if (!then || !from)
        return "expires at " + std::string(expires_at);
    if (*then <= *from)
        return "has expired";
    if (*then - *from < std::chrono::days(1))
        return "expires within a day";
    auto count = std::chrono::round<std::chrono::days>(*then - *from).count();
    return "expires in " + std::to_string(count) + (count == 1 ? " day" : " days");
}

// Puts one sentence together.
class Teller {
public:
    Teller(const model::ChangeRecord& record, Detail detail)
        : record_(record), detail_(detail), before_(record.before), after_(record.after),
          left_(names_in(record.changed)) {}

    std::string tell() {
        if (record_.op == Op::baseline)
            return baseline();
        const TableId* table = model::find_table(record_.table_name.value_or(""));
        if (!table)
            return subject("row", record_.label.value_or("")) + rest();
        switch (*table) {
        case TableId::versions:
            return version();
        case TableId::credentials:
            return credential();
        case TableId::credential_errors:
        case TableId::credential_usages:
            return of_credential(*table);
        default:
            return subject(noun(*table), record_.label.value_or("")) + rest();
        }
    }

private:
    static std::string subject(std::string_view noun, std::string_view name) {
        return std::string(noun) + " " + printable(name);
    }

    // True when the column changed; it is told then, and not named again.
    bool told(std::string_view column) { return std::erase(left_, column) > 0 || record_.op == Op::insert; }
    void say(std::string phrase) { phrases_.push_back(std::move(phrase)); }

    // The phrases, and what happened beside them.
    std::string rest() {
        if (record_.op == Op::insert && (phrases_.empty() || phrases_.front() != "published"))
            phrases_.insert(phrases_.begin(), "added");
        if (record_.op == Op::remove)
            say(record_.evidence ? "deleted: " + std::string(why(*record_.evidence)) : "deleted");
        if (record_.op == Op::update)
            updated();
        std::string out;
        for (const std::string& phrase : phrases_)
            (out += out.empty() ? " " : ", ") += phrase;
        return out;
    }

    void updated() {
        if (left_.size() > 1 || !phrases_.empty())
            std::erase(left_, "updated_at");
        std::string columns;
        for (const std::string& column : left_)
            ((columns += columns.empty() ? "" : ", ") += column) += values(column);
        if (!columns.empty())
            say("updated: " + columns);
        else if (phrases_.empty())
            say("updated");
    }

    std::string values(const std::string& column) const {
        if (detail_ == Detail::names || column == "secret_fingerprint")
            return {};
        auto shown = [](const std::optional<Json>& value) -> std::string {
            if (!value)
                return "null";
            if (value->is(Json::Type::array) || value->is(Json::Type::object))
                return {};
            std::string text = printable(value->text());
            return value->is(Json::Type::string) ? "\"" + text + "\"" : text;
        };
        std::string old_text = shown(before_.find(column)), new_text = shown(after_.find(column));
        if (old_text.empty() || new_text.empty() || std::max(old_text.size(), new_text.size()) > short_value)
            return {};
        return " " + old_text + " → " + new_text;
    }

    std::string version() {
        std::string label = record_.label.value_or("");
        std::string name = record_.after ? after_.text("name") : before_.text("name");
        if (label.ends_with(" / " + name))
            label = name + " of " + label.substr(0, label.size() - name.size() - 3);
        if (record_.op == Op::insert || record_.op == Op::update) {
            bool was = before_.find("published_at").has_value();
            bool is = after_.find("published_at").has_value();
            if (was != is && told("published_at"))
                say(is ? "published" : "no longer published");
            turned("is_latest", "latest");
            turned("is_default", "default");
        }
        return subject("version", label) + rest();
    }

    void turned(std::string_view column, const std::string& what) {
        bool was = before_.is(column, "1"), is = after_.is(column, "1");
        if (was != is && told(column))
            say(is ? "is now the " + what : "is no longer the " + what);
    }

    std::string credential() {
        if (record_.op == Op::insert || record_.op == Op::update) {
            if (record_.op == Op::update && told("secret_fingerprint"))
                say("rotated");
            if (told("valid"))
                validity();
            if (told("expires_at")) {
                if (auto expires = after_.find("expires_at"))
                    say(days(expires->text(), record_.time));
                else if (record_.op == Op::update)
                    say("does not expire any more");
            }
        }
        return "credential \"" + printable(record_.label.value_or("")) + "\"" + rest();
    }

    void validity() {
        bool fresh = record_.op == Op::insert;
        if (after_.is("valid", "0"))
            say(fresh ? "invalid" : "now invalid");
        else if (after_.is("valid", "1") && !fresh)
            say("now valid");
        else if (!fresh)
            say("not validated any more");
    }

    std::string of_credential(TableId table) {
        std::string label = record_.label.value_or("");
        std::string name = label.substr(0, label.rfind(" / "));
        std::string out = "credential \"" + printable(name) + "\": " + std::string(noun(table));
        const RowJson& row = record_.after ? after_ : before_;
        if (table == TableId::credential_errors)
            out += " \"" + shortened(row.text("text")) + "\"";
        else
            out += " by connection " + printable(row.text("connection_name"));
        return out + rest();
    }

    std::string baseline() const {
        std::string out;
        for (TableId table :
             {TableId::connectors, TableId::connections, TableId::versions, TableId::credentials}) {
            std::string count = after_.text(model::table(table).name);
            std::string what(noun(table));
            out += (out.empty() ? "baseline: " : ", ") + (count.empty() ? "0" : count) + " " + what +
                   (count == "1" ? "" : "s");
        }
        return out;
    }

    const model::ChangeRecord& record_;
    Detail detail_;
    RowJson before_, after_;
    std::vector<std::string> left_; // changed columns that no phrase has told
    std::vector<std::string> phrases_;
};

} // namespace

std::string sentence(const model::ChangeRecord& record, std::string_view organisation_label, Detail detail) {
    return printable(organisation_label) + ": " + Teller(record, detail).tell();
}

} // namespace versori::emit
