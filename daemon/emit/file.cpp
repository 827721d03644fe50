#include "daemon/emit/file.hpp"

#include "daemon/model/json.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace versori::emit {
namespace {

constexpr std::string_view line_start = "{\"seq\":";
constexpr std::size_t chunk_size = 256 << 10;

struct Problem : std::runtime_error {
    using runtime_error::runtime_error;
};

[[noreturn]] void fail(const std::string& path, std::string_view what) {
    throw Problem("the change file " + path + " " + std::string(what) + ": " + std::strerror(errno));
}

std::string read_at(int descriptor, const std::string& path, std::uint64_t from, std::uint64_t to) {
    std::string out(to - from, '\0');
    for (std::size_t done = 0; done < out.size();) {
        ssize_t got =
            ::pread(descriptor, out.data() + done, out.size() - done, static_cast<off_t>(from + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail(path, "cannot be read");
        if (got == 0)
            throw Problem("the change file " + path + " was cut off by another program while it was read");
        done += static_cast<std::size_t>(got);
    }
    return out;
}

// Where the last line that ends before `end` begins behind its predecessor's end; 0 when none ends there.
std::uint64_t after_last_newline(int descriptor, const std::string& path, std::uint64_t end) {
    while (end > 0) {
        std::uint64_t from = end - std::min<std::uint64_t>(end, chunk_size);
        std::string chunk = read_at(descriptor, path, from, end);
        if (auto at = chunk.rfind('\n'); at != chunk.npos)
            return from + at + 1;
        end = from;
    }
    return 0;
}

std::optional<Position> position_in(std::string_view line) {
    model::JsonParser parser;
    auto json = parser.parse(line);
    if (!json)
        return {};
    auto seq = json->find("seq"), mirror = json->find("mirror_id");
    if (!seq || !seq->is(model::Json::Type::number) || !mirror || !mirror->is(model::Json::Type::string))
        return {};
    Position out{std::string(mirror->text()), 0};
    std::from_chars(seq->text().data(), seq->text().data() + seq->text().size(), out.seq);
    return out;
}

// What the last whole line says, and where it ends; throws when the content is no change record's.
std::pair<std::optional<Position>, std::uint64_t> last_in(int descriptor, const std::string& path,
                                                          std::uint64_t size) {
    std::uint64_t end = after_last_newline(descriptor, path, size);
    std::optional<Position> out;
    bool ours = true;
    if (end > 0) {
        std::uint64_t begin = after_last_newline(descriptor, path, end - 1);
        out = position_in(read_at(descriptor, path, begin, end - 1));
        ours = out.has_value();
    } else if (size > 0) {
        std::string start = read_at(descriptor, path, 0, std::min<std::uint64_t>(size, line_start.size()));
        ours = line_start.starts_with(start) || start.find_first_not_of('\0') == start.npos;
    }
    if (!ours)
        throw Problem("the file " + path +
                      " does not end with a change record, so it is left alone; move it away, or give "
                      "changes.file another name");
    return {out, end};
}

void sync_directory_of(const std::string& path) {
    auto slash = path.rfind('/');
    std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
    int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

Located File::locate() {
    try {
        open_unless_open();
        return {last_, {}};
    } catch (const Problem& problem) {
        reopen();
        return {{}, problem.what()};
    }
}

Taken File::take(std::span<const model::ChangeRecord> records) {
    try {
        open_unless_open();
        std::size_t count = 0;
        while (count < records.size() && holds(records[count]))
            ++count;
        while (count < records.size())
            count += write_some(records.subspan(count));
        flush();
        return {count, {}};
    } catch (const Problem& problem) {
        reopen();
        return {0, problem.what()};
    }
}

void File::reopen() {
    if (descriptor_ >= 0)
        ::close(std::exchange(descriptor_, -1));
}

void File::open_unless_open() {
    struct stat held, named;
    if (descriptor_ >= 0 && ::fstat(descriptor_, &held) == 0 && ::stat(settings_.path.c_str(), &named) == 0 &&
        held.st_dev == named.st_dev && held.st_ino == named.st_ino) {
        size_ = static_cast<std::uint64_t>(held.st_size);
        return;
    }
    reopen();
    open();
    recover();
}

void File::open() {
    const std::string& path = settings_.path;
    constexpr int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    descriptor_ = ::open(path.c_str(), flags);
    if (descriptor_ < 0 && errno == ENOENT) {
        descriptor_ = ::open(path.c_str(), flags | O_CREAT, 0640);
        if (descriptor_ >= 0)
            sync_directory_of(path);
    }
    if (descriptor_ < 0)
        fail(path, "cannot be opened");
    struct stat info;
    if (::fstat(descriptor_, &info) != 0)
        fail(path, "cannot be read");
    if (!S_ISREG(info.st_mode))
        throw Problem("the change file " + path + " is no regular file; give changes.file another name");
    size_ = static_cast<std::uint64_t>(info.st_size);
}

void File::recover() {
    auto [last, end] = last_in(descriptor_, settings_.path, size_);
    if (end < size_ && ::ftruncate(descriptor_, static_cast<off_t>(end)) != 0)
        fail(settings_.path, "cannot be written");
    size_ = end;
    last_ = std::move(last);
    if (last_ || settings_.keep == 0)
        return;
    std::string older = numbered(1);
    int descriptor = ::open(older.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return;
    try {
        struct stat info;
        if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode))
            last_ = last_in(descriptor, older, static_cast<std::uint64_t>(info.st_size)).first;
    } catch (const Problem&) {
        last_.reset();
    }
    ::close(descriptor);
    if (last_)
        last_->at_least = true;
}

// A hole in the numbers, as a crash between two renames leaves it, is filled before the oldest file goes.
void File::begin_another() {
    const std::string& path = settings_.path;
    flush();
    int number = 1;
    while (number < settings_.keep && ::access(numbered(number).c_str(), F_OK) == 0)
        ++number;
    for (; number > 1; --number)
        if (std::rename(numbered(number - 1).c_str(), numbered(number).c_str()) != 0)
            fail(numbered(number - 1), "cannot be renamed");
    if (settings_.keep == 0 ? ::unlink(path.c_str()) != 0
                            : std::rename(path.c_str(), numbered(1).c_str()) != 0)
        fail(path, "is full and cannot be moved away");
    reopen();
    open();
}

// Writes as many records as fit into one piece and one file.
std::size_t File::write_some(std::span<const model::ChangeRecord> records) {
    std::string lines;
    std::size_t count = 0;
    for (const model::ChangeRecord& record : records) {
        std::string line = model::json_line(record) += '\n';
        bool full = size_ + lines.size() > 0 && size_ + lines.size() + line.size() > settings_.max_size;
        if (full && count > 0)
            break;
        if (full)
            begin_another();
        lines += line;
        ++count;
        if (lines.size() >= chunk_size)
            break;
    }
    write(lines);
    last_ = Position{records[count - 1].mirror_id, records[count - 1].seq};
    return count;
}

void File::write(std::string_view lines) {
    while (!lines.empty()) {
        ssize_t wrote = ::write(descriptor_, lines.data(), lines.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            fail(settings_.path, "cannot be written");
        lines.remove_prefix(static_cast<std::size_t>(wrote));
        size_ += static_cast<std::uint64_t>(wrote);
    }
}

void File::flush() {
    if (::fdatasync(descriptor_) != 0)
        fail(settings_.path, "cannot be written to the disk");
}

bool File::holds(const model::ChangeRecord& record) const {
    return last_ && last_->mirror_id == record.mirror_id && record.seq <= last_->seq;
}

} // namespace versori::emit
