#include "daemon/store/lock.hpp"

#include "daemon/store/database.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace versori::store {
namespace {

// What the holder wrote: its process id and command.
std::string holder(int file) {
    char text[64];
    ssize_t size = ::pread(file, text, sizeof text, 0);
    return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
}

std::string sentence(const std::string& path, const std::string& holder) {
    auto space = holder.find(' ');
    if (space == holder.npos)
        return "another process writes the mirror (it holds " + path + "); wait until it ends";
    std::string pid = holder.substr(0, space), command = holder.substr(space + 1);
    std::string advice =
        command == "run" ? "; `kill -USR1 " + pid + "` makes it walk now" : "; wait until it ends";
    return "versori-mirror " + command + ", process " + pid + ", writes the mirror (it holds " + path + ")" +
           advice;
}

} // namespace

Lock::Lock(const std::string& database_path, std::string_view command) : path_(database_path + ".lock") {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file_ < 0)
        throw StoreError("the lock " + path_ + " cannot be made: " + std::strerror(errno) +
                         "; check its directory's owner and mode");
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        std::string who = holder(file_);
        ::close(file_);
        throw LockHeld(sentence(path_, who));
    }
    std::string mine = std::to_string(::getpid()) + " " + std::string(command);
    if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, mine.data(), mine.size(), 0) < 0) {
        std::string why = std::strerror(errno);
        ::close(file_);
        throw StoreError("the lock " + path_ + " cannot be written: " + why +
                         "; free some space, or check the file system");
    }
}

bool Lock::displaced() const {
    struct stat mine, there;
    return ::fstat(file_, &mine) != 0 || ::stat(path_.c_str(), &there) != 0 || mine.st_dev != there.st_dev ||
           mine.st_ino != there.st_ino;
}

Lock::~Lock() {
    [[maybe_unused]] int emptied = ::ftruncate(file_, 0);
    ::close(file_);
}

} // namespace versori::store
