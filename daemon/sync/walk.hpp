#pragma once

#include "daemon/api/client.hpp"
#include "daemon/fidelity/absence.hpp"
#include "daemon/fidelity/guard.hpp"
#include "daemon/fidelity/interval.hpp"
#include "daemon/sync/next_page.hpp"
#include "daemon/sync/page_reader.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versori::sync {

// How one organisation is walked.
struct WalkPlan {
    std::string organisation;
    std::string scope; // the platform and the filter, in words: rows of another scope are not thought deleted
    std::size_t commit_batch = 4 << 20;
    int settle_attempts = 3;
    fidelity::Inquiry::Settings inquiry;
    fidelity::GuardLimits guard;
    bool baseline_rows = false;
    bool approve_deletions = false;
    std::chrono::milliseconds deadline = std::chrono::minutes{30};
    std::string after_denial = {}; // what a new token takes, for a person
    // When the next walk is due, once it is known whether this one is complete and how many in a row were
    // not.
    std::function<model::Time(bool complete, std::int64_t failures)> next_attempt = {};
};

// Where a walk is, page by page.
struct Progress {
    std::int64_t pages = 0;
    std::int64_t connectors = 0;
    std::optional<std::int64_t> total_count;
    std::uint64_t bytes = 0;
};

// What became of one scheduled walk, its repeats included.
struct WalkResult {
    enum class Ending { settled, complete, incomplete, denied, cancelled };
    Ending ending = Ending::incomplete;
    std::string reason;      // why not settled, a sentence; of the last attempt
    std::string held_reason; // empty: not held
    bool newly_held = false;
    int attempts = 0;
    std::int64_t walk_id = 0; // of the last attempt
    Progress progress;        // of the last attempt
    store::Tally tally;       // of all attempts
    std::int64_t rejects = 0, missing = 0;
    bool baseline = false;
    std::vector<std::string> surprises; // drift seen for the first time ever, a sentence each

    bool complete() const { return ending == Ending::settled || ending == Ending::complete; }
};

// One scheduled walk of one organisation: pages to the mirror, repeated while unsettled, then what is
// missing. Every attempt becomes visible in one transaction at its end (fidelity rule 10).
class Walk {
public:
    // `memory`: of the walks of the same organisation before, by the same normalisation; null when no walk
    // follows.
    Walk(WalkPlan, api::Client&, api::Clock&, store::Database&, const Normalisation&, PageMemory* memory);

    // Called after each page.
    void on_progress(std::function<void(const Progress&)> call) { on_progress_ = std::move(call); }

    // Throws store::StoreError; leaves no transaction open then.
    boost::asio::awaitable<WalkResult> run();

private:
    struct Attempt;

    boost::asio::awaitable<bool> begin();
    boost::asio::awaitable<void> read_pages(Attempt&);
    boost::asio::awaitable<void> read_page(Attempt&, const std::string& body, NextPage& next);
    boost::asio::awaitable<void> end_missing(Attempt&, const decode::Page&);
    boost::asio::awaitable<void> write_all_but_the_last(Attempt&);
    boost::asio::awaitable<void> end_attempt(Attempt&, bool last);
    boost::asio::awaitable<void> inquire(fidelity::Inquiry&, Attempt&);
    boost::asio::awaitable<void> ask(fidelity::Inquiry&, const fidelity::Inquiry::Question&, Attempt&);

    void note_failure(Attempt&, const Failure&, bool with_cursor);
    std::vector<model::Missing> absent(const Attempt&, std::int64_t rows);
    std::optional<std::string> judge_guard(const Attempt&, const std::vector<model::Missing>&,
                                           std::int64_t rows);
    void conclude(Attempt&, const fidelity::Inquiry&, const std::optional<std::string>& hold);
    void settle_accounts(Attempt&);
    void finish(Attempt&);
    store::Act act(const Attempt&) const;
    void add_tally(Attempt&);

    WalkPlan plan_;
    api::Client& client_;
    api::Clock& clock_;
    store::Database& database_;
    store::Mirror mirror_;
    store::Bookkeeping bookkeeping_;
    const Normalisation& normalisation_;
    PageReader reader_;
    fidelity::Interval interval_;
    store::Standing standing_;
    std::set<std::string, std::less<>> missing_; // ids with a row in `missing`
    std::int64_t interval_id_ = 0;
    Batch batch_;
    WalkResult result_;
    std::function<void(const Progress&)> on_progress_;
};

} // namespace versori::sync
