#include "daemon/sync/walk.hpp"

#include "daemon/decode/digest.hpp"
#include "daemon/model/wiped.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <exception>
#include <utility>

namespace versori::sync {

using boost::asio::awaitable;
using fidelity::Answer;
using fidelity::Inquiry;
using Ending = WalkResult::Ending;

struct Walk::Attempt {
    std::int64_t walk_id = 0;
    fidelity::Ledger ledger;
    fidelity::Verdict verdict;
    std::string list; // stands for exactly the connectors listed; empty unless settled
    std::int64_t pages = 0;
    bool denied = false, cancelled = false;
};

namespace {

// The sum of the ids' digests: the same in whatever order they came.
std::string list_digest(const fidelity::IdSet& ids) {
    std::array<std::uint64_t, 2> sum{};
    ids.for_each([&](std::string_view id) {
        auto one = std::bit_cast<decltype(sum)>(decode::digest(id));
        sum[0] += one[0];
        sum[1] += one[1];
    });
    char out[2 * 16 + 1];
    std::snprintf(out, sizeof out, "%016" PRIx64 "%016" PRIx64, sum[0], sum[1]);
    return out;
}

store::Recording recording_for(const store::Standing& standing, const Normalisation& normalisation) {
    if (standing.normalisation.empty())
        return store::Recording::none;
    return standing.normalisation == normalisation.id ? store::Recording::all : store::Recording::no_updates;
}

} // namespace

Walk::Walk(WalkPlan plan, api::Client& client, api::Clock& clock, store::Database& database,
           const Normalisation& normalisation, PageMemory* memory)
    : plan_(std::move(plan)), client_(client), clock_(clock), database_(database), mirror_(database),
      bookkeeping_(database), normalisation_(normalisation),
      reader_(plan_.organisation, normalisation, database, mirror_, memory), interval_(plan_.settle_attempts),
      batch_(database.path()) {}

store::Act Walk::act(const Attempt& attempt) const {
    return {plan_.organisation, attempt.walk_id, clock_.wall(), recording_for(standing_, normalisation_)};
}

awaitable<bool> Walk::begin() {
    while (!database_.try_begin()) {
        bool go_on = co_await clock_.sleep(std::chrono::milliseconds{100});
        if (!go_on)
            co_return false;
    }
    co_return true;
}

awaitable<WalkResult> Walk::run() {
    client_.set_deadline(clock_.now() + plan_.deadline);
    standing_ = bookkeeping_.standing(plan_.organisation);
    for (const model::Missing& one : bookkeeping_.missing(plan_.organisation))
        missing_.insert(one.connector_id);
    for (bool again = true; again;) {
        Attempt attempt;
        client_.reset_counters();
        bool begun = co_await begin();
        if (!begun) {
            result_.ending = Ending::cancelled;
            break;
        }
        {
            store::Transaction transaction(database_);
            attempt.walk_id = bookkeeping_.start_walk(plan_.organisation, clock_.wall());
            transaction.commit();
        }
        if (interval_id_ == 0) {
            interval_id_ = attempt.walk_id;
            reader_.start_interval(interval_id_, bookkeeping_.rejected(plan_.organisation));
        }
        reader_.start_attempt();
        result_.walk_id = attempt.walk_id;
        ++result_.attempts;

        co_await read_pages(attempt);
        attempt.verdict = attempt.ledger.verdict();
        if (attempt.verdict.complete())
            attempt.list = list_digest(attempt.ledger.ids());
        again = !attempt.cancelled && !attempt.denied &&
                interval_.repeat(attempt.ledger, attempt.verdict, attempt.list);
        if (!attempt.verdict.settled())
            attempt.list.clear();
        co_await end_attempt(attempt, !again);
        reader_.end_attempt(attempt.verdict.complete() && !attempt.cancelled);
        again = again && !attempt.cancelled;
    }
    client_.set_deadline(std::nullopt);
    co_return std::move(result_);
}

awaitable<void> Walk::read_pages(Attempt& attempt) {
    NextPage next(client_);
    std::exception_ptr broken;
    try {
        co_await next.ask("");
        do {
            auto response = co_await next.take();
            if (response)
                co_await read_page(attempt, response->body, next);
            else
                note_failure(attempt, response.error(), attempt.pages > 0);
        } while (attempt.ledger.wants_more() && !attempt.cancelled);
    } catch (...) {
        broken = std::current_exception();
    }
    co_await next.drop();
    model::forget();
    if (broken)
        std::rethrow_exception(broken);
}

void Walk::note_failure(Attempt& attempt, const Failure& failure, bool with_cursor) {
    bool refused = failure.code == errc::denied || failure.code == errc::not_found;
    attempt.cancelled = failure.code == errc::cancelled;
    attempt.denied = refused && !with_cursor;
    if ((refused || failure.code == errc::gone) && with_cursor)
        attempt.ledger.refused(failure.message);
    else
        attempt.ledger.failed(failure.message);
}

awaitable<void> Walk::read_page(Attempt& attempt, const std::string& body, NextPage& next) {
    std::string name = "page " + std::to_string(attempt.pages + 1) + ": ";
    auto page = reader_.split(body, batch_);
    if (!page) {
        attempt.ledger.failed(name + page.error().message);
        co_return;
    }
    Result<std::string> cursor = std::string();
    if (!page->next.empty())
        cursor = client_.cursor_of(page->next);
    ++attempt.pages;
    attempt.ledger.page(page->total_count, page->elements.size(), cursor ? *cursor : std::string());
    if (!cursor)
        attempt.ledger.failed(name + cursor.error().message);
    if (attempt.ledger.wants_more())
        co_await next.ask(*cursor);
    co_await end_missing(attempt, *page);
    if (attempt.cancelled)
        co_return;
    reader_.read(*page, attempt.ledger, batch_);
    result_.progress = {attempt.pages, static_cast<std::int64_t>(attempt.ledger.ids().size()),
                        page->total_count, client_.counters().bytes_received};
    if (on_progress_)
        on_progress_(result_.progress);
}

// What the page lists is not missing any more, whatever becomes of the walk.
awaitable<void> Walk::end_missing(Attempt& attempt, const decode::Page& page) {
    std::vector<std::string_view> found_again;
    if (!missing_.empty())
        for (const decode::Element& element : page.elements)
            if (auto found = missing_.find(element.id); found != missing_.end()) {
                missing_.erase(found);
                found_again.push_back(element.id);
            }
    if (found_again.empty())
        co_return;
    bool begun = co_await begin();
    if (!begun) {
        attempt.cancelled = true;
        co_return;
    }
    store::Transaction transaction(database_);
    for (std::string_view id : found_again)
        bookkeeping_.listed(plan_.organisation, id);
    transaction.commit();
}

// What is more than a batch is written in several, in the order of the keys; others may write in between.
awaitable<void> Walk::write_all_but_the_last(Attempt& attempt) {
    while (batch_.bytes() > plan_.commit_batch && !attempt.cancelled) {
        bool begun = co_await begin();
        if (begun) {
            store::Transaction transaction(database_);
            batch_.write_some(act(attempt), plan_.commit_batch, mirror_);
            add_tally(attempt);
            transaction.commit();
        }
        bool go_on = co_await clock_.sleep(std::chrono::milliseconds{0});
        attempt.cancelled = !begun || !go_on;
    }
}

void Walk::add_tally(Attempt& attempt) {
    store::Tally tally = mirror_.take_tally();
    bookkeeping_.add_to_walk(attempt.walk_id, tally);
    if (tally.rows() > 0 && !standing_.sweep_due) {
        bookkeeping_.set_sweep_due(plan_.organisation, true);
        standing_.sweep_due = true;
    }
    result_.tally += tally;
}

awaitable<void> Walk::end_attempt(Attempt& attempt, bool last) {
    if (attempt.cancelled) {
        result_.ending = Ending::cancelled;
        if (!database_.try_begin())
            co_return;
        store::Transaction transaction(database_);
        finish(attempt);
        transaction.commit();
        co_return;
    }
    if (attempt.verdict.complete())
        reader_.complete(batch_);
    bool judged = last && attempt.verdict.counts_absences();
    std::optional<Inquiry> inquiry;
    std::optional<std::string> hold;
    if (judged) {
        std::int64_t rows = mirror_.connector_count(plan_.organisation);
        auto missing = absent(attempt, rows);
        hold = judge_guard(attempt, missing, rows);
        if (plan_.approve_deletions)
            hold.reset();
        if (hold || plan_.approve_deletions) {
            inquiry.emplace(std::move(missing), Inquiry::Settings{plan_.inquiry.confirm, 0}, clock_.wall());
        } else {
            inquiry.emplace(std::move(missing), plan_.inquiry, clock_.wall());
            co_await inquire(*inquiry, attempt);
        }
    }
    co_await write_all_but_the_last(attempt);
    bool begun = !attempt.cancelled && co_await begin();
    if (!begun) {
        attempt.cancelled = true;
        result_.ending = Ending::cancelled;
        co_return;
    }
    store::Transaction transaction(database_);
    batch_.write(act(attempt), interval_id_, mirror_, bookkeeping_);
    if (judged)
        conclude(attempt, *inquiry, hold);
    if (last)
        settle_accounts(attempt);
    finish(attempt);
    transaction.commit();
}

std::vector<model::Missing> Walk::absent(const Attempt& attempt, std::int64_t rows) {
    std::vector<model::Missing> out = bookkeeping_.missing(plan_.organisation);
    std::set<std::string, std::less<>> known;
    auto listed = [&](std::string_view id) {
        return attempt.ledger.ids().contains(id) || interval_.listed_before(id);
    };
    std::erase_if(out, [&](const model::Missing& one) { return listed(one.connector_id); });
    for (const model::Missing& one : out)
        known.insert(one.connector_id);
    std::vector<std::string> fresh;
    if (reader_.rows_listed() != rows)
        mirror_.for_each_connector(plan_.organisation, [&](std::string_view id) {
            if (!listed(id) && !known.contains(id))
                fresh.emplace_back(id);
        });
    for (const std::string& id : fresh)
        out.push_back(bookkeeping_.missing_from(plan_.organisation, id, clock_.wall()));

    bool same_list = attempt.verdict.settled() && attempt.list == standing_.settled_list;
    for (model::Missing& one : out)
        one.settled_absences = !attempt.verdict.settled() ? 0 : same_list ? one.settled_absences + 1 : 1;
    return out;
}

std::optional<std::string> Walk::judge_guard(const Attempt& attempt,
                                             const std::vector<model::Missing>& missing, std::int64_t rows) {
    fidelity::GuardFacts facts;
    facts.rows = rows;
    facts.missing = std::ranges::count(missing, false, &model::Missing::rejected);
    model::Time day_ends = standing_.held ? standing_.held_since : clock_.wall();
    facts.deleted_in_a_day = mirror_.deleted_since(plan_.organisation, day_ends - std::chrono::hours{24});
    facts.listed = static_cast<std::int64_t>(attempt.ledger.ids().size());
    if (!standing_.scope.empty() && standing_.scope != plan_.scope)
        facts.rescoped = "it was " + standing_.scope + ", it is " + plan_.scope;
    return fidelity::hold_reason(plan_.guard, facts);
}

awaitable<void> Walk::inquire(Inquiry& inquiry, Attempt& attempt) {
    for (auto question = inquiry.next(); question && !attempt.cancelled; question = inquiry.next()) {
        if (question->control) {
            auto listed =
                bookkeeping_.listed_of(plan_.organisation, question->owner, [&](std::string_view id) {
                    return attempt.ledger.ids().contains(id);
                });
            if (!listed) {
                inquiry.no_control(*question);
                continue;
            }
            question->connector_id = std::move(*listed);
        }
        co_await ask(inquiry, *question, attempt);
    }
}

awaitable<void> Walk::ask(Inquiry& inquiry, const Inquiry::Question& question, Attempt& attempt) {
    auto response = co_await client_.connector(question.connector_id);
    if (!response) {
        attempt.cancelled = response.error().code == errc::cancelled;
        inquiry.answer(question, Answer::overloaded,
                       error_category().message(static_cast<int>(response.error().code)));
        co_return;
    }
    std::string status = std::to_string(response->status);
    Answer answer = Answer::no_answer;
    if (response->status == 200) {
        if (reader_.read_single(response->body, question.connector_id, question.control, batch_))
            answer = Answer::exists;
        else
            status += " with a body that is not this connector";
    } else if (response->status == 404) {
        if (decode::parse_error_body(response->body))
            answer = Answer::gone;
        else
            status += " without the platform's error object";
    } else if (response->status == 429 || response->status >= 500) {
        answer = Answer::overloaded;
    }
    inquiry.answer(question, answer, std::move(status));
}

void Walk::conclude(Attempt& attempt, const Inquiry& inquiry, const std::optional<std::string>& hold) {
    store::Act act = this->act(attempt);
    std::set<std::string, std::less<>> kept; // a person said so, perhaps while this walk asked
    for (const model::Missing& one : bookkeeping_.missing(plan_.organisation))
        if (one.rejected)
            kept.insert(one.connector_id);
    for (const model::Missing& one : inquiry.missing())
        if (mirror_.known(plan_.organisation, one.connector_id))
            bookkeeping_.set_missing(plan_.organisation, one);

    auto remove = [&](const std::string& id, std::string_view evidence) {
        if (kept.contains(id) || !mirror_.known(plan_.organisation, id))
            return;
        mirror_.remove(act, id, evidence);
    };
    if (plan_.approve_deletions)
        for (const model::Missing& one : inquiry.missing())
            remove(one.connector_id, "approved");
    else if (!hold)
        for (const fidelity::Deletion& deletion : inquiry.deletions())
            remove(deletion.connector_id, deletion.evidence);

    if (!inquiry.evidence().empty())
        bookkeeping_.set_evidence(plan_.organisation, inquiry.evidence());
    if (hold) {
        bookkeeping_.hold(plan_.organisation, *hold, act.time);
        result_.held_reason = *hold;
        result_.newly_held = !standing_.held;
    } else {
        bookkeeping_.release(plan_.organisation);
        if (standing_.scope != plan_.scope)
            bookkeeping_.set_scope(plan_.organisation, plan_.scope);
    }
    result_.missing = bookkeeping_.missing_count(plan_.organisation);
}

// The end of the interval: credentials that nothing refers to, the baseline, and the organisation's state.
void Walk::settle_accounts(Attempt& attempt) {
    store::Act act = this->act(attempt);
    const std::string& organisation = plan_.organisation;
    bookkeeping_.set_walked_scope(organisation, plan_.scope);
    add_tally(attempt);
    // A list that is settled and yet wrong, where something is missing, may lack the connector that gained
    // one.
    if (attempt.verdict.settled() && reader_.rejects() == 0 && standing_.sweep_due &&
        bookkeeping_.missing_count(organisation) == 0) {
        mirror_.sweep_credentials(act);
        bookkeeping_.set_sweep_due(organisation, false);
    }
    if (attempt.verdict.complete() && act.recording != store::Recording::all) {
        mirror_.baseline(act, plan_.baseline_rows && act.recording == store::Recording::none);
        bookkeeping_.set_normalisation(organisation, normalisation_.id);
        result_.baseline = true;
    }
    if (interval_.platform_miscounts())
        reader_.drift().note("$.totalCount", "differs from the connectors listed");
    result_.ending = attempt.denied               ? Ending::denied
                     : attempt.verdict.settled()  ? Ending::settled
                     : attempt.verdict.complete() ? Ending::complete
                                                  : Ending::incomplete;
    result_.reason = attempt.verdict.reason;
    result_.rejects = reader_.rejects();
    if (attempt.denied && !plan_.after_denial.empty())
        result_.reason += "; " + plan_.after_denial;
    bool complete = attempt.verdict.complete();
    std::string_view state = attempt.denied ? "denied" : complete ? "ok" : "failing";
    bookkeeping_.set_state(organisation, state, complete ? "" : result_.reason, act.time);
    if (plan_.next_attempt)
        bookkeeping_.set_next_attempt(
            organisation, plan_.next_attempt(complete, complete ? 0 : standing_.consecutive_failures + 1));
}

// The attempt's own row, and what it saw beside the connectors.
void Walk::finish(Attempt& attempt) {
    model::Time now = clock_.wall();
    for (const auto& [where, count] : reader_.drift().notes())
        if (bookkeeping_.drift(where.first, where.second, count, now))
            result_.surprises.push_back(where.first + ": " + where.second);
    reader_.drift().clear();
    add_tally(attempt);
    if (attempt.list != standing_.settled_list) {
        bookkeeping_.set_settled_list(plan_.organisation, attempt.list);
        standing_.settled_list = attempt.list;
    }
    const api::Counters& counters = client_.counters();
    store::WalkReport report;
    report.outcome = attempt.cancelled            ? "abandoned"
                     : attempt.verdict.settled()  ? "settled"
                     : attempt.verdict.complete() ? "complete"
                                                  : "incomplete";
    report.error = attempt.verdict.reason;
    report.pages = attempt.pages;
    report.requests = static_cast<std::int64_t>(counters.requests);
    report.retries = static_cast<std::int64_t>(counters.retries);
    report.bytes_received = counters.bytes_received;
    report.connectors_seen = static_cast<std::int64_t>(attempt.ledger.ids().size());
    report.total_count = attempt.ledger.total_count();
    report.missing = bookkeeping_.missing_count(plan_.organisation);
    bookkeeping_.finish_walk(attempt.walk_id, report, now);
    if (attempt.verdict.complete())
        bookkeeping_.completed(plan_.organisation, attempt.walk_id, attempt.ledger.total_count(), now);
}

} // namespace versori::sync
