#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace versori {

// A new folder for one test, gone with it.
class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "versori-mirror-XXXXXX";
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("no temporary folder can be made");
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

} // namespace versori
