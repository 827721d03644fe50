#pragma once

#include "tests/property/history.hpp"
#include "tests/property/replay.hpp"
#include "tests/sync/rig.hpp"

#include <string>
#include <vector>

namespace versori::property {

// What was found over the histories.
struct Figures {
    std::int64_t histories = 0, walks = 0, edits = 0, deletions = 0, naive_deletions = 0;
    // All of these have to stay 0.
    std::int64_t false_deletions = 0, phantoms = 0, unequal_mirrors = 0, replay_breaks = 0;

    Figures& operator+=(const Figures&);
    bool good() const;
    std::string text() const; // the closing line
};

// Judges a mirror after every walk by what its history knows.
class Oracle {
public:
    Oracle(sync::Rig&, History&);

    // Every walk goes through here. After it: no connector that exists and no credential that was referenced
    // throughout is gone, every row has an origin and what it refers to, and the records give the rows.
    sync::WalkResult walk();
    void equal();    // the mirror has to be what the platform is now, and hold no secret
    void restless(); // one more walk has nothing to record

    const Figures& figures() const { return figures_; }
    const std::string& complaints() const { return complaints_; }

private:
    void complain(std::int64_t& count, const std::string& what);
    void check_origins();
    void check_leaks();

    sync::Rig& rig_;
    History& history_;
    Figures figures_;
    std::string complaints_;
    Replay replay_;
    bool replaying_ = true;
};

} // namespace versori::property
