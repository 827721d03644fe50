#include "daemon/fidelity/absence.hpp"

#include <algorithm>

namespace versori::fidelity {
namespace {

constexpr auto known_for_long_enough = std::chrono::minutes(1);
constexpr int absences_that_prove = 2;

} // namespace

Inquiry::Inquiry(std::vector<Missing> missing, Settings settings, model::Time now)
    : missing_(std::move(missing)), settings_(settings), now_(now) {
    if (!settings_.confirm) {
        evidence_ = "two_walks: confirmation is switched off";
        return;
    }
    for (std::size_t i = 0; i < missing_.size(); ++i)
        if (!missing_[i].rejected)
            queue_.push_back(i);
    std::ranges::stable_sort(queue_, {},
                             [&](std::size_t i) { return missing_[i].asked_at.value_or(missing_[i].since); });
    queue_.resize(std::min(queue_.size(), settings_.limit));
    std::ranges::reverse(queue_);
}

std::optional<Inquiry::Question> Inquiry::next() {
    if (!queue_.empty()) {
        const Missing& one = missing_[queue_.back()];
        return Question{one.connector_id, one.owner, false};
    }
    if (!owners_.empty())
        return Question{"", owners_.front(), true};
    return {};
}

void Inquiry::answer(const Question& question, Answer answer, std::string text) {
    if (question.control) {
        owners_.erase(owners_.begin());
        bool good = answer == Answer::exists;
        (good ? good_ : bad_).insert(question.owner);
        evidence_ = good ? "not_found: Get Connector answers for listed connectors"
                         : "two_walks: Get Connector answered " + text + " for a listed connector";
        return;
    }
    std::size_t index = queue_.back();
    queue_.pop_back();
    missing_[index].last_answer = std::move(text);
    missing_[index].asked_at = now_;
    asked_.push_back({index, answer});
    if (answer == Answer::overloaded)
        queue_.clear();
    bool wants_control = answer == Answer::gone || answer == Answer::no_answer;
    if (wants_control && std::ranges::find(owners_, question.owner) == owners_.end())
        owners_.push_back(question.owner);
}

void Inquiry::no_control(const Question& question) {
    owners_.erase(owners_.begin());
    bad_.insert(question.owner);
    evidence_ = "two_walks: no connector of organisation " + question.owner + " is listed";
}

std::vector<Deletion> Inquiry::deletions() const {
    std::vector<Deletion> out;
    auto asked = [&](std::size_t index) { return std::ranges::find(asked_, index, &Asked::index); };
    for (std::size_t i = 0; i < missing_.size(); ++i) {
        const Missing& one = missing_[i];
        if (one.rejected || now_ - one.first_seen < known_for_long_enough)
            continue;
        bool absent_twice = one.settled_absences >= absences_that_prove;
        auto said = asked(i);
        bool gone = said != asked_.end() && said->answer == Answer::gone;
        bool exists = said != asked_.end() ? said->answer == Answer::exists : one.last_answer == "200";
        if (gone && good_.contains(one.owner))
            out.push_back({one.connector_id, "not_found"});
        else if (absent_twice && settings_.confirm && exists)
            out.push_back({one.connector_id, "unlisted"});
        else if (absent_twice && (!settings_.confirm || bad_.contains(one.owner)))
            out.push_back({one.connector_id, "two_walks"});
    }
    return out;
}

} // namespace versori::fidelity
