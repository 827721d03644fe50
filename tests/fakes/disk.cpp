#include "tests/fakes/disk.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

namespace versori::fakes {
namespace {

namespace fs = std::filesystem;
using Kind = DiskOperation::Kind;
constexpr std::size_t sector = 512;

void put(std::string& content, std::size_t offset, std::string_view bytes) {
    if (content.size() < offset + bytes.size())
        content.resize(offset + bytes.size());
    content.replace(offset, bytes.size(), bytes);
}

void alter(std::string& content, const DiskOperation& operation) {
    auto at = static_cast<std::size_t>(operation.offset);
    if (operation.kind == Kind::truncate)
        content.resize(at);
    else
        put(content, at, operation.bytes);
}

// The sectors of a write that `arrives` lets through.
template <class Arrives>
void alter_partly(std::string& content, const DiskOperation& operation, Arrives arrives) {
    if (operation.kind == Kind::truncate) {
        if (arrives())
            alter(content, operation);
        return;
    }
    auto begin = static_cast<std::size_t>(operation.offset), end = begin + operation.bytes.size();
    for (std::size_t at = begin; at < end;) {
        std::size_t next = std::min(end, (at / sector + 1) * sector);
        if (arrives())
            put(content, at, std::string_view(operation.bytes).substr(at - begin, next - at));
        at = next;
    }
}

} // namespace

// Two that differ only in what is on its way are different only to a later sync, which tests do not compare.
bool Disk::File::operator==(const File& other) const {
    return exists == other.exists && lasting == other.lasting && content == other.content &&
           synced == other.synced;
}

void Disk::apply(const DiskOperation& operation) {
    if (operation.kind == Kind::create) {
        File& file = files_[operation.file];
        if (!std::exchange(file.exists, true)) {
            file.content.clear();
            file.unsynced.push_back({.kind = Kind::truncate, .file = operation.file});
        }
        return;
    }
    auto at = files_.find(operation.file);
    if (at == files_.end())
        return;
    File& file = at->second;
    switch (operation.kind) {
    case Kind::remove:
        file.exists = false;
        break;
    case Kind::sync:
        file.synced = file.content;
        file.unsynced.clear();
        break;
    default:
        alter(file.content, operation);
        file.unsynced.push_back(operation);
    }
    if (operation.directory)
        sync_directory();
}

void Disk::sync_directory() {
    std::erase_if(files_, [](const auto& named) { return !named.second.exists; });
    for (auto& [name, file] : files_)
        file.lasting = true;
}

Disk Disk::after_power_loss(std::mt19937_64& random, double share) const {
    std::bernoulli_distribution chance(share);
    auto arrives = [&] { return share > 0 && chance(random); };
    Disk out;
    for (const auto& [name, file] : files_) {
        if (file.exists != file.lasting ? arrives() != file.exists : !file.exists)
            continue;
        std::string content = file.synced;
        for (const DiskOperation& operation : file.unsynced)
            alter_partly(content, operation, arrives);
        out.files_[name] = {true, true, content, content, {}};
    }
    return out;
}

void Disk::write_to(const fs::path& directory) const {
    for (const auto& entry : fs::directory_iterator(directory))
        fs::remove(entry.path());
    for (const auto& [name, file] : files_)
        if (file.exists)
            std::ofstream(directory / name, std::ios::binary) << file.content;
}

bool Disk::holds(std::string_view bytes) const {
    return std::ranges::any_of(files_, [&](const auto& named) {
        return named.second.exists && named.second.content.find(bytes) != std::string::npos;
    });
}

} // namespace versori::fakes
