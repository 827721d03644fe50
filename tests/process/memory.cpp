#include "tests/process/memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace versori::process {
namespace {

std::string file_of(pid_t process, const char* name) {
    return "/proc/" + std::to_string(process) + "/" + name;
}

struct Mapping {
    std::uint64_t begin = 0, end = 0;
    std::string name;
};

// ASan's shadow, which is terabytes, has nothing of the program in it.
constexpr std::uint64_t largest = std::uint64_t{1} << 38;

std::vector<Mapping> writable_mappings(pid_t process) {
    std::ifstream maps(file_of(process, "maps"));
    std::vector<Mapping> out;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::string range, rights, skipped;
        Mapping one;
        words >> range >> rights >> skipped >> skipped >> skipped >> one.name;
        auto dash = range.find('-');
        one.begin = std::stoull(range.substr(0, dash), nullptr, 16);
        one.end = std::stoull(range.substr(dash + 1), nullptr, 16);
        if (rights.starts_with("rw") && one.end - one.begin < largest)
            out.push_back(one);
    }
    return out;
}

class Memory {
public:
    explicit Memory(pid_t process) : file_(::open(file_of(process, "mem").c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Memory() { ::close(file_); }
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    bool open() const { return file_ >= 0; }

    // As much as can be read.
    std::string read(std::uint64_t begin, std::uint64_t end) const {
        std::string out(end - begin, '\0');
        std::size_t size = 0;
        while (size < out.size()) {
            auto count =
                ::pread(file_, out.data() + size, out.size() - size, static_cast<off_t>(begin + size));
            if (count <= 0)
                break;
            size += static_cast<std::size_t>(count);
        }
        out.resize(size);
        return out;
    }

private:
    int file_;
};

std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '.');
    return text;
}

} // namespace

bool may_read_memory(pid_t process) {
    return Memory(process).open();
}

std::vector<std::string> places_in_memory(pid_t process, const std::string& text) {
    constexpr std::uint64_t piece = 16 << 20;
    constexpr std::size_t around = 24;
    std::vector<std::string> out;
    Memory memory(process);
    if (!memory.open())
        throw std::runtime_error("the memory of process " + std::to_string(process) + " cannot be read");
    for (const Mapping& mapping : writable_mappings(process))
        for (auto at = mapping.begin; at < mapping.end; at += piece) {
            std::string bytes = memory.read(at, std::min(at + piece + text.size() - 1, mapping.end));
            for (auto found = bytes.find(text); found != bytes.npos; found = bytes.find(text, found + 1)) {
                auto from = found - std::min(found, around);
                std::ostringstream place;
                place << std::hex << at + found << " " << mapping.name << ": "
                      << printable(bytes.substr(from, found - from + text.size() + around));
                out.push_back(place.str());
            }
        }
    return out;
}

std::int64_t kilobytes(pid_t process, const std::string& field) {
    std::ifstream status(file_of(process, "status"));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(field + ":"))
            return std::stoll(line.substr(field.size() + 1));
    throw std::runtime_error("no " + field);
}

bool has_address_sanitizer(const std::string& binary) {
    std::ifstream file(binary, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return bytes.find("__asan_init") != bytes.npos;
}

} // namespace versori::process
