#pragma once

#include "daemon/store/database.hpp"
#include "daemon/store/place.hpp"

#include <cstdint>
#include <string>

namespace versori::store {

// DATABASE.seen: what was last known of a mirror, kept outside it: which file it is, its mirror_id, and up to
// which seq it has written change records.
//
// A mirror_id names one unbroken run of seqs. A mirror that is another file, has another mirror_id or has not
// got as far was put there by somebody: a backup copied in by hand, an older content restored through SQLite.
// What it writes from now on under those numbers is something else than what it wrote before, so it takes a
// new mirror_id. See also Outbox, which notices the same by what a delivery holds.
//
// Each commit is noted before it can be seen, as one that perhaps came about, and after it as one that did. A
// crash in between leaves a note of which the first part is true.
class Seen final : public Database::Guard {
public:
    // SQLite would take the -wal of a file that was at the path before for this one's, and mix the two: it is
    // set aside. Gives a sentence; empty when there was nothing to do. REQUIRES: the caller has not opened
    // the database. Throws StoreError.
    static std::string set_log_aside(const std::string& path, model::Time now);

    explicit Seen(Database& database) : database_(database) {}
    ~Seen() override { database_.set_guard(nullptr); }
    Seen(const Seen&) = delete;
    Seen& operator=(const Seen&) = delete;

    // Gives the mirror a new mirror_id if it has to have one, and a sentence that says so and why; also when
    // it is a new one where another was. REQUIRES: a transaction is open. Throws StoreError, also for a copy
    // that is damaged.
    std::string judge();

    // Notes the mirror as it is. From here on every transaction is noted, and `Database::check` and
    // `try_begin` throw Displaced when the mirror's files are gone or replaced, or when another program wrote
    // older content into them. Throws StoreError.
    void watch();

    // What the files still have of this mirror's, it keeps, and nothing of it gets into others'. To be called
    // when Displaced was thrown, before the database is closed.
    void leave() noexcept;

    void look() override;
    void committing() override;
    void committed() noexcept override;

    struct Note {
        std::string mirror_id;
        std::int64_t seq = 0;   // up to here records were written
        std::int64_t about = 0; // perhaps up to here
        FileId database, log;
    };

private:
    Database& database_;
    Note note_;
    Place place_;
    std::int64_t data_version_ = 0;
};

} // namespace versori::store
