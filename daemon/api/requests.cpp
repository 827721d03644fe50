#include "daemon/api/requests.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <optional>

namespace versori::api {
namespace urls = boost::urls;
namespace {

std::string encode(std::string_view text) {
    return urls::encode(text, urls::unreserved_chars);
}

// A segment "." or ".." would be taken for a step in the path.
std::string encode_segment(std::string_view id) {
    if (id == ".")
        return "%2E";
    if (id == "..")
        return "%2E%2E";
    return encode(id);
}

std::string connectors_path(std::string_view prefix, std::string_view organisation_id) {
    return std::string(prefix) + "/o/" + encode_segment(organisation_id) + "/connectors";
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts)
        text += (text.empty() ? "" : ",") + part;
    return text;
}

bool begins_with(std::string_view text, std::string_view scheme) {
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? char(b + 32) : b); });
}

bool absolute(std::string_view next) {
    return begins_with(next, "http://") || begins_with(next, "https://");
}

std::optional<std::string> after_of(const urls::url_view& url) {
    if (url.encoded_query().empty())
        return {}; // Boost 1.81 would read beyond it
    auto params = url.encoded_params();
    auto found = params.find("after");
    if (found == params.end() || !(*found).has_value || (*found).value.empty())
        return {};
    urls::encoding_opts form;
    form.space_as_plus = true;
    return (*found).value.decode(form);
}

std::optional<urls::url_view> parse(const std::string& text) {
    auto url = urls::parse_uri_reference(text);
    if (!url)
        return {};
    return *url;
}

Failure bad_next(const char* what) {
    return {errc::bad_page, std::string("the page's next is a URL ") + what};
}

Result<std::string> cursor_of(const std::string& text, const Endpoint& endpoint) {
    auto url = parse(text);
    if (!url)
        return bad_next("that cannot be read");
    if (url->has_authority()) {
        auto other = parse_endpoint(text);
        if (!other)
            return bad_next("that cannot be read");
        if (!other->same_origin(endpoint))
            return Failure{errc::foreign_origin, "the page's next points to " + other->origin() +
                                                     ", not to " + endpoint.origin() +
                                                     ", so it was not followed"};
    }
    auto after = after_of(*url);
    if (!after)
        return bad_next("without the parameter after");
    return *after;
}

} // namespace

std::string page_target(std::string_view prefix, std::string_view organisation_id, int first,
                        std::string_view cursor, const Filters& filters) {
    std::string target = connectors_path(prefix, organisation_id) + "?first=" + std::to_string(first);
    auto add = [&](const char* name, std::string_view value) {
        if (!value.empty())
            target += std::string("&") + name + "=" + encode(value);
    };
    add("after", cursor);
    add("tags", joined(filters.tags));
    for (const auto& category : filters.categories)
        add("categories", category);
    add("protocol", filters.protocol);
    add("name", filters.name);
    return target;
}

std::string connector_target(std::string_view prefix, std::string_view organisation_id,
                             std::string_view connector_id) {
    return connectors_path(prefix, organisation_id) + "/" + encode_segment(connector_id);
}

Result<std::string> next_cursor(std::string_view next, const Endpoint& endpoint) {
    if (absolute(next))
        return cursor_of(std::string(next), endpoint);
    auto question = next.find('?');
    if (question == next.npos)
        return std::string(next);
    if (next.starts_with("//"))
        return cursor_of((endpoint.tls ? "https:" : "http:") + std::string(next), endpoint);
    if (next.front() == '/' || next.front() == '?')
        return cursor_of(std::string(next), endpoint);

    std::string text(next);
    auto url = parse(text);
    if (url && !url->has_scheme() && after_of(*url))
        return cursor_of(text, endpoint);
    return text;
}

} // namespace versori::api
