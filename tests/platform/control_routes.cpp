#include "tests/platform/control_routes.hpp"

#include "tests/platform/settings.hpp"

#include <algorithm>
#include <charconv>

namespace versori::platform {
std::string Call::text(const char* name, std::string otherwise) const {
    return target.value(name).value_or(std::move(otherwise));
}

std::string Call::needed(const char* name) const {
    std::string value = text(name);
    if (value.empty())
        throw BadParameter(std::string("the parameter ") + name + " is missing");
    return value;
}

std::uint64_t Call::number(const char* name, std::uint64_t otherwise) const {
    std::string value = text(name);
    if (value.empty())
        return otherwise;
    auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), otherwise);
    if (error != std::errc{} || end != value.data() + value.size())
        throw BadParameter(std::string("the parameter ") + name + " must be a number, not " + value);
    return otherwise;
}

std::string Call::organisation(const std::string& given) const {
    for (const auto& one : world().organisations)
        if (one.id == given || one.name == given)
            return one.id;
    throw std::out_of_range("there is no organisation " + given);
}

std::string Call::connector() const {
    const auto& connectors = world().organisation(org()).connectors;
    auto named = [&](const Connector& one) { return one.name == ids.at(1); };
    bool by_name = std::ranges::count_if(connectors, named) == 1;
    return by_name ? std::ranges::find_if(connectors, named)->id : ids.at(1);
}

