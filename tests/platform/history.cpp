#include "tests/platform/world.hpp"

#include <algorithm>
#include <array>

namespace versori::platform {
namespace {

// What an edit is applied to; null or empty when the organisation has no such thing.
struct Target {
    const Connector* connector = nullptr;
    const Connector* other = nullptr;
    const Connection* connection = nullptr;
    const ConnectionCredential* link = nullptr;
    const Version* version = nullptr;
    const Credential* credential = nullptr;
};

struct Call {
    World& world;
    const std::string& org;
    Target on;
    std::mt19937_64& random;

    std::string fresh(const char* what) const {
        return what + std::string(" ") + std::to_string(world.mutations + 1);
    }
};

template <class Range>
auto* pick(const Range& range, std::mt19937_64& random) {
    return range.empty() ? nullptr : &*std::next(range.begin(), random() % range.size());
}

Target choose(const Organisation& organisation, std::mt19937_64& random) {
    Target on;
    on.connector = pick(organisation.connectors, random);
    on.other = pick(organisation.connectors, random);
    if (auto* credential = pick(organisation.credentials, random))
        on.credential = &credential->second;
    if (!on.connector)
        return on;
    on.connection = pick(on.connector->connections, random);
    on.version = pick(on.connector->versions, random);
    if (!on.connection)
        return on;
    const auto& list = random() % 2 ? on.connection->action : on.connection->trigger;
    if (list)
        on.link = pick(*list, random);
    return on;
}

std::string create(const Call& call) {
    return "create connector " + call.world.create(call.org);
}

// Mostly just behind another connector, so that it lands in the middle of the list.
std::string import_old(const Call& call) {
    using namespace std::chrono_literals;
    Time time = call.world.now - 24h * 365;
    if (call.on.connector && call.random() % 4 != 0)
        time = call.on.connector->updated_at - 1us;
    return "import connector " + call.world.import_connector(call.org, time) + " as of " +
           model::format_time(time);
}

std::string remove(const Call& call) {
    std::string id = call.on.connector->id;
    call.world.remove(call.org, id);
    return "delete connector " + id;
}

std::string rename(const Call& call) {
    call.world.rename(call.org, call.on.connector->id, call.fresh("renamed"));
    return "rename connector " + call.on.connector->id;
}

std::string touch(const Call& call) {
    call.world.touch(call.org, call.on.connector->id);
    return "touch connector " + call.on.connector->id;
}

std::string reorder(const Call& call) {
    call.world.reorder_children(call.org, call.on.connector->id, call.random());
    return "reorder the children of connector " + call.on.connector->id;
}

std::string add_connection(const Call& call) {
    return "add connection " +
           call.world.add_connection(call.org, call.on.connector->id, call.fresh("added"));
}

std::string rename_connection(const Call& call) {
    call.world.rename_connection(call.org, call.on.connector->id, call.on.connection->id,
                                 call.fresh("renamed"));
    return "rename connection " + call.on.connection->id;
}

std::string remove_connection(const Call& call) {
    std::string id = call.on.connection->id;
    call.world.remove_connection(call.org, call.on.connector->id, id);
    return "remove connection " + id;
}

std::string move_connection(const Call& call) {
    auto same_name = [&](const Connection& other) { return other.name == call.on.connection->name; };
    if (call.on.other == call.on.connector || std::ranges::any_of(call.on.other->connections, same_name))
        return {};
    std::string id = call.on.connection->id;
    call.world.move_connection(call.org, call.on.connector->id, id, call.on.other->id);
    return "move connection " + id + " to connector " + call.on.other->id;
}

std::string attach(const Call& call) {
    call.world.attach_credential(call.org, call.on.connector->id, call.on.connection->id,
                                 call.on.credential->id, call.random() % 2 ? "action" : "trigger");
    return "attach credential " + call.on.credential->id + " to connection " + call.on.connection->id;
}

std::string detach(const Call& call) {
    std::string id = call.on.link->id, credential = call.on.link->credential_id;
    call.world.detach_credential(call.org, call.on.connector->id, call.on.connection->id, id);
    return "detach credential " + credential + " from connection " + call.on.connection->id;
}

std::string add_version(const Call& call) {
    return "add version " + call.world.add_version(call.org, call.on.connector->id, call.fresh("2.0"));
}

std::string publish(const Call& call) {
    call.world.publish(call.org, call.on.connector->id, call.on.version->id);
    return "publish version " + call.on.version->id;
}

std::string rename_version(const Call& call) {
    call.world.rename_version(call.org, call.on.connector->id, call.on.version->id, call.fresh("v"));
    return "rename version " + call.on.version->id;
}

std::string remove_version(const Call& call) {
    std::string id = call.on.version->id;
    call.world.remove_version(call.org, call.on.connector->id, id);
    return "remove version " + id;
}

std::string make_default(const Call& call) {
    call.world.make_default(call.org, call.on.connector->id, call.on.version->id);
    return "make version " + call.on.version->id + " the default";
}

std::string make_latest(const Call& call) {
    call.world.make_latest(call.org, call.on.connector->id, call.on.version->id);
    return "make version " + call.on.version->id + " the latest";
}

std::string rename_credential(const Call& call) {
    call.world.rename_credential(call.org, call.on.credential->id, call.fresh("renamed"));
    return "rename credential " + call.on.credential->id + " silently";
}

std::string rotate(const Call& call) {
    call.world.rotate_secret(call.org, call.on.credential->id);
    return "rotate the secret of credential " + call.on.credential->id;
}

std::string invalidate(const Call& call) {
    call.world.invalidate(call.org, call.on.credential->id, call.fresh("refused"));
    return "credential " + call.on.credential->id + " becomes invalid";
}

std::string validate(const Call& call) {
    call.world.validate(call.org, call.on.credential->id);
    return "credential " + call.on.credential->id + " becomes valid";
}

std::string load_usages(const Call& call) {
    call.world.refresh_usages(call.org, call.on.credential->id);
    return "load the usages of credential " + call.on.credential->id;
}

// How often each edit is chosen, and what it needs. What makes pages drift comes more often than the rest.
struct Kind {
    std::size_t weight;
    std::string (*apply)(const Call&);
    bool (*possible)(const Target&);
};

constexpr auto always = [](const Target&) { return true; };
constexpr auto connector = [](const Target& on) { return on.connector != nullptr; };
constexpr auto connection = [](const Target& on) { return on.connection != nullptr; };
constexpr auto version = [](const Target& on) { return on.version != nullptr; };
constexpr auto credential = [](const Target& on) { return on.credential != nullptr; };
constexpr auto link = [](const Target& on) { return on.link != nullptr; };
constexpr auto both = [](const Target& on) { return on.connection && on.credential; };

constexpr std::array kinds = {
    Kind{4, create, always},
    Kind{2, import_old, always},
    Kind{5, remove, connector},
    Kind{4, rename, connector},
    Kind{4, touch, connector},
    Kind{1, reorder, connector},
    Kind{2, add_connection, connector},
    Kind{1, rename_connection, connection},
    Kind{1, remove_connection, connection},
    Kind{2, move_connection, connection},
    Kind{2, attach, both},
    Kind{2, detach, link},
    Kind{1, add_version, connector},
    Kind{1, publish, version},
    Kind{1, rename_version, version},
    Kind{1, remove_version, version},
    Kind{1, make_default, version},
    Kind{1, make_latest, version},
    Kind{1, rename_credential, credential},
    Kind{2, rotate, credential},
    Kind{1, invalidate, credential},
    Kind{1, validate, credential},
    Kind{1, load_usages, credential},
};

const Kind& draw(std::mt19937_64& random) {
    std::size_t total = 0;
    for (const Kind& kind : kinds)
        total += kind.weight;
    std::size_t at = random() % total;
    const Kind* kind = kinds.data();
    while (at >= kind->weight)
        at -= (kind++)->weight;
    return *kind;
}

} // namespace

std::string World::random_mutation(std::mt19937_64& random, const std::string& org) {
    for (;;) {
        const Kind& kind = draw(random);
        Target on = choose(organisation(org), random);
        if (!kind.possible(on))
            continue;
        std::string done = kind.apply({*this, org, on, random});
        if (!done.empty())
            return done;
    }
}

} // namespace versori::platform
