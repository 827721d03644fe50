#include "daemon/cli/commit_watch.hpp"

#include "daemon/cli/output.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace versori::cli {

using namespace std::chrono_literals;

namespace {
constexpr auto first_distance = 5ms, longest_distance = 150ms;
constexpr auto after_a_write = 5s;
constexpr int without_inotify = 150; // ms
} // namespace

// The directory is watched, not the file: -wal and database may be replaced.
CommitWatch::CommitWatch(const std::string& database) : distance_(first_distance) {
    auto slash = database.rfind('/');
    name_ = slash == database.npos ? database : database.substr(slash + 1);
    std::string directory = slash == database.npos ? "." : database.substr(0, slash + 1);
    inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify_ >= 0 &&
        ::inotify_add_watch(inotify_, directory.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
        ::close(inotify_); // out of watches
        inotify_ = -1;
    }
}

CommitWatch::~CommitWatch() {
    if (inotify_ >= 0)
        ::close(inotify_);
}

bool CommitWatch::wait() {
    for (;;) {
        // A pipe nobody reads shows an error without being asked about.
        pollfd waited[] = {{end_descriptor(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}, {inotify_, POLLIN, 0}};
        int ready = ::poll(waited, 3, patience());
        if (ended() || (waited[1].revents & (POLLERR | POLLHUP)))
            return false;
        if (ready == 0) {
            distance_ = std::min<std::chrono::milliseconds>(distance_ * 2, longest_distance);
            return true;
        }
        if (ready > 0 && waited[2].revents && written()) {
            distance_ = first_distance;
            until_ = Clock::now() + after_a_write;
            return true;
        }
    }
}

int CommitWatch::patience() const {
    if (inotify_ < 0)
        return without_inotify;
    return Clock::now() < until_ ? static_cast<int>(distance_.count()) : -1;
}

bool CommitWatch::written() {
    alignas(inotify_event) char buffer[4096];
    bool ours = false;
    for (ssize_t size; (size = ::read(inotify_, buffer, sizeof buffer)) > 0;) {
        for (char* at = buffer; at < buffer + size;) {
            inotify_event event;
            std::memcpy(&event, at, sizeof event);
            std::string_view name = event.len ? std::string_view(at + sizeof event) : std::string_view();
            ours |= name == name_ || name == name_ + "-wal" || (event.mask & IN_Q_OVERFLOW);
            at += sizeof event + event.len;
        }
    }
    return ours;
}

} // namespace versori::cli
