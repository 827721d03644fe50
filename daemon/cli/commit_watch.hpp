#pragma once

#include <chrono>
#include <string>

namespace versori::cli {

// Tells when others may have committed to a database, by its -wal file's writes. Nothing runs in between.
//
// A commit can be seen a moment after the write that announces it, when the write has reached the disk. So
// for some seconds after each write `wait` returns again and again, at growing distances up to 150 ms.
class CommitWatch {
public:
    explicit CommitWatch(const std::string& database);
    ~CommitWatch();
    CommitWatch(const CommitWatch&) = delete;
    CommitWatch& operator=(const CommitWatch&) = delete;

    // True: look again. False: the command has ended, or nobody reads standard output any more.
    bool wait();

private:
    using Clock = std::chrono::steady_clock;

    bool written(); // takes what inotify tells
    int patience() const;

    std::string name_; // of the database in its directory
    int inotify_ = -1;
    std::chrono::milliseconds distance_{};
    Clock::time_point until_{};
};

} // namespace versori::cli
