#include "tests/platform/settings.hpp"

#include <algorithm>
#include <charconv>

namespace versori::platform {
namespace {

template <class Value>
struct Name {
    const char* name;
    Value value;
};

constexpr Name<CursorKind> cursors[] = {
    {"offset", CursorKind::offset}, {"keyset", CursorKind::keyset}, {"id", CursorKind::id}};
constexpr Name<GoneCursor> gone_cursors[] = {
    {"410", GoneCursor::gone_410}, {"400", GoneCursor::bad_request_400}, {"empty", GoneCursor::empty_page}};
constexpr Name<Order> orders[] = {{"updated", Order::updated}, {"id", Order::id}, {"name", Order::name}};
constexpr Name<NextForm> next_forms[] = {{"opaque", NextForm::opaque},
                                         {"absolute", NextForm::absolute},
                                         {"relative", NextForm::relative},
                                         {"query", NextForm::query},
                                         {"foreign", NextForm::foreign}};
constexpr Name<NextEnd> next_ends[] = {
    {"absent", NextEnd::absent}, {"null", NextEnd::null}, {"empty", NextEnd::empty}};
constexpr Name<CountTime> count_times[] = {
    {"before", CountTime::before}, {"with", CountTime::with}, {"after", CountTime::after}};
constexpr Name<Get> gets[] = {{"honest", Get::honest},
                              {"always-404", Get::always_404},
                              {"not-found-for-imported", Get::not_found_for_imported},
                              {"403", Get::forbidden},
                              {"500", Get::server_error},
                              {"gateway-404", Get::gateway_404}};
constexpr Name<Wire> wires[] = {{"normal", Wire::normal},
                                {"close", Wire::close},
                                {"reset", Wire::reset},
                                {"cut", Wire::cut},
                                {"long-length", Wire::long_length},
                                {"short-length", Wire::short_length},
                                {"chunked", Wire::chunked},
                                {"cut-chunk", Wire::cut_chunk},
                                {"drip", Wire::drip},
                                {"silent", Wire::silent},
                                {"continue-first", Wire::continue_first},
                                {"header-flood", Wire::header_flood},
                                {"http-1.0", Wire::http_10},
                                {"garbage", Wire::garbage},
                                {"bomb", Wire::bomb},
                                {"body-without-end", Wire::body_without_end}};

template <class Value, std::size_t size>
bool choose(const Name<Value> (&names)[size], const std::string& text, Value& value) {
    auto at = std::ranges::find(names, text, [](const auto& one) { return std::string_view(one.name); });
    if (at == std::end(names))
        return false;
    value = at->value;
    return true;
}

template <class Number>
bool read(const std::string& text, Number& value) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

// "none" takes the limit away.
bool read_optional(const std::string& text, std::optional<std::int64_t>& value) {
    value.reset();
    return text == "none" || read(text, value.emplace());
}

bool read_flag(const std::string& text, bool& value) {
    value = text == "true";
    return value || text == "false";
}

constexpr Setting settings[] = {
    {"cursor", "offset|keyset|id",
     [](Behaviour& how, const std::string& text) { return choose(cursors, text, how.cursor); }},
    {"gone-cursor", "410|400|empty",
     [](Behaviour& how, const std::string& text) { return choose(gone_cursors, text, how.gone_cursor); }},
    {"order", "updated|id|name",
     [](Behaviour& how, const std::string& text) { return choose(orders, text, how.order); }},
    {"next", "opaque|absolute|relative|query|foreign",
     [](Behaviour& how, const std::string& text) { return choose(next_forms, text, how.next); }},
    {"end", "absent|null|empty",
     [](Behaviour& how, const std::string& text) { return choose(next_ends, text, how.end); }},
    {"trailing-empty-page", "true|false",
     [](Behaviour& how, const std::string& text) { return read_flag(text, how.trailing_empty_page); }},
    {"total", "before|with|after",
     [](Behaviour& how, const std::string& text) { return choose(count_times, text, how.total.time); }},
    {"total-cap", "NUMBER|none",
     [](Behaviour& how, const std::string& text) { return read_optional(text, how.total.cap); }},
    {"total-fixed", "NUMBER|none",
     [](Behaviour& how, const std::string& text) { return read_optional(text, how.total.fixed); }},
    {"page-maximum", "NUMBER",
     [](Behaviour& how, const std::string& text) { return read(text, how.page_maximum); }},
    {"page-refused", "NUMBER",
     [](Behaviour& how, const std::string& text) { return read(text, how.page_refused); }},
    {"get", "honest|always-404|not-found-for-imported|403|500|gateway-404",
     [](Behaviour& how, const std::string& text) { return choose(gets, text, how.get); }},
    {"lag", "EDITS", [](Behaviour& how, const std::string& text) { return read(text, how.lag); }},
    {"denied", "0|401|403|404",
     [](Behaviour& how, const std::string& text) { return read(text, how.denied); }},
};

} // namespace

std::span<const Setting> behaviour_settings() {
    return settings;
}

std::optional<Wire> wire_named(const std::string& name) {
    Wire wire{};
    if (!choose(wires, name, wire))
        return {};
    return wire;
}

std::string wire_names() {
    std::string names;
    for (const auto& one : wires)
        names.append(names.empty() ? "" : "|").append(one.name);
    return names;
}

} // namespace versori::platform
