#include "tests/platform/platform.hpp"

#include "tests/platform/json.hpp"
#include "tests/platform/list.hpp"

#include <algorithm>

namespace versori::platform {
namespace {

// One page while it is made.
struct Page {
    std::vector<std::string> connectors;
    std::int64_t total = 0;
    std::optional<std::string> next; // cursors
    std::optional<std::string> prev;
};

Page take(const Organisation& organisation, const std::vector<const Connector*>& all, Window where,
          const Behaviour& behaviour, std::uint64_t style) {
    Page page;
    for (std::size_t i = where.begin; i < where.end; ++i)
        page.connectors.push_back(connector_json(organisation, *all[i], style));
    bool empty = where.begin >= where.end;
    if (!empty && (where.end < all.size() || behaviour.trailing_empty_page))
        page.next = cursor_of(*all[where.end - 1], where.end, behaviour);
    if (!empty && where.begin > 0)
        page.prev = cursor_of(*all[where.begin], where.begin, behaviour);
    return page;
}

std::string next_text(const std::string& cursor, const Ask& ask, const Target& target, const Query& query,
                      const Behaviour& behaviour, const char* parameter) {
    if (behaviour.next == NextForm::opaque)
        return cursor;
    std::string query_text = "?";
    for (const auto& [name, value] : query.kept)
        query_text += percent_encoded(name) + "=" + percent_encoded(value) + "&";
    query_text += parameter + std::string("=") + percent_encoded(cursor);
    if (behaviour.next == NextForm::query)
        return query_text;
    std::string path = target.path + query_text;
    if (behaviour.next == NextForm::relative)
        return path;
    if (behaviour.next == NextForm::foreign)
        return behaviour.foreign_origin + path;
    return (ask.tls ? "https://" : "http://") + ask.host + path;
}

std::string page_json(const Page& page, const Behaviour& behaviour) {
    std::string json = "{\"totalCount\":";
    json.append(std::to_string(page.total)).append(",\"connectors\":[");
    const char* comma = "";
    for (const std::string& connector : page.connectors) {
        json.append(comma).append(connector);
        comma = ",";
    }
    json += "]";
    if (page.next)
        json.append(",\"next\":").append(json_string(*page.next));
    else if (behaviour.end == NextEnd::null)
        json += ",\"next\":null";
    else if (behaviour.end == NextEnd::empty)
        json += ",\"next\":\"\"";
    if (page.prev)
        json.append(",\"prev\":").append(json_string(*page.prev));
    for (const auto& [name, value] : behaviour.page_members)
        json.append(",").append(json_string(name)).append(":").append(value.canonical());
    return json += "}";
}

Answer cursor_error(BadCursor bad, const Behaviour& behaviour) {
    if (bad == BadCursor::gone && behaviour.gone_cursor == GoneCursor::gone_410)
        return error_answer(410, "cursor_gone", "the cursor points to a connector that is gone", "after");
    return error_answer(400, "invalid_cursor", "the cursor is not one of this list", "after");
}

Answer page_not_found() {
    Answer answer;
    answer.status = 404;
    answer.body = "404 page not found\n";
    answer.content_type = "text/plain";
    return answer;
}

} // namespace

Answer error_answer(unsigned status, std::string_view code, std::string_view message,
                    std::string_view field) {
    Answer answer;
    answer.status = status;
    answer.body = error_json(code, message, field);
    return answer;
}

Fault Fault::status(unsigned status, std::vector<std::pair<std::string, std::string>> headers) {
    Answer answer =
        error_answer(status, "scripted_" + std::to_string(status), "a fault of the simulated platform");
    answer.headers = std::move(headers);
    return with(std::move(answer));
}

Fault Fault::with(Answer answer) {
    return {std::move(answer), {}};
}

Fault Fault::on_wire(Wire wire) {
    return {{}, [wire](Answer& answer) { answer.wire = wire; }};
}

Answer Platform::answer(const Ask& ask) {
    if (remember_asked)
        asked.push_back(ask);
    auto fault = next_fault(ask);
    Answer answer = honest_answer(ask);
    if (fault && fault->answer)
        answer = *fault->answer;
    if (fault && fault->edit)
        fault->edit(answer);
    return answer;
}

void Platform::fail_next(Fault fault, int times) {
    scripts_.push_back({{}, std::move(fault), times, false});
}

void Platform::fail_when(std::function<bool(const Ask&)> when, Fault fault, int times) {
    scripts_.push_back({std::move(when), std::move(fault), times, times == 0});
}

void Platform::clear_faults() {
    scripts_.clear();
}

const Behaviour& Platform::behaviour_of(const std::string& org) const {
    auto own = behaviours.find(org);
    return own == behaviours.end() ? behaviour : own->second;
}

std::optional<Fault> Platform::next_fault(const Ask& ask) {
    for (auto script = scripts_.begin(); script != scripts_.end(); ++script) {
        if (script->when && !script->when(ask))
            continue;
        Fault fault = script->fault;
        if (!script->endless && --script->left <= 0)
            scripts_.erase(script);
        return fault;
    }
    return {};
}

Answer Platform::honest_answer(const Ask& ask) {
    auto target = parse_target(ask.target);
    if (!target)
        return error_answer(400, "bad_request", "the request target is not a path");
    std::string prefix = base_path + "/o/";
    if (!target->path.starts_with(prefix))
        return page_not_found();
    std::size_t skip = std::ranges::count(base_path, '/') + 1;
    std::vector<std::string> rest(target->segments.begin() + skip, target->segments.end());
    bool one = rest.size() == 3 && rest[1] == "connectors" && !rest[2].empty();
    if (!one && !(rest.size() == 2 && rest[1] == "connectors"))
        return page_not_found();
    if (ask.method != "GET")
        return error_answer(405, "method_not_allowed", "only GET is served here");

    const std::string& org = rest[0];
    auto known = [&](const Organisation& organisation) { return organisation.id == org; };
    if (std::ranges::none_of(world.organisations, known))
        return error_answer(404, "not_found", "there is no organisation " + org);
    auto accepted = authorizations.find(org);
    if (accepted != authorizations.end() && !accepted->second.contains(ask.authorization))
        return error_answer(401, "unauthorized", "the token is missing, wrong or expired");
    if (int status = behaviour_of(org).denied)
        return error_answer(status, "denied", "this token may not read the organisation");
    return one ? get(org, rest[2]) : list(ask, *target, org);
}

Answer Platform::list(const Ask& ask, const Target& target, const std::string& org) {
    const Behaviour& how = behaviour_of(org);
    auto parsed = parse_query(target);
    if (auto* bad = std::get_if<BadQuery>(&parsed))
        return error_answer(400, "bad_request", bad->message, bad->field);
    const Query& query = std::get<Query>(parsed);
    if (how.page_refused && query.first > how.page_refused)
        return error_answer(400, "bad_request", "first must not exceed " + std::to_string(how.page_refused),
                            "first");

    world.remember = std::max(world.remember, how.lag);
    auto count = [&] {
        return static_cast<std::int64_t>(
            selection(world.as_of(org, how.lag), how, query.filters, how.total.counts_invisible).size());
    };
    std::int64_t before = count();
    if (between_requests)
        between_requests();
    const Organisation& shown = world.as_of(org, how.lag);
    auto all = selection(shown, how, query.filters);
    auto where = window(all, query, how);
    if (auto* bad = std::get_if<BadCursor>(&where))
        return cursor_error(*bad, how);
    Page page = take(shown, all, std::get<Window>(where), how, world.spelling);
    page.total = how.total.time == CountTime::before ? before : count();
    if (after_list)
        after_list();
    if (how.total.time == CountTime::after)
        page.total = count();
    if (how.total.cap)
        page.total = std::min(page.total, *how.total.cap);
    if (how.total.fixed)
        page.total = *how.total.fixed;

    if (page.next)
        page.next = next_text(*page.next, ask, target, query, how, "after");
    if (page.prev)
        page.prev = next_text(*page.prev, ask, target, query, how, "before");
    Answer answer;
    answer.body = page_json(page, how);
    return answer;
}

Answer Platform::get(const std::string& org, const std::string& id) {
    const Behaviour& how = behaviour_of(org);
    Answer not_found = error_answer(404, "not_found", "there is no connector " + id);
    switch (how.get) {
    case Get::always_404:
        return not_found;
    case Get::forbidden:
        return error_answer(403, "forbidden", "this token may not read single connectors");
    case Get::server_error:
        return error_answer(500, "internal", "something went wrong");
    case Get::gateway_404: {
        Answer gateway = page_not_found();
        gateway.body = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>\n";
        gateway.content_type = "text/html";
        return gateway;
    }
    case Get::honest:
    case Get::not_found_for_imported:
        break;
    }
    const Organisation& organisation = world.organisation(org);
    auto at = std::ranges::find(organisation.connectors, id, [](const Connector& one) { return one.id; });
    if (at == organisation.connectors.end() || (how.visible && !how.visible(*at)))
        return not_found;
    if (how.get == Get::not_found_for_imported && at->organisation_id != org)
        return not_found;
    Answer answer;
    answer.body = connector_json(organisation, *at, world.spelling);
    return answer;
}

} // namespace versori::platform
