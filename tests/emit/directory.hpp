#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace versori::emit {

// A directory of its own, gone at the end.
class Directory {
public:
    Directory() {
        std::string pattern = std::filesystem::temp_directory_path() / "versori-feed-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

// The seqs of a file's lines; -1 stands for what is no whole line of a change record.
inline std::vector<long> seqs(const std::string& path) {
    std::vector<long> out;
    std::istringstream in(content(path));
    for (std::string line; std::getline(in, line);) {
        bool whole = line.starts_with("{\"seq\":") && line.ends_with('}') && !in.eof();
        out.push_back(whole ? std::stol(line.substr(7)) : -1);
    }
    return out;
}

} // namespace versori::emit
