#include "daemon/fidelity/interval.hpp"

#include <utility>

namespace versori::fidelity {

bool Interval::repeat(const Ledger& ledger, const Verdict& verdict, std::string list) {
    ++attempts_;
    bool again = worth_repeating(ledger, verdict, std::move(list)) && attempts_ < settle_attempts_;
    if (again)
        listed_before_.merge(ledger.ids());
    return again;
}

bool Interval::worth_repeating(const Ledger& ledger, const Verdict& verdict, std::string list) {
    if (verdict.settled())
        return false;
    if (!verdict.complete()) {
        last_list_.reset();
        return verdict.moved;
    }
    bool same = last_list_ == list && last_total_ == ledger.total_count();
    platform_miscounts_ = same && verdict.miscounted;
    last_list_ = std::move(list);
    last_total_ = ledger.total_count();
    return !same;
}

} // namespace versori::fidelity
