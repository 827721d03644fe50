#include "daemon/store/place.hpp"

#include <fcntl.h>
#include <sys/stat.h>

namespace versori::store {
namespace {

std::int64_t nanoseconds(const struct statx_timestamp& time) {
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

} // namespace

Sight sight_of(const std::string& path) {
    struct statx info {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS | STATX_BTIME, &info) != 0)
        return {};
    Sight out;
    out.file.device = std::uint64_t{info.stx_dev_major} << 32 | info.stx_dev_minor;
    out.file.inode = info.stx_ino;
    if (info.stx_mask & STATX_BTIME)
        out.file.born = nanoseconds(info.stx_btime);
    out.size = static_cast<std::int64_t>(info.stx_size);
    out.written = nanoseconds(info.stx_mtime);
    return out;
}

FileId file_id(const std::string& path) {
    return sight_of(path).file;
}

Place place_of(const std::string& database_path) {
    return {file_id(database_path), file_id(database_path + "-wal"), file_id(database_path + "-shm")};
}

} // namespace versori::store
