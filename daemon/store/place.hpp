#pragma once

#include <cstdint>
#include <string>

namespace versori::store {

// A file, whatever it is called; all zero: there is none.
struct FileId {
    std::uint64_t device = 0, inode = 0;
    std::int64_t born = 0; // in nanoseconds; 0 where the file system does not keep it

    bool exists() const { return inode != 0; }
    bool operator==(const FileId&) const = default;

    // Likewise after a restart of the machine, which may have numbered its devices anew. A file that took the
    // inode of another was born later.
    bool is_still(const FileId& before) const {
        return exists() && (born && before.born ? born == before.born : inode == before.inode);
    }
};

FileId file_id(const std::string& path);

// The files of a mirror.
struct Place {
    FileId database, log, index;
    bool operator==(const Place&) const = default;
};

Place place_of(const std::string& database_path);

// What is to be seen of a file from outside; the same as long as nobody writes to it or puts another in its
// place.
struct Sight {
    FileId file;
    std::int64_t size = 0, written = 0;
    bool operator==(const Sight&) const = default;
};

Sight sight_of(const std::string& path);

} // namespace versori::store
