#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace versori::store {

// Another process writes this mirror. The sentence names it and says what to do instead.
struct LockHeld : std::runtime_error {
    using runtime_error::runtime_error;
};

// DATABASE.lock: one writer a mirror. Held until it goes, or the process ends, however it ends.
class Lock {
public:
    // `command` (run or sync) is what others are told. Throws LockHeld, or StoreError when there can be no
    // such file.
    Lock(const std::string& database_path, std::string_view command);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

    // Whether its file is gone or another, so that it keeps nobody out any more.
    bool displaced() const;

private:
    std::string path_;
    int file_;
};

} // namespace versori::store
