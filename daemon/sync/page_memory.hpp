#pragma once

#include "daemon/decode/page.hpp"
#include "daemon/model/digest.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace versori::sync {

// The pages of the last walk that found nothing to write, by the digests of their bytes. The same bytes at
// the same place hold the same connectors with the rows they have already, and need no look: as long as
// nobody has written to the mirror since (PRAGMA data_version), and this organisation's walks have not
// either.
//
// Costs the bytes of the ids and one more each.
class PageMemory {
public:
    // A walk begins. Forgets everything if the mirror is another than it was, or the walk before broke off.
    void begin(std::int64_t data_version);

    // The page that comes next, when its bytes are those of last time. Its elements have ids and no bytes,
    // and are valid until the page after it is recalled or kept.
    std::optional<decode::Page> recall(const model::Digest& bytes);

    // It came otherwise.
    void keep(const model::Digest& bytes, const decode::Page&);

    // The walk has ended; `unchanged`: all pages were read, and nothing had to be written for any of them.
    void end(bool unchanged, std::int64_t data_version);

private:
    struct Known {
        model::Digest bytes; // all zero: never recalled (an id holds a zero byte, or there was drift)
        std::optional<std::int64_t> total_count;
        std::string next;
        std::string ids; // each ends with a zero byte
    };
    std::vector<Known> pages_;
    std::size_t at_ = 0; // the page that comes next
    std::int64_t data_version_ = 0;
    bool under_way_ = false; // begun and not ended
};

} // namespace versori::sync
