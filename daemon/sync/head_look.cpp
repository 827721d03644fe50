#include "daemon/sync/head_look.hpp"

#include <algorithm>
#include <utility>

namespace versori::sync {

using boost::asio::awaitable;

HeadLook::HeadLook(const WalkPlan& plan, api::Client& client, api::Clock& clock, store::Database& database,
                   const Normalisation& normalisation, PageMemory& memory)
    : organisation_(plan.organisation), normalisation_(normalisation.id), commit_batch_(plan.commit_batch),
      client_(client), clock_(clock), database_(database), mirror_(database), bookkeeping_(database),
      memory_(memory), reader_(plan.organisation, normalisation, database, mirror_, nullptr),
      batch_(database.path()) {}

awaitable<HeadResult> HeadLook::run() {
    if (bookkeeping_.standing(organisation_).normalisation != normalisation_)
        co_return std::move(result_);
    client_.reset_counters();
    reader_.start_interval(PageReader::no_interval, bookkeeping_.rejected(organisation_));
    reader_.start_attempt();
    co_await read_pages();
    auto found_again = [&](const model::Missing& one) { return ledger_.ids().contains(one.connector_id); };
    bool anything =
        batch_.has_documents() || std::ranges::any_of(bookkeeping_.missing(organisation_), found_again);
    if (anything && !result_.cancelled)
        co_await apply();
    co_return std::move(result_);
}

awaitable<void> HeadLook::read_pages() {
    std::string cursor;
    do {
        auto response = co_await client_.page(cursor);
        if (!response) {
            result_.reason = response.error().message;
            result_.cancelled = response.error().code == errc::cancelled;
            co_return;
        }
        auto page = reader_.split(response->body, batch_);
        Result<std::string> next = std::string();
        if (page && !page->next.empty())
            next = client_.cursor_of(page->next);
        if (!page || !next) {
            result_.reason = page ? next.error().message : page.error().message;
            co_return;
        }
        ++pages_;
        ledger_.page(page->total_count, page->elements.size(), *next);
        reader_.read(*page, ledger_, batch_);
        cursor = std::move(*next);
    } while (ledger_.wants_more() && !reader_.met_known() && batch_.bytes() < commit_batch_);
}

awaitable<void> HeadLook::apply() {
    while (!database_.try_begin()) {
        bool go_on = co_await clock_.sleep(std::chrono::milliseconds{100});
        if (!go_on) {
            result_.cancelled = true;
            co_return;
        }
    }
    memory_ = {};
    store::Transaction transaction(database_);
    store::Act act{organisation_, {}, clock_.wall()};
    act.walk_id = bookkeeping_.start_walk(organisation_, act.time);
    ledger_.ids().for_each([&](std::string_view id) { bookkeeping_.listed(organisation_, id); });
    batch_.write(act, PageReader::no_interval, mirror_, bookkeeping_);
    for (const auto& [where, count] : reader_.drift().notes())
        bookkeeping_.drift(where.first, where.second, count, act.time);
    result_.tally = mirror_.take_tally();
    bookkeeping_.add_to_walk(*act.walk_id, result_.tally);
    bookkeeping_.set_sweep_due(organisation_, true);
    bookkeeping_.count_connectors(organisation_);
    store::WalkReport report;
    report.outcome = "incomplete";
    report.pages = pages_;
    report.requests = static_cast<std::int64_t>(client_.counters().requests);
    report.bytes_received = client_.counters().bytes_received;
    report.connectors_seen = static_cast<std::int64_t>(ledger_.ids().size());
    report.total_count = ledger_.total_count();
    report.missing = bookkeeping_.missing_count(organisation_);
    bookkeeping_.finish_walk(*act.walk_id, report, act.time);
    transaction.commit();
}

} // namespace versori::sync