namespace {

Json::Object organisations(const Call& call) {
    Json::Array some;
    for (const auto& one : call.world().organisations)
        some.push_back(
            Json::Object{{"id", one.id}, {"name", one.name}, {"connectors", one.connectors.size()}});
    return {{"organisations", some}};
}

Json::Object mutate(const Call& call) {
    World& world = call.world();
    std::mt19937_64 random(call.number("seed", world.mutations + 1));
    std::vector<std::string> orgs;
    if (std::string only = call.text("org"); !only.empty())
        orgs.push_back(call.organisation(only));
    else
        for (const auto& one : world.organisations)
            orgs.push_back(one.id);
    Json::Array done;
    for (std::uint64_t i = 0, count = call.number("count", 1); i < count; ++i)
        done.emplace_back(world.random_mutation(random, orgs[random() % orgs.size()]));
    return {{"done", done}};
}

Json::Object create_connector(const Call& call) {
    return {{"id", call.world().create(call.org(), call.text("name"))}};
}
Json::Object import_connector(const Call& call) {
    auto time = model::parse_time(call.needed("updatedAt"));
    if (!time)
        throw BadParameter("updatedAt must be an RFC 3339 time");
    return {{"id", call.world().import_connector(call.org(), *time, call.text("name"))}};
}
Json::Object rename_connector(const Call& call) {
    call.world().rename(call.org(), call.connector(), call.needed("name"));
    return {};
}
Json::Object touch_connector(const Call& call) {
    call.world().touch(call.org(), call.connector());
    return {};
}
Json::Object reorder_connector(const Call& call) {
    call.world().reorder_children(call.org(), call.connector(), call.number("seed", call.world().mutations));
    return {};
}
Json::Object delete_connector(const Call& call) {
    call.world().remove(call.org(), call.connector());
    return {};
}

Json::Object create_connection(const Call& call) {
    return {{"id", call.world().add_connection(call.org(), call.connector(), call.text("name"))}};
}
Json::Object rename_connection(const Call& call) {
    call.world().rename_connection(call.org(), call.connector(), call.ids[2], call.needed("name"));
    return {};
}
Json::Object delete_connection(const Call& call) {
    call.world().remove_connection(call.org(), call.connector(), call.ids[2]);
    return {};
}
Json::Object move_connection(const Call& call) {
    call.world().move_connection(call.org(), call.connector(), call.ids[2], call.needed("to"));
    return {};
}
Json::Object attach_credential(const Call& call) {
    return {
        {"id", call.world().attach_credential(call.org(), call.connector(), call.ids[2],
                                              call.needed("credential"), call.text("purpose", "action"))}};
}
Json::Object detach_credential(const Call& call) {
    call.world().detach_credential(call.org(), call.connector(), call.ids[2], call.needed("id"));
    return {};
}

Json::Object create_version(const Call& call) {
    return {{"id", call.world().add_version(call.org(), call.connector(), call.text("name"))}};
}
Json::Object rename_version(const Call& call) {
    call.world().rename_version(call.org(), call.connector(), call.ids[2], call.needed("name"));
    return {};
}
Json::Object delete_version(const Call& call) {
    call.world().remove_version(call.org(), call.connector(), call.ids[2]);
    return {};
}
Json::Object publish_version(const Call& call) {
    call.world().publish(call.org(), call.connector(), call.ids[2]);
    return {};
}
Json::Object default_version(const Call& call) {
    call.world().make_default(call.org(), call.connector(), call.ids[2]);
    return {};
}
Json::Object latest_version(const Call& call) {
    call.world().make_latest(call.org(), call.connector(), call.ids[2]);
    return {};
}

Json::Object create_credential(const Call& call) {
    return {{"id", call.world().add_credential(call.org(), call.text("type", "string"), call.text("name"))}};
}
Json::Object rename_credential(const Call& call) {
    call.world().rename_credential(call.org(), call.ids[1], call.needed("name"));
    return {};
}
Json::Object rotate_credential(const Call& call) {
    call.world().rotate_secret(call.org(), call.ids[1]);
    return {};
}
Json::Object invalidate_credential(const Call& call) {
    call.world().invalidate(call.org(), call.ids[1],
                            call.text("error", "the platform could not validate it"));
    return {};
}
Json::Object validate_credential(const Call& call) {
    call.world().validate(call.org(), call.ids[1]);
    return {};
}

std::function<bool(const Ask&)> requests_of(const std::string& on, const std::string& org) {
    if (on != "any" && on != "list" && on != "next" && on != "get")
        throw BadParameter("on must be any, list, next or get");
    return [=](const Ask& ask) {
        if (!org.empty() && ask.target.find("/o/" + org + "/") == ask.target.npos)
            return false;
        bool get = ask.target.find("/connectors/") != ask.target.npos;
        bool next = ask.target.find("after=") != ask.target.npos;
        return on == "any" || (on == "get" && get) || (on == "list" && !get) || (on == "next" && next);
    };
}

Json::Object add_fault(const Call& call) {
    using std::chrono::milliseconds;
    auto wire = wire_named(call.text("wire", "normal"));
    if (!wire)
        throw BadParameter("wire must be one of " + wire_names());
    Answer other;
    other.wire = *wire;
    other.delay = milliseconds(call.number("delay", 0));
    other.pause = milliseconds(call.number("pause", 100));
    other.piece = std::max<std::size_t>(call.number("piece", 1), 1);
    other.inflated = call.number("inflated", 1 << 30);
    Fault fault;
    if (auto status = call.number("status", 0)) {
        fault = Fault::status(static_cast<unsigned>(status));
        if (auto wait = call.target.value("retry-after"))
            fault.answer->headers.emplace_back("Retry-After", *wait);
        if (auto where = call.target.value("location"))
            fault.answer->headers.emplace_back("Location", *where);
        if (auto body = call.target.value("body"))
            fault.answer->body = *body;
    }
    fault.edit = [other](Answer& answer) {
        answer.wire = other.wire;
        answer.delay = other.delay;
        answer.pause = other.pause;
        answer.piece = other.piece;
        answer.inflated = other.inflated;
    };
    std::string org = call.text("org");
    if (!org.empty())
        org = call.organisation(org);
    call.platform.fail_when(requests_of(call.text("on", "any"), org), fault,
                            static_cast<int>(call.number("times", 1)));
    return {};
}

Json::Object clear_faults(const Call& call) {
    call.platform.clear_faults();
    return {};
}

Json::Object change_behaviour(const Call& call) {
    std::string org = call.text("org");
    if (!org.empty())
        org = call.organisation(org);
    Behaviour changed = org.empty() ? call.platform.behaviour : call.platform.behaviour_of(org);
    for (const auto& [name, value] : call.target.query) {
        if (name == "org")
            continue;
        auto setting =
            std::ranges::find(behaviour_settings(), name, [](const Setting& one) { return one.name; });
        if (setting == behaviour_settings().end())
            throw BadParameter("there is no behaviour " + name);
        if (!setting->set(changed, value))
            throw BadParameter(name + " must be " + setting->values);
    }
    call.world().remember = std::max(call.world().remember, changed.lag);
    (org.empty() ? call.platform.behaviour : call.platform.behaviours[org]) = changed;
    return {};
}

constexpr Route routes[] = {
    {"GET", "/organisations", "", organisations},
    {"POST", "/mutate", "[org=] [count=1] [seed=]", mutate},
    {"POST", "/organisations/ORG/connectors", "[name=]", create_connector},
    {"POST", "/organisations/ORG/import", "updatedAt= [name=]", import_connector},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/rename", "name=", rename_connector},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/touch", "", touch_connector},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/reorder", "[seed=]", reorder_connector},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/delete", "", delete_connector},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/connections", "[name=]", create_connection},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/connections/CONNECTION/rename",
     "name=", rename_connection},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/connections/CONNECTION/delete", "", delete_connection},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/connections/CONNECTION/move", "to=", move_connection},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/connections/CONNECTION/attach",
     "credential= [purpose=action]", attach_credential},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/connections/CONNECTION/detach",
     "id=", detach_credential},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/versions", "[name=]", create_version},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/versions/VERSION/rename", "name=", rename_version},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/versions/VERSION/publish", "", publish_version},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/versions/VERSION/default", "", default_version},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/versions/VERSION/latest", "", latest_version},
    {"POST", "/organisations/ORG/connectors/CONNECTOR/versions/VERSION/delete", "", delete_version},
    {"POST", "/organisations/ORG/credentials", "[type=string] [name=]", create_credential},
    {"POST", "/organisations/ORG/credentials/CREDENTIAL/rename", "name=", rename_credential},
    {"POST", "/organisations/ORG/credentials/CREDENTIAL/rotate", "", rotate_credential},
    {"POST", "/organisations/ORG/credentials/CREDENTIAL/invalidate", "[error=]", invalidate_credential},
    {"POST", "/organisations/ORG/credentials/CREDENTIAL/validate", "", validate_credential},
    {"POST", "/behaviour", "[org=] …", change_behaviour},
    {"POST", "/fault", "…", add_fault},
    {"POST", "/fault/clear", "", clear_faults},
};

} // namespace

std::span<const Route> control_routes() {
    return routes;
}

} // namespace versori::platform
