#include "tests/property/naive.hpp"
#include "tests/property/oracle.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>

// The proof of fidelity: random histories between page requests, and what a mirror may hold after every walk.
namespace versori::property {
namespace {

platform::World world_of(const Terms& terms) {
    return platform::World::seeded({.seed = terms.seed, .organisations = 1, .connectors = connectors});
}

// Churn, then two walks over a platform at rest, after which the mirror is the platform.
void play(const Terms& terms, Figures& figures) {
    sync::Rig rig(world_of(terms), page_size);
    terms.apply(rig.plan);
    rig.interval = terms.interval;
    History history(terms, rig.platform, rig.org);
    Oracle oracle(rig, history, figures);
    history.begin();
    bool held = false;
    for (int i = 0; i < terms.walks; ++i) {
        held = !oracle.walk().held_reason.empty();
        history.between_walks();
    }
    history.quiet();
    oracle.walk();
    held = rig.value("SELECT held_since IS NOT NULL FROM organisations") == "1";
    rig.plan.approve_deletions = held;
    oracle.walk();
    oracle.equal();
    oracle.restless();
    figures.edits += static_cast<std::int64_t>(history.edits());
    ++figures.histories;
    if (!oracle.clean())
        std::printf("  %s\n", terms.text().c_str());
}

} // namespace
} // namespace versori::property

int main(int argc, char** argv) {
    using namespace versori::property;
    std::uint64_t histories = 200, first = 1;
    CLI::App app("The proof of fidelity over random histories.");
    app.add_option("--histories", histories, "how many")->envname("VERSORI_HISTORIES");
    auto* seed = app.add_option("--seed", first, "replay the history of this seed alone");
    app.add_flag(
        "--long", [&](std::int64_t) { histories = 10000; }, "10,000 histories");
    CLI11_PARSE(app, argc, argv);
    if (seed->count())
        histories = 1;

    Figures figures;
    std::int64_t naive = 0;
    auto begin = std::chrono::steady_clock::now();
    std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(first + histories - 1));
    for (std::uint64_t i = 0; i < histories; ++i) {
        Terms terms(first + i);
        if (seed->count())
            std::printf("%s\n", terms.text().c_str());
        play(terms, figures);
        naive += false_deletions_of_one_pass(terms);
    }
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%lld edits, %lld connectors deleted, %.1f s\n", static_cast<long long>(figures.edits),
                static_cast<long long>(figures.true_deletions), took.count());
    std::printf("one pass and sweep over the same histories: false deletions %lld\n",
                static_cast<long long>(naive));
    std::printf("%s\n", figures.text().c_str());
    bool able_to_fail = naive > 0 || histories < 10;
    return figures.good() && able_to_fail ? 0 : 1;
}
