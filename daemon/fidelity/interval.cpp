#include "daemon/fidelity/interval.hpp"

#include <utility>

namespace versori::fidelity {

bool Interval::repeat(const Ledger& ledger, const Verdict& verdict, std::string list) {
    ++attempts_;
    listed_.merge(ledger.ids());
    if (verdict.settled())
        return false;
    if (!verdict.complete()) {
        last_list_.reset();
        return verdict.moved && attempts_ < settle_attempts_;
    }
    bool same = last_list_ == list && last_total_ == ledger.total_count();
    platform_miscounts_ = same && verdict.miscounted;
    last_list_ = std::move(list);
    last_total_ = ledger.total_count();
    return !same && attempts_ < settle_attempts_;
}

} // namespace versori::fidelity
