#pragma once

#include "tests/property/history.hpp"
#include "tests/property/replay.hpp"
#include "tests/sync/rig.hpp"

#include <string>
#include <vector>

namespace versori::property {

// What was found over all histories. All but the first four have to stay 0.
struct Figures {
    std::int64_t histories = 0, walks = 0, edits = 0, true_deletions = 0;
    std::int64_t false_deletions = 0, phantoms = 0, unequal_mirrors = 0, replay_breaks = 0;
    std::int64_t lost_credentials = 0, broken_references = 0, restless_walks = 0, leaks = 0;

    bool good() const;
    std::string text() const; // the closing line
};

// Judges a mirror after every walk by what its history knows.
class Oracle {
public:
    Oracle(sync::Rig&, History&, Figures&);

    // Every walk goes through here; complaints are printed with the terms of the history.
    sync::WalkResult walk();
    void equal();    // the mirror has to be what the platform is now
    void restless(); // one more walk has nothing to record

    bool clean() const { return clean_; }

private:
    void complain(std::int64_t& count, const std::string& what);
    void check_origins();
    void check_leaks();

    sync::Rig& rig_;
    History& history_;
    Figures& figures_;
    Replay replay_;
    bool replaying_ = true, clean_ = true;
};

} // namespace versori::property
