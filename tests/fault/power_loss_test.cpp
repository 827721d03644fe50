#include "tests/fault/tries.hpp"

#include <doctest/doctest.h>

// The power goes: of what was not synced, nothing is found, or some sectors of it.
namespace versori::fault {
namespace {

using fakes::Disk;
using fakes::DiskOperation;
constexpr auto checkpoint_often = "PRAGMA wal_autocheckpoint = 30";
constexpr double shares[] = {0, 0.5, 0.9, 0.1}; // of the unsynced sectors that are found

// Each different disk that is found, with what was told by then, when the power goes before, between and
// after the operations.
template <class Visit>
void each_power_loss(const Trial::Recording& recording, std::size_t seeds, Visit visit) {
    for (std::size_t seed = 0; seed < seeds; ++seed) {
        std::mt19937_64 random(seed);
        Disk disk = recording.disk, last;
        std::size_t last_told = 0;
        for (std::size_t moment = 0;; ++moment) {
            Disk found = disk.after_power_loss(random, shares[seed % std::size(shares)]);
            std::size_t told = recording.told.until(moment).all().size();
            if (moment == 0 || found != last || told != last_told)
                visit(found, moment,
                      "seed " + std::to_string(seed) + ", after operation " + std::to_string(moment));
            last = std::move(found);
            last_told = told;
            if (moment == recording.operations.size())
                break;
            disk.apply(recording.operations[moment]);
        }
    }
}

void prepare_changes(Trial& trial) {
    trial.walk();
    trial.edit(6);
    trial.walk();
    trial.edit(8);
    trial.remove_connector();
}

// Where a delivery knows how far it came, a mirror that lost what was told takes another name; under FULL it
// never has to.
void same_name(Trial& trial, const std::string& name, Findings& found) {
    if (found.lost.empty() && trial.rig.value("SELECT mirror_id FROM mirror") != name)
        found.lost = "the mirror took another mirror_id";
}

// `disk` is as a kill at this moment of the walk left it.
void restart_and_lose_power(Trial& trial, Tries& tries, const Trial::Recording& walked, const Disk& disk,
                            std::size_t moment) {
    auto told = walked.told.until(moment);
    auto started = trial.record([&] {
        trial.restart(disk, told);
        trial.deliver();
    });
    started.disk = disk;
    each_power_loss(started, 1, [&](const Disk& left, std::size_t then, const std::string& where) {
        trial.restart(left, started.told.until(then));
        tries.judge(trial, trial.look(), "killed after " + std::to_string(moment) + ", " + where);
    });
}

} // namespace

TEST_CASE("power lost at every write and sync of a walk with changes") {
    Tries tries("power lost at each SQLite write and sync of a walk");
    for (std::uint64_t seed = 1; seed <= (long_form() ? 5 : 1); ++seed) {
        Trial trial({.seed = seed, .pragma = checkpoint_often});
        prepare_changes(trial);
        Tables before = trial.rig.rows();
        auto recording = trial.record([&] { trial.walk(); });
        Tables after = trial.rig.rows();
        std::string name = trial.rig.value("SELECT mirror_id FROM mirror");
        each_power_loss(recording, long_form() ? 12 : 2,
                        [&](const Disk& disk, std::size_t moment, const std::string& where) {
                            if (!tried(moment))
                                return;
                            trial.restart(disk, recording.told.until(moment));
                            Tables rows = trial.rig.rows();
                            auto found = trial.look_and_walk();
                            if (rows != before && rows != after)
                                found.torn = "half a walk is in the mirror";
                            same_name(trial, name, found);
                            tries.judge(trial, found, where);
                        });
    }
    tries.conclude();
}

TEST_CASE("power lost at every write and sync of a first sync in several parts") {
    Tries tries("power lost at each SQLite write and sync of a first sync");
    for (std::uint64_t seed = 1; seed <= (long_form() ? 3 : 1); ++seed) {
        Trial trial({.seed = seed, .pragma = checkpoint_often});
        trial.rig.plan.commit_batch = 1;
        auto recording = trial.record([&] { trial.walk(); });
        each_power_loss(recording, long_form() ? 12 : 2,
                        [&](const Disk& disk, std::size_t moment, const std::string& where) {
                            if (!tried(moment))
                                return;
                            trial.restart(disk, recording.told.until(moment));
                            tries.judge(trial, trial.look_and_walk(), where);
                        });
    }
    tries.conclude();
}

// A commit that was written and not synced when the daemon was killed is there when it starts again.
TEST_CASE("killed before a sync, started again, and the power is lost as soon as something is told") {
    Tries tries("killed before a sync, restarted, then power lost");
    for (std::uint64_t seed = 1; seed <= (long_form() ? 5 : 1); ++seed) {
        Trial trial({.seed = seed});
        prepare_changes(trial);
        auto walked = trial.record([&] { trial.walk(); });
        Disk disk = walked.disk;
        for (std::size_t moment = 0; moment < walked.operations.size(); ++moment) {
            if (walked.operations[moment].kind == DiskOperation::Kind::sync)
                restart_and_lose_power(trial, tries, walked, disk, moment);
            disk.apply(walked.operations[moment]);
        }
    }
    tries.conclude();
}

// What the test above is worth: the same loss is noticed when commits are told before they are synced.
TEST_CASE("power lost without synced commits is noticed") {
    auto losses = [](bool file, const char* pragma) {
        Trial trial({.file = file, .pragma = pragma});
        prepare_changes(trial);
        auto recording = trial.record([&] { trial.walk(); });
        std::string name = trial.rig.value("SELECT mirror_id FROM mirror");
        std::int64_t contradicted = 0, renamed = 0;
        each_power_loss(recording, 1, [&](const Disk& disk, std::size_t moment, const std::string&) {
            trial.restart(disk, recording.told.until(moment));
            contradicted += !trial.look().lost.empty();
            trial.deliver();
            renamed += trial.rig.value("SELECT mirror_id FROM mirror") != name;
        });
        return std::pair(contradicted, renamed);
    };
    for (const char* pragma : {"PRAGMA synchronous = OFF", "PRAGMA synchronous = NORMAL"}) {
        CHECK(losses(false, pragma).first > 0);
        CHECK(losses(true, pragma).second > 0);
    }
    CHECK(losses(true, "PRAGMA synchronous = FULL") == std::pair<std::int64_t, std::int64_t>(0, 0));
}

} // namespace versori::fault
