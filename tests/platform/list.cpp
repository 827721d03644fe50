#include "tests/platform/list.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

namespace versori::platform {
namespace {

constexpr std::string_view known_categories[] = {"Development & IT", "ERP",        "Supply Chain & Logistics",
                                                 "Communication",    "Accounting", "Hospitality",
                                                 "Productivity",     "HR",         "CRM",
                                                 "AI/LLMs",          "eCommerce",  "Business Operations"};

std::string base64(const std::string& text) {
    std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
    int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    out.resize(size);
    return out;
}

std::optional<std::string> from_base64(const std::string& text) {
    std::string out(text.size() / 4 * 3 + 3, '\0');
    int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0 || text.empty())
        return {};
    out.resize(size - std::ranges::count(text, '='));
    return out;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return value;
}

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
    return text;
}

bool contains(const std::string& text, const std::string& part) {
    return lower(text).find(lower(part)) != std::string::npos;
}

bool has_tag(const Connector& connector, const std::string& tag, const std::optional<std::string>& value) {
    if (!connector.tags)
        return false;
    return std::ranges::any_of(*connector.tags, [&](const auto& own) {
        return own.first == tag && (!value || std::ranges::find(own.second, *value) != own.second.end());
    });
}

bool passes(const Connector& connector, const Filters& filters) {
    for (const auto& [tag, value] : filters.tags)
        if (!has_tag(connector, tag, value))
            return false;
    auto in = [&](const std::string& category) { return connector.categories.contains(category); };
    if (!filters.categories.empty() && std::ranges::none_of(filters.categories, in))
        return false;
    return contains(connector.protocol, filters.protocol) && contains(connector.name, filters.name);
}

Filters parse_filters(const Target& target) {
    Filters filters;
    filters.categories = target.values("categories");
    filters.protocol = target.value("protocol").value_or("");
    filters.name = target.value("name").value_or("");
    std::string tags = target.value("tags").value_or("");
    for (std::size_t begin = 0; begin < tags.size();) {
        auto end = std::min(tags.find(',', begin), tags.size());
        std::string tag = tags.substr(begin, end - begin);
        auto colon = tag.find(':');
        if (colon == tag.npos)
            filters.tags.emplace_back(tag, std::nullopt);
        else
            filters.tags.emplace_back(tag.substr(0, colon), tag.substr(colon + 1));
        begin = end + 1;
    }
    return filters;
}

// What a connector is sorted by, so that smaller comes first.
std::pair<std::string, std::string> sort_key(const Connector& connector, Order order) {
    if (order == Order::id)
        return {"", connector.id};
    if (order == Order::name)
        return {connector.name, connector.id};
    std::string micros =
        std::to_string(999'999'999'999'999'999 - connector.updated_at.time_since_epoch().count());
    return {micros, connector.id};
}

// How many connectors come before the cursor, and whether its own one is still there.
std::optional<std::pair<std::size_t, bool>> place(const std::vector<const Connector*>& all,
                                                  const std::string& cursor, const Behaviour& behaviour) {
    auto plain = from_base64(cursor);
    if (!plain)
        return {};
    if (plain->starts_with("offset:") && behaviour.cursor == CursorKind::offset) {
        auto offset = number<std::size_t>(std::string_view(*plain).substr(7));
        if (!offset)
            return {};
        return std::pair{std::min(*offset, all.size()), false};
    }
    if (plain->starts_with("id:") && behaviour.cursor == CursorKind::id) {
        auto at = std::ranges::find(all, plain->substr(3), [](const Connector* one) { return one->id; });
        return std::pair<std::size_t, bool>{at - all.begin(), at != all.end()};
    }
    auto bar = plain->rfind('|');
    if (!plain->starts_with("key:") || behaviour.cursor != CursorKind::keyset || bar == plain->npos)
        return {};
    std::pair key{plain->substr(4, bar - 4), plain->substr(bar + 1)};
    auto at = std::ranges::find_if(all, [&](auto* one) { return sort_key(*one, behaviour.order) >= key; });
    bool present = at != all.end() && sort_key(**at, behaviour.order) == key;
    return std::pair<std::size_t, bool>{at - all.begin(), present};
}

// column:direction[,column:direction]…
bool is_sort(std::string_view text) {
    for (;;) {
        auto comma = text.find(',');
        auto pair = text.substr(0, comma);
        auto colon = pair.find(':');
        if (colon == pair.npos || colon == 0 || colon + 1 == pair.size() ||
            pair.find(':', colon + 1) != pair.npos)
            return false;
        if (comma == text.npos)
            return true;
        text.remove_prefix(comma + 1);
    }
}

std::optional<BadQuery> bad_value(const Target& target) {
    if (auto order = target.value("sort"); order && !order->empty() && !is_sort(*order))
        return BadQuery{"sort", "sort must be column:direction[,column:direction]"};
    for (const auto& category : target.values("categories"))
        if (std::ranges::find(known_categories, category) == std::end(known_categories))
            return BadQuery{"categories", "there is no category " + category};
    return {};
}

} // namespace

std::variant<Query, BadQuery> parse_query(const Target& target) {
    if (auto bad = bad_value(target))
        return *bad;
    Query query;
    if (auto first = target.value("first")) {
        auto size = number<std::size_t>(*first);
        if (!size || *size == 0)
            return BadQuery{"first", "first must be a positive integer"};
        query.first = *size;
    }
    query.after = target.value("after");
    query.before = target.value("before");
    if (query.after && query.before)
        return BadQuery{"before", "after and before exclude each other"};
    query.filters = parse_filters(target);
    for (const auto& pair : target.query)
        if (pair.first != "after" && pair.first != "before")
            query.kept.push_back(pair);
    return query;
}

std::vector<const Connector*> selection(const Organisation& organisation, const Behaviour& behaviour,
                                        const Filters& filters, bool invisible_too) {
    std::vector<const Connector*> all = listed(organisation);
    std::erase_if(all, [&](const Connector* one) {
        return !passes(*one, filters) || (!invisible_too && behaviour.visible && !behaviour.visible(*one));
    });
    if (behaviour.order != Order::updated)
        std::ranges::sort(all, {}, [&](const Connector* one) { return sort_key(*one, behaviour.order); });
    return all;
}

std::variant<Window, BadCursor> window(const std::vector<const Connector*>& all, const Query& query,
                                       const Behaviour& behaviour) {
    std::size_t size = std::min(query.first, behaviour.page_maximum);
    if (!query.after && !query.before)
        return Window{0, std::min(size, all.size())};
    auto at = place(all, query.after ? *query.after : *query.before, behaviour);
    if (!at)
        return BadCursor::malformed;
    auto [position, present] = *at;
    if (behaviour.cursor == CursorKind::id && !present) {
        if (behaviour.gone_cursor == GoneCursor::empty_page)
            return Window{all.size(), all.size()};
        return BadCursor::gone;
    }
    if (query.before)
        return Window{position > size ? position - size : 0, position};
    std::size_t begin = position + (present ? 1 : 0);
    return Window{begin, std::min(begin + size, all.size())};
}

std::string cursor_of(const Connector& connector, std::size_t position, const Behaviour& behaviour) {
    switch (behaviour.cursor) {
    case CursorKind::offset:
        return base64("offset:" + std::to_string(position));
    case CursorKind::id:
        return base64("id:" + connector.id);
    case CursorKind::keyset:
        break;
    }
    auto [key, id] = sort_key(connector, behaviour.order);
    return base64("key:" + key + "|" + id);
}

} // namespace versori::platform
