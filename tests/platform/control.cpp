#include "tests/platform/control.hpp"

#include "tests/platform/control_routes.hpp"
#include "tests/platform/json.hpp"
#include "tests/platform/settings.hpp"

#include <algorithm>

namespace versori::platform {
namespace {

std::optional<std::vector<std::string>> match(const Route& route, const Target& target) {
    std::vector<std::string> ids;
    auto pattern = parse_target(route.path);
    auto is_id = [](const std::string& segment) { return segment.front() >= 'A' && segment.front() <= 'Z'; };
    if (pattern->segments.size() != target.segments.size())
        return {};
    for (std::size_t i = 0; i < target.segments.size(); ++i) {
        if (is_id(pattern->segments[i]))
            ids.push_back(target.segments[i]);
        else if (pattern->segments[i] != target.segments[i])
            return {};
    }
    return ids;
}

Answer text_answer(std::string body) {
    Answer answer;
    answer.body = std::move(body);
    answer.content_type = "text/plain; charset=utf-8";
    return answer;
}

Answer manual(const std::string& host) {
    std::string text = "The control endpoint of the simulated platform. Parameters go into the query:\n\n"
                       "    GET  /world  [org=]\n";
    for (const Route& route : control_routes())
        text += "    " + std::string(route.method) +
                std::string(6 - std::string(route.method).size(), ' ').substr(1) + route.path + "  " +
                route.parameters + "\n";
    text += "\nOrganisations go by id or name, connectors by id or a name that only one has.\n\n/behaviour "
            "takes\n\n";
    for (const Setting& setting : behaviour_settings())
        text += "    " + std::string(setting.name) + "=" + setting.values + "\n";
    text += "\n/fault strikes the next requests, or all with times=0:\n\n"
            "    status=NUMBER [retry-after=] [location=] [body=]\n    wire=" +
            wire_names() +
            "\n    [times=1] [on=any|list|next|get] [org=] [delay=MS] [pause=MS] [piece=BYTES] "
            "[inflated=BYTES]\n\n"
            "For example\n\n    curl -X POST '" +
            host + "/mutate?count=5'\n";
    return text_answer(text);
}

std::string organisation_json(const Organisation& organisation, std::uint64_t style) {
    std::string json = "{\"id\":";
    json.append(json_string(organisation.id)).append(",\"name\":").append(json_string(organisation.name));
    json += ",\"connectors\":[";
    const char* comma = "";
    for (const Connector* connector : listed(organisation)) {
        json.append(comma).append(connector_json(organisation, *connector, style));
        comma = ",";
    }
    return json += "]}";
}

Answer whole_world(const World& world, const std::string& only) {
    Answer answer;
    answer.body = "{\"organisations\":[";
    const char* comma = "";
    for (const auto& organisation : world.organisations) {
        if (!only.empty() && organisation.id != only && organisation.name != only)
            continue;
        answer.body.append(comma).append(organisation_json(organisation, world.spelling));
        comma = ",";
    }
    answer.body += "]}\n";
    return answer;
}

Answer done(Platform& platform, const Target& target, const Route& route, std::vector<std::string> ids) {
    World& world = platform.world;
    world.now =
        std::max(world.now, std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
    try {
        Answer answer;
        Json::Object result = route.handle({platform, target, std::move(ids)});
        answer.body = Json(result).canonical() + "\n";
        return answer;
    } catch (const BadParameter& bad) {
        return error_answer(400, "bad_request", bad.what());
    } catch (const std::out_of_range& missing) {
        return error_answer(404, "not_found", missing.what());
    }
}

Answer answered(Platform& platform, const Ask& ask) {
    auto target = parse_target(ask.target);
    if (!target)
        return error_answer(400, "bad_request", "the request target is not a path");
    if (ask.method == "GET" && target->path == "/")
        return manual(ask.host);
    if (ask.method == "GET" && target->path == "/world")
        return whole_world(platform.world, target->value("org").value_or(""));
    for (const Route& route : control_routes())
        if (auto ids = match(route, *target); ids && ask.method == route.method)
            return done(platform, *target, route, std::move(*ids));
    return error_answer(404, "not_found",
                        "nothing is done at " + ask.method + " " + target->path + "; see GET /");
}

} // namespace

Answer control(Platform& platform, const Ask& ask) {
    Answer answer = answered(platform, ask);
    if (!answer.body.ends_with('\n'))
        answer.body += '\n';
    return answer;
}

} // namespace versori::platform
