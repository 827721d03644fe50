#pragma once

#include "tests/platform/world.hpp"

namespace versori::platform {

// Small deterministic choices: the n-th thing of a world is composed from dice seeded with its number.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }
    bool one_in(std::size_t n) { return below(n) == 0; }

    template <class Range>
    const auto& of(const Range& range) {
        return range[below(std::size(range))];
    }

private:
    std::mt19937_64 random_;
};

// New things, complete and plausible, not yet part of the organisation. `n` numbers them: consecutive numbers
// go through all documented kinds.
AuthScheme compose_scheme(World&, std::size_t n, std::string id);
Credential compose_credential(World&, const Organisation&, std::size_t n);
Credential compose_credential(World&, const Organisation&, std::string type, std::size_t n);
Connection compose_connection(World&, const Organisation&, const Connector&, std::size_t n, Time);
Version compose_version(World&, const Connector&, std::size_t n, Time);
Connector compose_connector(World&, const Organisation&, std::size_t n, Time);

// The owner of everything imported from the public library.
inline constexpr const char* library_organisation = "01H0PUBL1CL1BRARY000000000";

} // namespace versori::platform
