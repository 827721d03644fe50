#include "tests/property/terms.hpp"

#include <array>
#include <random>

namespace versori::property {
namespace {

using platform::CountTime;
using platform::CursorKind;
using platform::Get;
using platform::GoneCursor;
using platform::NextEnd;
using platform::NextForm;

template <class Choices>
auto of(const Choices& choices, std::uint64_t& number) {
    auto chosen = choices[number % choices.size()];
    number /= choices.size();
    return chosen;
}

constexpr std::array cursors = {CursorKind::offset, CursorKind::keyset, CursorKind::id};
constexpr std::array counts = {CountTime::before, CountTime::with, CountTime::after};
constexpr std::array nexts = {NextForm::opaque, NextForm::absolute, NextForm::relative};
constexpr std::array ends = {NextEnd::absent, NextEnd::null, NextEnd::empty};
constexpr std::array gone_cursors = {GoneCursor::gone_410, GoneCursor::bad_request_400,
                                     GoneCursor::empty_page};
constexpr std::array churns = {0.05, 0.2, 0.5, 1.0, 2.0, 4.0};
constexpr std::array fault_shares = {0.0, 0.0, 0.02, 0.1};
constexpr std::array gets = {Get::honest, Get::always_404, Get::not_found_for_imported, Get::honest};

template <class Items>
void shorten(Items& items, std::size_t count) {
    if (items.size() > count)
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(count), items.end());
}

const char* name(CursorKind kind) {
    return kind == CursorKind::offset ? "offset" : kind == CursorKind::keyset ? "keyset" : "id";
}
const char* name(CountTime time) {
    return time == CountTime::before ? "before" : time == CountTime::with ? "with" : "after";
}
const char* name(Get get) {
    return get == Get::honest ? "honest" : get == Get::always_404 ? "404 to all" : "404 to imported";
}
const char* name(NextForm form) {
    return form == NextForm::opaque ? "opaque" : form == NextForm::absolute ? "absolute" : "relative";
}

} // namespace

Terms::Terms(std::uint64_t s) : seed(s) {
    std::uint64_t number = seed;
    behaviour.cursor = of(cursors, number);
    behaviour.total.time = of(counts, number);
    behaviour.next = of(nexts, number);
    confirm = number % gets.size() != 3;
    behaviour.get = of(gets, number);

    std::mt19937_64 random(seed * 2654435761);
    auto one_of = [&](const auto& choices) { return choices[random() % choices.size()]; };
    behaviour.end = one_of(ends);
    behaviour.gone_cursor = one_of(gone_cursors);
    behaviour.trailing_empty_page = random() % 4 == 0;
    churn = one_of(churns);
    faults = one_of(fault_shares);
    walks = 2 + static_cast<int>(random() % 3);
    if (random() % 2)
        interval = std::chrono::hours{25};
    if (random() % 3 == 0)
        commit_batch = 20000;
    thin = random() % 6 != 0;
    look_again = random() % 6 == 0;
    endless = seed % 20 == 0;
    heads = random() % 2 == 0;
}

platform::World Terms::world() const {
    auto world = platform::World::seeded({.seed = seed, .organisations = 1, .connectors = connectors});
    if (!thin)
        return world;
    auto& organisation = world.organisations.front();
    for (auto& connector : organisation.connectors) {
        shorten(connector.connections, 1);
        shorten(connector.versions, 1);
        shorten(connector.auth_schemes, 1);
        for (auto& connection : connector.connections)
            for (auto* links : {&connection.action, &connection.trigger})
                if (*links)
                    shorten(**links, 1);
    }
    std::size_t index = 0;
    for (auto& [id, credential] : organisation.credentials)
        if (index++ % 5 && credential.usages)
            credential.usages->clear();
    return world;
}

void Terms::apply(sync::WalkPlan& plan) const {
    plan.inquiry.confirm = confirm;
    plan.inquiry.limit = 1000;
    plan.guard = {1'000'000, 100};
    plan.baseline_rows = true;
    plan.commit_batch = commit_batch;
}

std::string Terms::text() const {
    std::string out = "seed " + std::to_string(seed) + ": ";
    out += std::string(name(behaviour.cursor)) + " cursor, total taken " + name(behaviour.total.time) +
           " the list, `next` " + name(behaviour.next) + ", Get " + name(behaviour.get) + ", confirmation " +
           (confirm ? "on" : "off") + ", " + std::to_string(churn) + " edits and " + std::to_string(faults) +
           " faults a request, " + std::to_string(walks) + " walks";
    if (heads)
        out += ", looks at the head";
    return out;
}

} // namespace versori::property
