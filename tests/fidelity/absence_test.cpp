#include "daemon/fidelity/absence.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace versori::fidelity {
namespace {

using namespace std::chrono_literals;
using enum Answer;

const model::Time now = std::chrono::sys_days{std::chrono::year{2025} / 6 / 1} + 12h;

Missing missing(std::string id, int settled_absences = 0, std::string owner = "O") {
    return {std::move(id), std::move(owner), now - 24h, now - 1h, settled_absences, "", {}, false};
}

Missing known_since(std::string id, std::chrono::microseconds age) {
    Missing out = missing(std::move(id));
    out.first_seen = now - age;
    return out;
}

Missing answered(Missing one, std::string answer) {
    one.last_answer = std::move(answer);
    one.asked_at = now - 5min;
    return one;
}

Missing rejected(Missing one) {
    one.rejected = true;
    return one;
}

// Get Connector's answers: by id, or by `control OWNER`; what is not here is not listed at all.
using Platform = std::map<std::string, Answer>;

// Asks until there is no more question. Returns `a b !O`: what was asked, controls with their owner.
std::string ask(Inquiry& inquiry, const Platform& platform) {
    std::string asked;
    while (auto question = inquiry.next()) {
        asked +=
            (asked.empty() ? "" : " ") + (question->control ? "!" + question->owner : question->connector_id);
        auto answer =
            platform.find(question->control ? "control " + question->owner : question->connector_id);
        if (answer == platform.end() && question->control)
            inquiry.no_control(*question);
        else
            inquiry.answer(*question, answer == platform.end() ? no_answer : answer->second, "so");
        REQUIRE(asked.size() < 1000);
    }
    return asked;
}

std::string deleted(const Inquiry& inquiry) {
    std::string out;
    for (const Deletion& one : inquiry.deletions())
        out += (out.empty() ? "" : " ") + one.connector_id + ":" + std::string(one.evidence);
    return out;
}

TEST_CASE("absence: what is asked, and what goes on which evidence") {
    struct Case {
        std::string_view name;
        std::vector<Missing> missing;
        Platform platform;
        const char *asked, *deleted;
    };
    const Case cases[] = {
        {"nothing is missing", {}, {}, "", ""},
        {"404, and then 200 for a listed one",
         {missing("a")},
         {{"a", gone}, {"control O", exists}},
         "a !O",
         "a:not_found"},
        {"404 to all", {missing("a")}, {{"a", gone}, {"control O", gone}}, "a !O", ""},
        {"404 to all, two settled walks",
         {missing("a", 2)},
         {{"a", gone}, {"control O", gone}},
         "a !O",
         "a:two_walks"},
        {"404, no listed connector of that owner", {missing("a", 1)}, {{"a", gone}}, "a !O", ""},
        {"404, none listed, two settled walks", {missing("a", 2)}, {{"a", gone}}, "a !O", "a:two_walks"},
        {"404, the control is overloaded",
         {missing("a", 1)},
         {{"a", gone}, {"control O", overloaded}},
         "a !O",
         ""},
        {"200: it exists", {missing("a", 1)}, {{"a", exists}}, "a", ""},
        {"200 and two settled walks: it left the list",
         {missing("a", 2)},
         {{"a", exists}},
         "a",
         "a:unlisted"},
        {"403: nothing is known", {missing("a", 2)}, {{"a", no_answer}, {"control O", exists}}, "a !O", ""},
        {"403 to all, two settled walks",
         {missing("a", 2)},
         {{"a", no_answer}, {"control O", no_answer}},
         "a !O",
         "a:two_walks"},
        {"5xx: nothing is known, not even by two walks", {missing("a", 2)}, {{"a", overloaded}}, "a", ""},
        {"one control for all of one owner",
         {missing("a"), missing("b")},
         {{"a", gone}, {"b", gone}, {"control O", exists}},
         "a b !O",
         "a:not_found b:not_found"},
        {"a control for each owner",
         {missing("a", 0, "O"), missing("b", 0, "P"), missing("c", 0, "O")},
         {{"a", gone}, {"b", gone}, {"c", gone}, {"control O", exists}},
         "a b c !O !P",
         "a:not_found c:not_found"},
        {"an owner whose connectors all exist needs none",
         {missing("a", 0, "O"), missing("b", 0, "P")},
         {{"a", exists}, {"b", gone}, {"control P", exists}},
         "a b !P",
         "b:not_found"},
        {"a 5xx ends the asking; what was answered counts",
         {missing("a"), missing("b"), missing("c")},
         {{"a", gone}, {"b", overloaded}, {"c", gone}, {"control O", exists}},
         "a b !O",
         "a:not_found"},
        {"known for less than a minute",
         {known_since("a", 59s), known_since("b", 60s)},
         {{"a", gone}, {"b", gone}, {"control O", exists}},
         "a b !O",
         "b:not_found"},
        {"one that a person keeps is not asked and does not go",
         {rejected(missing("a", 2)), missing("b")},
         {{"a", gone}, {"b", gone}, {"control O", exists}},
         "b !O",
         "b:not_found"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Inquiry inquiry(one.missing, {}, now);
        CHECK(ask(inquiry, one.platform) == one.asked);
        CHECK(deleted(inquiry) == one.deleted);
    }
}

TEST_CASE("absence: without confirmation nothing is asked, and two settled walks are needed") {
    Inquiry inquiry(
        {missing("a", 1), missing("b", 2), rejected(missing("c", 2)), answered(missing("d", 2), "200")},
        {false, 50}, now);
    CHECK(ask(inquiry, {}) == "");
    CHECK(deleted(inquiry) == "b:two_walks d:two_walks");
    CHECK(inquiry.evidence() == "two_walks: confirmation is switched off");
}

TEST_CASE("absence: asked in the order in which they went missing, the asked ones last, so many a walk") {
    auto since = [](std::string id, std::chrono::minutes ago) {
        Missing out = missing(std::move(id));
        out.since = now - ago;
        return out;
    };
    auto asked = [](Missing one, std::chrono::minutes ago) {
        one.asked_at = now - ago;
        return one;
    };
    Inquiry inquiry({since("new", 1min), since("old", 90min), asked(since("oldest", 600min), 5min),
                     asked(since("before", 600min), 20min), since("middle", 10min)},
                    {true, 4}, now);
    CHECK(ask(inquiry, {{"old", exists}, {"before", exists}, {"middle", exists}, {"oldest", exists}}) ==
          "old before middle oldest");
}

TEST_CASE("absence: those that always answer 500 do not keep others from being asked") {
    std::vector<Missing> line;
    Platform platform{{"gone", gone}, {"control O", exists}};
    for (int i = 0; i < 50; ++i) {
        line.push_back(missing("500-" + std::to_string(i)));
        line.back().since = now - 2h;
        platform[line.back().connector_id] = overloaded;
    }
    line.push_back(missing("gone"));
    int walks = 0;
    for (; walks < 100; ++walks) {
        Inquiry inquiry(line, {}, now + std::chrono::minutes(5 * walks));
        ask(inquiry, platform);
        if (deleted(inquiry) == "gone:not_found")
            break;
        REQUIRE(deleted(inquiry) == "");
        line = inquiry.missing();
    }
    CHECK(walks == 50);
}

TEST_CASE("absence: a 404 followed by a 500 at each walk still goes") {
    Inquiry inquiry({missing("a"), missing("b")}, {}, now);
    ask(inquiry, {{"a", gone}, {"b", overloaded}, {"control O", exists}});
    CHECK(deleted(inquiry) == "a:not_found");
}

TEST_CASE("absence: an answer of an earlier walk") {
    struct Case {
        std::string_view name;
        Missing missing;
        const char* deleted;
    };
    const Case cases[] = {
        {"200, and absent twice since", answered(missing("a", 2), "200"), "a:unlisted"},
        {"200, absent once", answered(missing("a", 1), "200"), ""},
        {"404 is no evidence without its control afterwards", answered(missing("a", 2), "404"), ""},
        {"never asked", missing("a", 2), ""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Inquiry inquiry({one.missing}, {true, 0}, now);
        CHECK(ask(inquiry, {}) == "");
        CHECK(deleted(inquiry) == one.deleted);
    }
}

TEST_CASE("absence: an earlier 200 does not outlive another answer of this walk") {
    Inquiry inquiry({answered(missing("a", 2), "200")}, {}, now);
    ask(inquiry, {{"a", overloaded}});
    CHECK(deleted(inquiry) == "");
}

TEST_CASE("absence: answers are kept with the missing") {
    Inquiry inquiry({missing("a"), missing("b")}, {true, 1}, now);
    auto question = inquiry.next();
    REQUIRE(question);
    CHECK(question->connector_id == "a");
    CHECK(question->owner == "O");
    inquiry.answer(*question, no_answer, "403");
    CHECK(inquiry.missing()[0].last_answer == "403");
    CHECK(inquiry.missing()[0].asked_at == now);
    CHECK(inquiry.missing()[1].last_answer == "");
    CHECK_FALSE(inquiry.missing()[1].asked_at);
}

TEST_CASE("absence: which evidence an organisation lives on is said in a sentence") {
    struct Case {
        std::string_view name;
        Platform platform;
        const char* expected;
    };
    const Case cases[] = {
        {"good",
         {{"a", gone}, {"control O", exists}},
         "not_found: Get Connector answers for listed connectors"},
        {"bad",
         {{"a", gone}, {"control O", gone}},
         "two_walks: Get Connector answered so for a listed connector"},
        {"none listed", {{"a", gone}}, "two_walks: no connector of organisation O is listed"},
        {"no control needed", {{"a", exists}}, ""},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Inquiry inquiry({missing("a")}, {}, now);
        ask(inquiry, one.platform);
        CHECK(inquiry.evidence() == one.expected);
    }
}

} // namespace
} // namespace versori::fidelity
