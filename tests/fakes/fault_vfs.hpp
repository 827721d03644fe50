#pragma once

#include "tests/fakes/disk.hpp"

#include <sqlite3.h>

#include <functional>
#include <optional>
#include <set>

namespace versori::fakes {

// What SQLite asks of what lies below it.
enum class Call { open, remove, access, read, write, truncate, sync, size, lock, shm_map, shm_lock };
using Calls = std::set<Call>;
extern const Calls every_call;

// The error that the system's own VFS gives when such a call fails.
int error_of(Call);

// Stands between SQLite and the system's files as long as it lives: every connection that is opened meanwhile
// goes through it. Counts the calls, lets one or all from one on fail, tells what is written. Waiting for a
// lock takes no time. Not for several threads. REQUIRES of its end: those connections are closed.
class FaultVfs {
public:
    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    struct Fault {
        Calls calls = every_call;
        std::int64_t nth = 1;         // of these calls, from when this is said
        std::optional<int> code = {}; // none: the call's own
        bool lasting = false;         // those after it fail too
    };
    // Of a write that fails half arrives.
    void fail(Fault);
    std::int64_t heal(); // how many calls failed

    // Calls since the last `fail` or `count`, of the kinds that were named there.
    void count(Calls);
    std::int64_t counted() const { return counted_; }

    // Told of everything that changed a file; not of shared memory, which no crash leaves behind.
    std::function<void(const DiskOperation&)> on_change;

private:
    friend struct FaultVfsCalls;

    int failure(Call); // SQLITE_OK: go on
    void tell(DiskOperation) const;

    sqlite3_vfs* system_;
    sqlite3_vfs vfs_;
    Calls calls_;
    std::optional<Fault> fault_;
    std::int64_t counted_ = 0, failed_ = 0;
};

} // namespace versori::fakes
