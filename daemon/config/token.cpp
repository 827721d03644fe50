#include "daemon/config/token.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace versori::config {
namespace {

constexpr std::size_t largest_token = 64 << 10;

Failure no_token(std::string message) {
    return {errc::no_token, std::move(message)};
}

// Memory that is wiped when it goes.
struct Buffer {
    std::array<char, largest_token + 1> bytes;
    std::size_t size = 0;

    ~Buffer() { explicit_bzero(bytes.data(), bytes.size()); }
};

class File {
public:
    explicit File(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }

    bool open() const { return descriptor_ >= 0; }
    bool status(struct stat& status) const { return ::fstat(descriptor_, &status) == 0; }

    // Everything, or as much as the buffer holds.
    bool read(Buffer& buffer) const {
        while (buffer.size < buffer.bytes.size()) {
            auto count =
                ::read(descriptor_, buffer.bytes.data() + buffer.size, buffer.bytes.size() - buffer.size);
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return false;
            if (count == 0)
                return true;
            buffer.size += static_cast<std::size_t>(count);
        }
        return true;
    }

private:
    int descriptor_;
};

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// `where` begins the sentence: "the token file /etc/token".
Result<Token> checked(std::string_view value, const std::string& where) {
    while (!value.empty() && is_space(value.back()))
        value.remove_suffix(1);
    if (value.empty())
        return no_token(where + " is empty; put the token there");
    if (std::any_of(value.begin(), value.end(), is_space))
        return no_token(
            where + " holds more than one word or line; it must hold the token alone, without \"Bearer\"");
    if (std::any_of(value.begin(), value.end(), [](char c) { return c <= 0x20 || c >= 0x7f; }))
        return no_token(where +
                        " holds characters other than visible ASCII, which no token has; write it again");
    return Token{value};
}

Failure unreadable(const std::string& where, int error) {
    auto hint = error == EACCES ? "; the user that runs versori-mirror must be able to read it" : "";
    return no_token(where + " cannot be read: " + std::strerror(error) + hint);
}

Result<Token> read_open(const File& file, const std::string& where) {
    Buffer buffer;
    if (!file.read(buffer))
        return unreadable(where, errno);
    if (buffer.size > largest_token)
        return no_token(where + " is larger than 64 KiB, which no token is");
    return checked({buffer.bytes.data(), buffer.size}, where);
}

Result<Token> from_file(const std::string& path) {
    File file{path};
    struct stat status {};
    const std::string where = "the token file " + path;
    // A word that names no file may be the token itself, put in the place of the path.
    if (!file.open() && !path.starts_with('/') && !path.starts_with('.'))
        return no_token(std::string{"the token file cannot be read: "} + std::strerror(errno) +
                        "; name the file, not the token");
    if (!file.open() || !file.status(status))
        return unreadable(where, errno);
    if (!S_ISREG(status.st_mode))
        return no_token(where + " is not a regular file; name the file that holds the token");
    if (status.st_mode & 0007)
        return no_token(where + " is open to every user of this machine; run: chmod o-rwx " + path);
    return read_open(file, where);
}

Result<Token> from_environment(const std::string& name, const Environment& environment) {
    auto value = environment(name);
    if (!value)
        return no_token("the environment variable " + name + " is not set; set it to the token and restart");
    auto token = checked(*value, "the environment variable " + name);
    explicit_bzero(value->data(), value->size());
    return token;
}

Result<Token> from_credential(const std::string& name, const Environment& environment) {
    const std::string line =
        "add the line LoadCredential=" + name + ":/path/to/token to the unit's [Service] section";
    auto directory = environment("CREDENTIALS_DIRECTORY");
    if (!directory)
        return no_token("the systemd credential " + name +
                        " is missing, since $CREDENTIALS_DIRECTORY is not set; " + line);
    const std::string where = "the systemd credential " + name;
    File file{*directory + '/' + name};
    if (!file.open() && errno == ENOENT)
        return no_token(where + " is missing; " + line);
    if (!file.open())
        return no_token(where + " cannot be read: " + std::strerror(errno) + "; " + line);
    return read_open(file, where);
}

std::int64_t nanoseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

} // namespace

Result<Token> read_token(const TokenSource& source, const Environment& environment) {
    if (auto* file = std::get_if<TokenFile>(&source))
        return from_file(file->path);
    if (auto* variable = std::get_if<TokenEnv>(&source))
        return from_environment(variable->name, environment);
    return from_credential(std::get<TokenCredential>(source).name, environment);
}

std::optional<TokenStamp> token_stamp(const TokenSource& source) {
    auto* file = std::get_if<TokenFile>(&source);
    struct stat status {};
    if (!file || ::stat(file->path.c_str(), &status) != 0)
        return {};
    return TokenStamp{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
                      nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

} // namespace versori::config
