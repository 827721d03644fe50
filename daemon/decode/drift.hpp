#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace versori::decode {

// The surprises of one walk: where the platform sent what its reference does not say. The key is the JSON
// path, with `[*]` for any index, and the kind, for example `unknown member (string)`.
class Drift {
public:
    using Notes = std::map<std::pair<std::string, std::string>, std::int64_t>;

    void note(std::string json_path, std::string kind) {
        ++notes_[{std::move(json_path), std::move(kind)}];
        ++count_;
    }
    const Notes& notes() const { return notes_; }
    std::int64_t count() const { return count_; } // of all notes ever made
    void clear() { notes_.clear(); }

private:
    Notes notes_;
    std::int64_t count_ = 0;
};

} // namespace versori::decode
