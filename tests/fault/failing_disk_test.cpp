#include "tests/fault/things.hpp"
#include "tests/fault/tries.hpp"

#include <doctest/doctest.h>

// Calls below SQLite fail while the daemon goes on with the same open database.
namespace versori::fault {
namespace {

using fakes::Call;
using fakes::Calls;
using fakes::FaultVfs;

void new_history(std::unique_ptr<Trial>& trial, std::uint64_t seed) {
    trial.reset();
    trial = std::make_unique<Trial>(
        Trial::Terms{.seed = seed, .connectors = 8, .pragma = "PRAGMA wal_autocheckpoint = 30"});
    trial->walk();
}

struct Sentence {
    std::string begin, end;
};

// Lets the n-th of the calls fail, for every n that a walk with its feed comes to.
class EachCall {
public:
    EachCall(Tries& tries, FaultVfs::Fault fault, Sentence sentence = {})
        : tries_(tries), fault_(std::move(fault)), sentence_(std::move(sentence)) {}

    void run(std::int64_t step = 1) {
        constexpr int history = 40; // tries
        int without = 0;
        for (std::int64_t n = 1, i = 0; without < 3; n += step, ++i) {
            if (i % history == 0)
                new_history(trial_, static_cast<std::uint64_t>(1 + i / history));
            without = attempt(n) ? 0 : without + 1;
        }
    }

private:
    // False when the walk came to its end without so many calls.
    bool attempt(std::int64_t n) {
        Trial& trial = *trial_;
        trial.edit(2);
        if (n % 3 == 0)
            trial.remove_connector();
        trial.write_beside();
        Tables before = trial.rig.rows();
        fault_.nth = n;
        trial.vfs.fail(fault_);
        std::string said = trial.walk_or_fail();
        if (fault_.lasting && !said.empty() && trial.walk_or_fail() != said)
            said += ", then something else";
        bool met = trial.vfs.heal() > 0;
        std::string where = "call " + std::to_string(n);
        Findings found = trial.look();
        if (found.torn.empty())
            found.torn = half_a_walk(before);
        if (found.torn.empty() && !trial.at_rest())
            found.torn = "a transaction was left open";
        if (found.torn.empty() && !said.empty() && !as_expected(trial, said))
            found.torn = "it was said: " + said;
        if (found.torn.empty() && found.lost.empty())
            found = trial.look_and_walk();
        if (met)
            tries_.judge(trial, found, where);
        return met;
    }

    // What a walk changes becomes visible together with its end.
    std::string half_a_walk(const Tables& before) {
        Tables rows = trial_->rig.rows();
        if (rows == before || rows == trial_->expected())
            return {};
        if (trial_->rig.value("SELECT outcome FROM walks ORDER BY walk_id DESC") == "running")
            return "half a walk is in the mirror";
        return neither_old_nor_new(before, rows, trial_->expected());
    }

    bool as_expected(Trial& trial, const std::string& said) const {
        return said.starts_with("the mirror " + trial.rig.path() + ": " + sentence_.begin) &&
               said.ends_with(sentence_.end);
    }

    Tries& tries_;
    FaultVfs::Fault fault_;
    Sentence sentence_;
    std::unique_ptr<Trial> trial_;
};

} // namespace

TEST_CASE("every call of a walk fails once") {
    Tries tries("each SQLite call of a walk fails once");
    std::int64_t step = long_form() ? 1 : 29;
    EachCall(tries, {}).run(step);
    EachCall(tries, {.calls = {Call::write, Call::truncate, Call::sync}}).run(long_form() ? 1 : 7);
    EachCall(tries,
             {.calls = {Call::read, Call::size, Call::open, Call::access, Call::remove, Call::shm_map}})
        .run(long_form() ? 1 : 7);
    EachCall(tries, {.calls = {Call::lock, Call::shm_lock}, .code = SQLITE_BUSY}).run(step);
    tries.conclude();
}

TEST_CASE("every call of a walk fails, and those after it, until that is mended") {
    Tries tries("each SQLite call of a walk and those after it fail");
    EachCall(tries, {.lasting = true}).run(long_form() ? 1 : 41);
    tries.conclude();
}

TEST_CASE("the disk is full from some write on") {
    Tries tries("disk full from each SQLite write of a walk on");
    EachCall(tries, {.calls = {Call::write}, .code = SQLITE_FULL, .lasting = true},
             {"the disk is full; ", "free some space"})
        .run(long_form() ? 1 : 7);
    tries.conclude();
}

TEST_CASE("the disk cannot be read from some read on") {
    Tries tries("reads fail from each SQLite read of a walk on");
    EachCall(tries, {.calls = {Call::read}, .lasting = true}, {"reading or writing failed (", ")"})
        .run(long_form() ? 1 : 7);
    tries.conclude();
}

TEST_CASE("every call fails while the mirror is made or opened") {
    Tries tries("each SQLite call fails while a mirror is made or opened");
    for (bool made : {false, true}) {
        Trial trial({.connectors = 2});
        if (made)
            trial.walk();
        fakes::Disk disk = made ? trial.disk : fakes::Disk();
        Told told = trial.told;
        for (std::int64_t n = 1; trial.restart_or_fail(disk, told, {.nth = n}); n += long_form() ? 1 : 5) {
            trial.reopen();
            tries.judge(trial, trial.look_and_walk(), "call " + std::to_string(n));
        }
    }
    tries.conclude();
}

} // namespace versori::fault
