#include "tests/property/naive.hpp"
#include "tests/property/oracle.hpp"

#include <CLI/CLI.hpp>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>

// The proof of fidelity: random histories between page requests, and what a mirror may hold after every walk.
namespace versori::property {
namespace {

// Churn, then two walks over a platform at rest, after which the mirror is the platform. Where the guard
// holds what so many edits deleted, a person approves it.
Figures play(const Terms& terms, std::string& complaints) {
    sync::Rig rig(terms.world(), page_size);
    terms.apply(rig.plan);
    rig.interval = terms.interval;
    History history(terms, rig.platform, rig.org);
    Oracle oracle(rig, history);
    history.begin();
    for (int i = 0; i < terms.walks; ++i) {
        oracle.walk();
        history.between_walks();
        if (terms.heads)
            rig.look(page_size / 2);
    }
    history.quiet();
    oracle.walk();
    if (!oracle.walk().held_reason.empty()) {
        rig.plan.approve_deletions = true;
        oracle.walk();
    }
    oracle.equal();
    if (terms.look_again)
        oracle.restless();
    complaints = oracle.complaints();
    Figures figures = oracle.figures();
    figures.histories = 1;
    figures.edits = static_cast<std::int64_t>(history.edits());
    figures.naive_deletions = false_deletions_of_one_pass(terms);
    return figures;
}

// A history that never falls quiet. What is deleted on the platform has to be gone after ten walks; where a
// tenth of the requests fails, each walk gets only some deletions confirmed, and they may lag for as long as
// that lasts.
Figures play_for_ever(Terms terms, std::string& complaints) {
    constexpr int walks = 16, patience = 10;
    terms.confirm = true;
    terms.behaviour.get = platform::Get::honest;
    terms.churn = 1;
    terms.interval = std::chrono::hours{25};
    sync::Rig rig(terms.world(), page_size);
    terms.apply(rig.plan);
    rig.interval = terms.interval;
    History history(terms, rig.platform, rig.org);
    Oracle oracle(rig, history);
    history.begin();
    std::vector<std::size_t> removed_by; // how many were, at the end of each walk
    Figures figures;
    for (int i = 0; i < walks; ++i) {
        oracle.walk();
        removed_by.push_back(history.removed().size());
        auto rows = rig.select("SELECT connector_id FROM connectors");
        std::set<std::string> mirror(rows.begin(), rows.end());
        for (int age = patience; terms.faults < 0.1 && age <= i; ++age)
            for (std::size_t n = age == i ? 0 : removed_by[static_cast<std::size_t>(i - age - 1)];
                 n < removed_by[static_cast<std::size_t>(i - age)]; ++n)
                if (mirror.contains(history.removed()[n])) {
                    ++figures.unequal_mirrors;
                    complaints += "  walk " + std::to_string(i + 1) + ": connector " + history.removed()[n] +
                                  " was deleted " + std::to_string(age) + " walks ago\n";
                }
    }
    complaints += oracle.complaints();
    figures += oracle.figures();
    figures.histories = 1;
    figures.edits = static_cast<std::int64_t>(history.edits());
    return figures;
}

// As many at a time as there are processors: no history shares anything with another.
class Run {
public:
    Run(std::uint64_t first, std::uint64_t count) : next_(first), end_(first + count) {}

    Figures all() {
        std::vector<std::jthread> threads;
        for (unsigned i = std::max(std::thread::hardware_concurrency(), 1u); i > 0; --i)
            threads.emplace_back([this] { work(); });
        threads.clear();
        return figures_;
    }

private:
    void work() {
        for (std::uint64_t seed = next_++; seed < end_; seed = next_++) {
            Terms terms(seed);
            std::string complaints;
            Figures figures;
            try {
                figures = terms.endless ? play_for_ever(terms, complaints) : play(terms, complaints);
            } catch (const std::exception& error) {
                complaints = std::string("  ") + error.what() + "\n";
                figures.unequal_mirrors = 1;
            }
            std::lock_guard lock(mutex_);
            figures_ += figures;
            if (!complaints.empty())
                std::printf("%s:\n%s", terms.text().c_str(), complaints.c_str());
        }
    }

    std::atomic<std::uint64_t> next_;
    std::uint64_t end_;
    std::mutex mutex_;
    Figures figures_;
};

} // namespace
} // namespace versori::property

// Allocations are what takes the time; the unit tests watch them closely.
extern "C" const char* __asan_default_options() {
    return "malloc_context_size=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=16";
}

int main(int argc, char** argv) {
    using namespace versori::property;
    std::uint64_t histories = 200, first = 1;
    CLI::App app("The proof of fidelity over random histories.");
    app.add_option("--histories", histories, "how many")->envname("VERSORI_HISTORIES");
    app.add_option("--first", first, "the first seed");
    auto* seed = app.add_option("--seed", first, "replay the history of this seed alone");
    app.add_flag(
        "--long", [&](std::int64_t) { histories = 10000; }, "10,000 histories");
    CLI11_PARSE(app, argc, argv);
    if (seed->count())
        histories = 1;

    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // its count is one lock for all threads
    auto begin = std::chrono::steady_clock::now();
    std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(first + histories - 1));
    if (seed->count())
        std::printf("%s\n", Terms(first).text().c_str());
    Figures figures = Run(first, histories).all();
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%lld edits, %lld connectors deleted, %.1f s\n", static_cast<long long>(figures.edits),
                static_cast<long long>(figures.deletions), took.count());
    std::printf("one pass and sweep over the same histories: false deletions %lld\n",
                static_cast<long long>(figures.naive_deletions));
    std::printf("%s\n", figures.text().c_str());
    bool able_to_fail = figures.naive_deletions > 0 || histories < 10;
    if (!able_to_fail)
        std::printf("histories in which one pass and sweep goes well prove nothing\n");
    return figures.good() && able_to_fail ? 0 : 1;
}
