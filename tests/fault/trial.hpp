#pragma once

#include "daemon/sync/feed.hpp"
#include "tests/fakes/fault_vfs.hpp"
#include "tests/fault/told.hpp"
#include "tests/property/replay.hpp"
#include "tests/sync/rig.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace versori::fault {

// What is wrong with a mirror, a sentence each; empty: nothing.
struct Findings {
    std::string torn; // damage, half a walk, records that do not fit their rows
    std::string lost; // a change or a record that never came, or that became something else
};

using platform::Tables;

// A platform with a history, and the mirror of it over faults: its walk, its feed to a file and to a log
// that, like the journal, does not know where it stands.
class Trial {
public:
    struct Terms {
        std::uint64_t seed = 1;
        int connectors = 6;
        bool file = true; // else the log alone is delivered to
        std::string pragma = {};
    };
    explicit Trial(const Terms&);
    ~Trial();

    // What people do to the platform, drawn from the trial's seed; as many connectors stay as there were.
    void edit(int count);
    void remove_connector();

    // A scheduled walk. The feed has a turn after each page and delivers everything at the end.
    sync::WalkResult walk();
    void deliver();
    // Likewise; what the StoreError said that ended it, empty when it came to its end.
    std::string walk_or_fail();

    // The disk at the beginning of `work`, and what happened to it since.
    struct Recording {
        fakes::Disk disk;
        std::vector<fakes::DiskOperation> operations;
        Told told; // with the number of operations before it as the moment
    };
    Recording record(const std::function<void()>& work);

    // The daemon is gone, its disk is this one, and it starts again; it told what it told.
    void restart(const fakes::Disk&, const Told&);
    // Likewise, and this fails on the way; False when nothing came to fail. Then `reopen` has to follow.
    bool restart_or_fail(const fakes::Disk&, const Told&, fakes::FaultVfs::Fault);
    void reopen();

    // Of the mirror as it stands. `told` has to hold.
    Findings look();
    // Likewise, then after one more walk, by which the mirror has to be the platform; after two when that one
    // left connectors missing, for which it takes a second list or a person.
    Findings look_and_walk();
    // The rows as the platform would have them.
    const Tables& expected();
    // Whether every transaction ended: another can begin, and nothing is read any more.
    bool at_rest();

    // Another process writes, so that this one reads its pages anew.
    void write_beside();

    fakes::FaultVfs vfs;
    fakes::Disk disk; // of the mirror's directory, as it was written through SQLite
    sync::Rig rig;
    Told told;
    std::vector<std::string> warnings;

private:
    void place(const fakes::Disk&, const Told&);
    void start();
    void keep_connectors();
    void turn();
    std::string damage();
    std::string difference();
    std::string file_fault();

    Terms terms_;
    std::mt19937_64 random_;
    sync::TemporaryDirectory feed_directory_;
    boost::asio::io_context context_;
    std::unique_ptr<sync::Feed> feed_;
    std::unique_ptr<property::Replay> replay_;
    std::vector<fakes::DiskOperation>* log_ = nullptr;
    std::optional<Tables> expected_; // forgotten with every edit
    int written_beside_ = 0;
};

std::size_t open_descriptors();

} // namespace versori::fault
