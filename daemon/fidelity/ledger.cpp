#include "daemon/fidelity/ledger.hpp"

#include <utility>

namespace versori::fidelity {
namespace {

std::string text(std::optional<std::int64_t> count) {
    return count ? std::to_string(*count) : "none";
}

} // namespace

void Ledger::unsettle(std::string why) {
    if (unsettled_because_.empty())
        unsettled_because_ = std::move(why);
}

void Ledger::page(std::optional<std::int64_t> total_count, std::size_t elements, std::string_view next) {
    if (first_page_)
        total_ = total_count;
    else if (total_ != total_count)
        unsettle("the total went from " + text(total_) + " to " + text(total_count) + " during the walk");
    if (!total_count)
        unsettle("the platform gave no total");
    first_page_ = false;
    ended_ = next.empty();
    if (ended_)
        return;
    if (elements == 0) {
        failed("a page had neither connectors nor an end");
        moved_ = true;
    } else if (!cursors_.insert(next)) {
        failed("the same cursor came twice");
        moved_ = true;
    }
}

bool Ledger::listed(std::string_view connector_id) {
    if (ids_.insert(connector_id))
        return true;
    unsettle("connector " + std::string(connector_id) + " came twice");
    return false;
}

void Ledger::unreadable() {
    unsettle("an element of the list had no readable id");
}

void Ledger::stale(std::string_view connector_id) {
    stale_ = true;
    unsettle("connector " + std::string(connector_id) + " came older than it is known");
}

void Ledger::failed(std::string why) {
    if (!broken_)
        broken_because_ = std::move(why);
    broken_ = true;
}

void Ledger::refused(std::string why) {
    failed(std::move(why));
    moved_ = true;
}

Verdict Ledger::verdict() const {
    Verdict out;
    out.stale = stale_;
    if (broken_ || !ended_) {
        out.moved = moved_;
        out.reason = broken_ ? broken_because_ : "the walk was not finished";
        return out;
    }
    out.outcome = Verdict::Outcome::complete;
    out.reason = unsettled_because_;
    if (!out.reason.empty())
        return out;
    if (auto listed = static_cast<std::int64_t>(ids_.size()); listed != *total_) {
        out.miscounted = true;
        out.reason =
            std::to_string(listed) + " connectors were listed, the total says " + std::to_string(*total_);
        return out;
    }
    out.outcome = Verdict::Outcome::settled;
    return out;
}

} // namespace versori::fidelity
