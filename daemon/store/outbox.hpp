#pragma once

#include "daemon/model/record.hpp"
#include "daemon/store/database.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace versori::store {

// Which records to read; an empty text means any.
struct ChangeFilter {
    std::string organisation = {}, connector = {}; // ids
    std::string table = {}, op = {};
};

// Which records there are: first_seq to newest_seq, none when newest_seq is first_seq - 1.
struct Extent {
    std::string mirror_id;
    std::int64_t first_seq = 1;
    std::int64_t newest_seq = 0;
};

// The change records as readers and deliveries see them, and how far each delivery has come.
//
// A mirror_id names one unbroken run of seqs. When a delivery holds a seq that the table has not reached, the
// table is an older copy, and what it writes under these numbers from now on is something else. Then the
// mirror takes a new mirror_id and every mark goes back to before the first record there is: each delivery
// tells everything again, from first_seq on and without a gap, under the new id.
class Outbox {
public:
    explicit Outbox(Database& database) : database_(database) {}

    Extent extent();

    // Up to `limit` records that pass the filter with after < seq <= up_to, in order; ends earlier, but with
    // at least one, when they grow beyond `bytes`.
    std::vector<model::ChangeRecord> read(std::int64_t after, std::int64_t up_to, std::size_t limit,
                                          std::size_t bytes, const ChangeFilter& = {});

    // The last seq each delivery is known to have taken, by the delivery's name.
    std::map<std::string, std::int64_t> marks();

    // What logs call an organisation: its name, or else its id.
    std::string label(const std::string& organisation_id);

    // The ids of the organisations in the mirror that have this id or this name.
    std::vector<std::string> find_organisations(std::string_view id_or_name);

    // REQUIRES of all below: a transaction is open.

    void set_mark(std::string_view delivery, std::int64_t seq);
    void remove_mark(std::string_view delivery);

    // A new mirror_id; gives it, and moves every mark to first_seq - 1.
    std::string mint();

    // Deletes up to `limit` of the oldest records: those before `time` that every delivery has taken. Gives
    // how many.
    std::int64_t prune(model::Time time, std::int64_t limit);

    // Deletes up to `limit` walks that began before `time`, except each organisation's last complete one.
    std::int64_t prune_walks(model::Time time, std::int64_t limit);

private:
    Database& database_;
};

} // namespace versori::store
