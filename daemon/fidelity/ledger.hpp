#pragma once

#include "daemon/fidelity/id_set.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace versori::fidelity {

// What one attempt at a walk amounts to.
struct Verdict {
    enum class Outcome : std::uint8_t {
        incomplete, // some page is missing: proves no absence
        complete,   // every page was read, but the list moved under the walk
        settled,    // and nothing speaks against the list having stood still
    };
    Outcome outcome = Outcome::incomplete;
    std::string reason; // why not settled, or why not complete; empty when settled
    bool stale = false; // a document was older than its row: absences count for nothing
    bool moved = false; // incomplete because the list moved (a cursor refused or repeated): worth repeating
    bool miscounted = false; // complete, nothing moved, yet the total is not the number listed

    bool complete() const { return outcome != Outcome::incomplete; }
    bool settled() const { return outcome == Outcome::settled; }
    bool counts_absences() const { return complete() && !stale; }
};

// What one attempt saw, page by page, and the verdict on it.
//
// There is no snapshot of the list: it is ordered by the last update, and moves while it is read. A walk is
// complete when its last page had no next one, every page parsed and no cursor came twice. It is settled when
// besides the total was the same on every page, no connector came twice, every element had a readable id, no
// document was older than its row, and the distinct connectors are as many as the total says.
class Ledger {
public:
    // One page, before its elements. `next` is empty on the last one.
    void page(std::optional<std::int64_t> total_count, std::size_t elements, std::string_view next);
    bool listed(std::string_view connector_id); // false when it came before
    void unreadable();                          // an element without a readable id
    void stale(std::string_view connector_id);
    void failed(std::string why);  // a request failed for good, or a page could not be read
    void refused(std::string why); // a request that carried a cursor was refused

    // Whether there is a page to go for, and nothing against going on.
    bool wants_more() const { return !ended_ && !broken_; }

    Verdict verdict() const;
    const IdSet& ids() const { return ids_; }
    std::optional<std::int64_t> total_count() const { return total_; }

private:
    void unsettle(std::string why);

    IdSet ids_;
    IdSet cursors_;
    std::optional<std::int64_t> total_;
    bool first_page_ = true, ended_ = false, broken_ = false, stale_ = false, moved_ = false;
    std::string broken_because_, unsettled_because_;
};

} // namespace versori::fidelity
