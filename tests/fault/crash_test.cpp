#include "tests/fault/tries.hpp"

#include <doctest/doctest.h>

#include <algorithm>

// The daemon is killed: what it wrote stands in the files, whether it was synced or not.
namespace versori::fault {
namespace {

using fakes::Disk;
using fakes::DiskOperation;
constexpr auto checkpoint_often = "PRAGMA wal_autocheckpoint = 30";

// Before the first operation and after each that changed what programs see.
template <class Visit>
void each_crash(const Trial::Recording& recording, Visit visit) {
    Disk disk = recording.disk;
    for (std::size_t moment = 0;; ++moment) {
        bool seen = moment == 0 || recording.operations[moment - 1].kind != DiskOperation::Kind::sync;
        if (seen && tried(moment))
            visit(disk, moment);
        if (moment == recording.operations.size())
            return;
        disk.apply(recording.operations[moment]);
    }
}

bool subset(const Tables& rows, const Tables& of) {
    return std::ranges::all_of(
        rows, [&](const auto& table) { return std::ranges::includes(of.at(table.first), table.second); });
}

void crash_in_a_walk(Trial& trial, Tries& tries) {
    Tables before = trial.rig.rows();
    auto recording = trial.record([&] { trial.walk(); });
    Tables after = trial.rig.rows();
    REQUIRE(before != after);
    each_crash(recording, [&](const Disk& disk, std::size_t moment) {
        trial.restart(disk, recording.told.until(moment));
        Tables rows = trial.rig.rows();
        auto found = trial.look_and_walk();
        if (rows != before && rows != after)
            found.torn = "half a walk is in the mirror";
        tries.judge(trial, found, "after operation " + std::to_string(moment) + " of the walk");
    });
}

} // namespace

TEST_CASE("killed at every write of a walk with changes") {
    Tries tries("killed at each SQLite write of a walk");
    for (std::uint64_t seed = 1; seed <= (long_form() ? 10 : 1); ++seed) {
        Trial trial({.seed = seed, .pragma = checkpoint_often});
        trial.walk();
        trial.edit(6);
        trial.walk();
        trial.edit(8);
        trial.remove_connector();
        crash_in_a_walk(trial, tries);
    }
    tries.conclude();
}

TEST_CASE("killed at every write of a first sync in several parts") {
    Tries tries("killed at each SQLite write of a first sync");
    for (std::uint64_t seed = 1; seed <= (long_form() ? 10 : 1); ++seed) {
        Trial trial({.seed = seed, .pragma = checkpoint_often});
        trial.rig.plan.commit_batch = 1;
        auto recording = trial.record([&] { trial.walk(); });
        CHECK(std::ranges::count(recording.operations, DiskOperation::Kind::sync, &DiskOperation::kind) > 5);
        each_crash(recording, [&](const Disk& disk, std::size_t moment) {
            trial.restart(disk, recording.told.until(moment));
            Tables rows = trial.rig.rows();
            auto found = trial.look_and_walk();
            if (!subset(rows, trial.expected()))
                found.torn = "a row that is not the platform's";
            tries.judge(trial, found, "after operation " + std::to_string(moment) + " of the first sync");
        });
    }
    tries.conclude();
}

} // namespace versori::fault
