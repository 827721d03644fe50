#include "daemon/store/key.hpp"

#include "daemon/store/database.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace versori::store {
namespace {

using Key = std::array<std::uint8_t, 32>;

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    int descriptor_;
};

[[noreturn]] void fail(const std::string& path, const std::string& why) {
    throw StoreError("the fingerprint key " + path + " " + why);
}

// Written under another name first, so that a crash leaves no half key.
void make(const std::string& path) {
    std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    Key key;
    bool written = file && ::getrandom(key.data(), key.size(), 0) == static_cast<ssize_t>(key.size()) &&
                   ::write(file.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
                   ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
    if (!written)
        fail(path, std::string("cannot be made: ") + std::strerror(errno));
}

} // namespace

Key fingerprint_key(const std::string& database_path) {
    std::string path = database_path + ".key";
    if (::access(path.c_str(), F_OK) != 0)
        make(path);
    File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info;
    if (!file || ::fstat(file.get(), &info) != 0)
        fail(path, std::string("cannot be read: ") + std::strerror(errno));
    if (info.st_mode & 0077)
        fail(path, "may be read by others: chmod 600 " + path);
    Key key;
    if (info.st_size != static_cast<off_t>(key.size()) ||
        ::read(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()))
        fail(path, "is not 32 bytes long; restore it from a backup, or move it away to have a new one made");
    return key;
}

} // namespace versori::store
