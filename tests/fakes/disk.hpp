#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace versori::fakes {

// What a program did to one file of a directory.
struct DiskOperation {
    enum class Kind { create, write, truncate, sync, remove };
    Kind kind;
    std::string file;        // its name in the directory
    std::int64_t offset = 0; // of a write; the size after a truncation
    std::string bytes = {};  // of a write
    bool directory = false;  // of a sync or a removal: the directory is synced too
};

// The files of one directory: as programs see them, and how much of that is on the disk. A sync puts a file's
// content there; only a sync of the directory makes what was created or removed lasting.
class Disk {
public:
    void apply(const DiskOperation&);

    // What is found after the power went: what was synced, and of each later write every sector of 512 bytes
    // with this probability; so it is with later creations, removals and truncations.
    Disk after_power_loss(std::mt19937_64& random, double share) const;

    // Makes the files of the directory these, and no others.
    void write_to(const std::filesystem::path& directory) const;

    bool holds(std::string_view bytes) const; // some file, as programs see it
    bool operator==(const Disk&) const = default;

private:
    struct File {
        bool exists = true;   // programs see it
        bool lasting = false; // it is found after the power went
        std::string content, synced;
        std::vector<DiskOperation> unsynced;
        bool operator==(const File&) const;
    };
    void sync_directory();

    std::map<std::string, File> files_;
};

} // namespace versori::fakes
