#include "tests/fault/told.hpp"

#include <limits>
#include <map>
#include <utility>

namespace versori::fault {

Told Told::until(std::size_t moment) const {
    Told out;
    for (const One& one : all_)
        if (one.moment <= moment)
            out.add(one);
    return out;
}

Told Told::past() const {
    Told out = *this;
    for (One& one : out.all_)
        one.moment = 0;
    return out;
}

std::string Told::lines(const std::string& delivery) const {
    std::string out;
    for (const One& one : all_)
        if (one.delivery == delivery)
            (out += one.line) += '\n';
    return out;
}

std::string Told::contradiction(store::Outbox& outbox) const {
    std::map<std::int64_t, std::string> table;
    std::string mirror_id = outbox.extent().mirror_id;
    constexpr auto all = std::numeric_limits<std::int64_t>::max();
    for (const model::ChangeRecord& record : outbox.read(0, all, all, all))
        table[record.seq] = model::json_line(record);
    for (const One& one : all_) {
        if (one.mirror_id != mirror_id)
            continue;
        auto here = table.find(one.seq);
        if (here == table.end())
            return "record " + std::to_string(one.seq) + " was told to the " + one.delivery +
                   " and is not in the mirror";
        if (here->second != one.line)
            return "record " + std::to_string(one.seq) + " was told to the " + one.delivery + " as " +
                   one.line + ", in the mirror it is " + here->second;
    }
    return {};
}

Noted::Noted(std::string name, std::unique_ptr<emit::Delivery> inner, Told& told,
             std::function<std::size_t()> moment)
    : name_(std::move(name)), inner_(std::move(inner)), told_(told), moment_(std::move(moment)) {}

emit::Located Noted::locate() {
    return inner_ ? inner_->locate() : emit::Located{};
}

emit::Taken Noted::take(std::span<const model::ChangeRecord> records) {
    emit::Taken taken = inner_ ? inner_->take(records) : emit::Taken{records.size(), {}};
    for (const model::ChangeRecord& record : records.first(taken.count))
        told_.add({moment_(), name_, record.mirror_id, record.seq, model::json_line(record)});
    return taken;
}

void Noted::reopen() {
    if (inner_)
        inner_->reopen();
}

} // namespace versori::fault
