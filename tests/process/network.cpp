#include "tests/process/network.hpp"

#include <sstream>
#include <utility>

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

namespace versori::process {
namespace {

void replace_all(std::string& text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

// Whether `text` begins with the mask, in which 9 stands for any digit.
bool like(std::string_view text, std::string_view mask) {
    if (text.size() < mask.size())
        return false;
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i] == '9' ? text[i] < '0' || text[i] > '9' : text[i] != mask[i])
            return false;
    return true;
}

struct Mask {
    std::string_view mask, by;
};

std::string masked(std::string_view text) {
    static constexpr Mask masks[] = {
        {":99999", ":PORT"}, {":9999", ":PORT"}, {"9999-99-99", "DATE"}, {"99.9 s", "T"}, {"9.9 s", "T"}};
    std::string out;
    while (!text.empty()) {
        auto fits = [&](const Mask& one) { return like(text, one.mask); };
        auto found = std::ranges::find_if(masks, fits);
        bool none = found == std::end(masks);
        out += none ? text.substr(0, 1) : found->by;
        text.remove_prefix(none ? 1 : found->mask.size());
    }
    return out;
}

bool later_page(const platform::Ask& ask) {
    return ask.target.find("after=") != std::string::npos;
}

} // namespace

Network::Network(int connectors, platform::ServerOptions server)
    : site({1, 1, connectors}, std::move(server)), organisation(site.organisations().front()) {
    configure();
}

void Network::configure(const std::string& keys, const std::string& sections, std::string url) {
    if (url.empty())
        url = site.server.url();
    std::string text = "[platform]\nurl = \"" + url + "\"\nretry_max_delay = \"2ms\"\n";
    if (keys.find("page_size") == keys.npos)
        text += "page_size = 7\n";
    if (keys.find("retry_limit") == keys.npos)
        text += "retry_limit = 2\n";
    site.configure(text + keys + "\n" + sections);
}

void Network::edit() {
    site.server.with([&](platform::Platform& platform) {
        platform::World& world = platform.world;
        std::string last = world.organisation(organisation).connectors.back().id;
        world.rename(organisation, last, "Edit " + std::to_string(world.mutations));
        world.create(organisation);
    });
}

void Network::fail(platform::Fault fault, int times) {
    site.server.with([&](platform::Platform& platform) {
        platform.fail_when([](const platform::Ask&) { return true; }, std::move(fault), times);
    });
}

void Network::fail_later_pages(platform::Fault fault, int times) {
    site.server.with(
        [&](platform::Platform& platform) { platform.fail_when(later_page, std::move(fault), times); });
}

void Network::heal() {
    site.server.with([](platform::Platform& platform) { platform.clear_faults(); });
}

std::string Network::plain(std::string text) const {
    std::string name = site.world.organisations.front().name + ": ";
    std::string said = std::exchange(text, "");
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("versori-mirror: " + name + "the platform sends something new") &&
            line.find("things more that are new") == line.npos)
            text += line + "\n";
    if (text.starts_with(name))
        text.erase(0, name.size());
    if (text.ends_with("\n"))
        text.pop_back();
    replace_all(text, "/api/connect/v1/o/" + organisation + "/connectors", "PATH");
    return masked(text);
}

Synced Network::sync(const Environment& environment, std::vector<std::string> before) {
    Outcome outcome;
    if (before.empty()) {
        outcome = site.mirror({"sync"}, environment);
    } else {
        before.insert(before.end(), {mirror_binary(), "-c", site.path("versori-mirror.toml"), "sync"});
        outcome = Program(std::move(before), site.directory(), environment).wait();
    }
    std::string said = outcome.err + outcome.out;
    CHECK_MESSAGE(said.find("site-token") == std::string::npos, said);
    return {outcome.status, plain(said),
            site.one("SELECT outcome, requests, retries FROM walks ORDER BY walk_id DESC LIMIT 1")};
}

std::string Network::asked_sizes() {
    return site.server.with([](platform::Platform& platform) {
        std::string out;
        for (const platform::Ask& ask : platform.asked)
            if (auto at = ask.target.find("first="); at != std::string::npos)
                out += (out.empty() ? "" : " ") + std::to_string(std::atoi(ask.target.c_str() + at + 6));
        platform.asked.clear();
        return out;
    });
}

std::string Network::difference() {
    return process::difference(site.tables(organisation), site.expected(organisation));
}

} // namespace versori::process
