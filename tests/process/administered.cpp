#include "tests/process/administered.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace versori::process {
namespace {

using platform::Connection;
using platform::Connector;

model::Time wall() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// The connections' uses of each credential.
std::map<std::string, int> uses(const platform::Organisation& organisation) {
    std::map<std::string, int> out;
    for (const Connector& connector : organisation.connectors)
        for (const Connection& connection : connector.connections)
            for (const auto* links : {&connection.action, &connection.trigger})
                if (*links)
                    for (const auto& link : **links)
                        ++out[link.credential_id];
    return out;
}

std::string unreadable(const Connector& connector) {
    return R"({"id":")" + connector.id + R"(","name":17})";
}

} // namespace

Administered::Administered() : Site({1000, 3, 60, wall() - std::chrono::hours{1}}), begun(wall()) {
    server.with([&](auto&) { prepare(); });
    configure();
    sync();
    baseline = world;
    move(0, "date('now', '-30 days')");

    int seq = newest();
    server.with([&](auto&) { edit_ten_days_ago(); });
    sync();
    last_week = world;
    ten_days_ago = move(seq, "date('now', '-10 days')");

    seq = newest();
    server.with([&](auto&) { edit_yesterday(); });
    sync();
    int yesterday = seq;
    seq = newest();
    server.with([&](auto&) { edit_today(); });
    sync();
    server.with([&](auto&) { platform.behaviours[initech()].denied = 403; });
    sync(1);
    execute("UPDATE changes SET time = date('now', '-1 day') || 'T12:00:00.000000Z' WHERE seq > " +
            std::to_string(yesterday) + " AND seq <= " + std::to_string(seq));
}

void Administered::prepare() {
    auto& organisation = world.organisations[0];
    shopify = organisation.connectors[0].id;
    world.rename(acme(), shopify, "Shop");
    organisation.connectors[3].base_url = *organisation.connectors[0].base_url + "/";
    auto& other = world.organisations[1];
    unread = other.connectors[2].id;
    other.connectors[2].raw_json = unreadable(other.connectors[2]);
    broken = other.connectors[3].id;
    missing = other.connectors[4].id;
}

void Administered::edit_ten_days_ago() {
    world.rename(acme(), shopify, "Shopify trial");
    auto& organisation = world.organisations[0];
    auto used = uses(organisation);
    for (Connector& connector : organisation.connectors)
        for (Connection& connection : connector.connections)
            if (connection.action && released.empty())
                for (const auto& link : *connection.action)
                    if (used[link.credential_id] == 1 && released.empty()) {
                        released = link.credential_id;
                        world.detach_credential(acme(), connector.id, connection.id, std::string(link.id));
                        break;
                    }
    REQUIRE(!released.empty());
}

void Administered::edit_yesterday() {
    world.rename(acme(), shopify, "Shopify EU");
    for (const auto& [id, credential] : world.organisations[0].credentials)
        if (credential.name == "basic-auth")
            world.rotate_secret(acme(), id);
    for (Connector& connector : world.organisations[0].connectors) {
        if (connector.id == shopify)
            continue;
        auto is_draft = [](const platform::Version& version) { return !version.published_at; };
        auto found = std::ranges::find_if(connector.versions, is_draft);
        if (busy.empty() && !connector.connections.empty()) {
            busy = connector.id;
            renamed = connector.connections.front().id;
            world.rename_connection(acme(), busy, renamed, "cut-over");
        } else if (drafty.empty() && found != connector.versions.end()) {
            drafty = connector.id;
            draft = found->id;
            world.publish(acme(), drafty, draft);
        }
    }
    REQUIRE(!drafty.empty());
}

void Administered::edit_today() {
    world.rename(acme(), shopify, "Shopify");
    Connector& connector = world.connector(globex(), broken);
    connector.raw_json = unreadable(connector);
    world.touch(globex(), broken);
    platform.behaviours[globex()].get = platform::Get::forbidden;
    world.remove(globex(), missing);
    platform.behaviours[initech()].total.fixed = 99;
}

void Administered::sync(int status) {
    Outcome outcome = mirror({"sync"});
    INFO(outcome.err);
    REQUIRE_EQ(outcome.status, status);
}

std::string Administered::move(int seq, const std::string& day) {
    std::string time = one("SELECT " + day + " || 'T09:00:00.000000Z'");
    execute("UPDATE changes SET time = '" + time + "' WHERE seq > " + std::to_string(seq));
    return time;
}

} // namespace versori::process
