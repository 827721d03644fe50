#pragma once

#include "daemon/sync/page_reader.hpp"
#include "daemon/sync/walk.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace versori::sync {

// What became of a look at the head of a list.
struct HeadResult {
    std::string reason = {}; // why it failed; empty when it did not
    store::Tally tally = {};
    bool cancelled = false;
};

// A look at the head of an organisation's list between complete walks: the list is ordered by the last
// update, so what is new stands there. Applies it, with its change records, and concludes nothing else:
// nothing is missing, believed or settled by it. Ends at the first page with a connector that is known as it
// is.
//
// One that changed something is a walk of outcome incomplete without an error; others leave no trace.
class HeadLook {
public:
    // `memory`: of the organisation's walks; void once this changed something.
    HeadLook(const WalkPlan&, api::Client&, api::Clock&, store::Database&, const Normalisation&,
             PageMemory& memory);

    // Does nothing before the organisation's baseline. Throws store::StoreError.
    boost::asio::awaitable<HeadResult> run();

private:
    boost::asio::awaitable<void> read_pages();
    boost::asio::awaitable<void> apply();

    const std::string& organisation_;
    const std::string& normalisation_;
    std::size_t commit_batch_;
    api::Client& client_;
    api::Clock& clock_;
    store::Database& database_;
    store::Mirror mirror_;
    store::Bookkeeping bookkeeping_;
    PageMemory& memory_;
    PageReader reader_;
    fidelity::Ledger ledger_;
    Batch batch_;
    std::int64_t pages_ = 0;
    HeadResult result_;
};

} // namespace versori::sync
