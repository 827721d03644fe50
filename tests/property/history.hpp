#pragma once

#include "tests/property/terms.hpp"

#include <random>
#include <set>
#include <string>
#include <vector>

namespace versori::property {

// What happens to a platform while somebody reads it: edits before and within list requests and before Get
// Connector, and faults. Remembers what ever was, so that what a mirror holds can be judged.
class History {
public:
    History(const Terms&, platform::Platform&, std::string organisation);

    void begin();                 // from now on each request moves it on
    void quiet();                 // and no longer
    void between_walks();         // some edits at once
    void walk_begins();           // what exists now is what may exist throughout
    void remove_one(bool oldest); // a true deletion

    bool exists(const std::string& connector) const;
    // Embedded by some connector at every moment since `walk_begins`.
    bool referenced_throughout(const std::string& credential) const {
        return throughout_.contains(credential);
    }
    // Rows that once had an origin: `connector updated_at`, `connector connection`, `connector version`,
    // `credential`.
    bool ever(const std::string& row) const { return ever_.contains(row); }

    const std::vector<std::string>& removed() const { return removed_; } // connectors, in order
    std::uint64_t edits() const { return edits_; }

private:
    void edit();
    void edits(double mean);
    void request_comes();
    void note();
    void note(const platform::Connector&);
    std::set<std::string> referenced() const;
    platform::Fault fault();
    bool happens(double share);

    const Terms& terms_;
    platform::Platform& platform_;
    std::string organisation_;
    std::mt19937_64 random_;
    platform::Time noted_;
    std::set<std::string> ever_;
    std::set<std::string> throughout_;
    std::vector<std::string> removed_;
    std::uint64_t edits_ = 0;
};

} // namespace versori::property
