#pragma once

#include "tests/platform/behaviour.hpp"
#include "tests/platform/target.hpp"
#include "tests/platform/world.hpp"

#include <deque>
#include <set>

namespace versori::platform {

// The two endpoints over a world, without any network: a request in, an answer out. Not thread-safe.
class Platform {
public:
    explicit Platform(World& world) : world(world) {}

    Answer answer(const Ask&);

    // The next `times` requests meet this fault; several wait in line.
    void fail_next(Fault, int times = 1);
    // Every request for which `when` holds meets it, at most `times` times; 0: without end. Asked in the
    // order given.
    void fail_when(std::function<bool(const Ask&)> when, Fault, int times = 0);
    void clear_faults();

    // How that organisation is treated: its own entry, or else `behaviour`.
    const Behaviour& behaviour_of(const std::string& org) const;

    World& world;
    std::string base_path = "/api/connect/v1";
    Behaviour behaviour;
    std::map<std::string, Behaviour> behaviours; // by organisation
    // Accepted Authorization header values; an organisation without an entry takes any, even none.
    std::map<std::string, std::set<std::string>> authorizations;
    std::function<void()> between_requests; // runs before each list request is answered: edits between pages
    std::function<void()> after_list; // runs when the list was taken, before a total of CountTime::after
    std::vector<Ask> asked;           // every request so far
    bool remember_asked = true;

private:
    struct Script {
        std::function<bool(const Ask&)> when;
        Fault fault;
        int left;
        bool endless;
    };

    Answer honest_answer(const Ask&);
    Answer list(const Ask&, const Target&, const std::string& org);
    Answer get(const std::string& org, const std::string& connector);
    std::optional<Fault> next_fault(const Ask&);

    std::deque<Script> scripts_;
};

Answer error_answer(unsigned status, std::string_view code, std::string_view message,
                    std::string_view field = {});

} // namespace versori::platform
