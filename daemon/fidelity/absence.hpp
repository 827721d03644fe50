#pragma once

#include "daemon/model/missing.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versori::fidelity {

using model::Missing;

// Get Connector's answer, as far as it matters here.
enum class Answer {
    exists,     // 200 with a connector
    gone,       // 404 with the platform's error object
    overloaded, // 429, 5xx, or no answer at all: ends the asking
    no_answer,  // anything else, 403 included: proves nothing
};

struct Deletion {
    std::string connector_id;
    std::string_view evidence; // not_found, unlisted, two_walks
};

// Which of the missing are to be deleted, and on what evidence. Drives the questions: ask for `next`, put the
// answer in, until there is no next. No I/O of its own.
//
// A 404 alone proves nothing: a gateway, a lost route or lost rights answer so too. It is evidence once Get
// Connector has *afterwards* answered 200 for a connector of the same owner that this walk listed, the
// control. Where there is no such control, two settled
// walks in a row that listed exactly the same connectors are evidence: all of them existed together when a
// total was taken in between, and that total left room for no other. That assumes exact totals and no id that
// left and came back in between. Whatever the evidence, the mirror has to have known the connector for a
// minute: a replica that is behind says the same of one that is new.
class Inquiry {
public:
    struct Settings {
        bool confirm = true;
        std::size_t limit = 50;
    };

    Inquiry(std::vector<Missing> missing, Settings, model::Time now);

    struct Question {
        std::string connector_id;
        std::string owner;
        bool control = false; // connector_id is then empty: any connector of `owner` that this walk listed
    };
    // In the order in which they went missing, the longest unasked first; then the controls.
    std::optional<Question> next();

    void answer(const Question&, Answer, std::string text);
    void no_control(const Question&); // no connector of that owner was listed

    std::vector<Deletion> deletions() const;
    const std::vector<Missing>& missing() const { return missing_; } // with the answers

    // Which evidence this organisation lives on, and why, for a person; empty when nothing was asked.
    const std::string& evidence() const { return evidence_; }

private:
    struct Asked {
        std::size_t index;
        Answer answer;
    };

    std::vector<Missing> missing_;
    Settings settings_;
    model::Time now_;
    std::vector<std::size_t> queue_; // indices into missing_, not yet asked
    std::vector<Asked> asked_;
    std::vector<std::string> owners_; // whose control is still to be asked
    std::set<std::string, std::less<>> good_, bad_;
    std::string evidence_;
};

} // namespace versori::fidelity
