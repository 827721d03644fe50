#include "daemon/cli/status_report.hpp"

#include <doctest/doctest.h>

namespace versori::cli {
namespace {

using namespace std::chrono_literals;

const model::Time now = *model::parse_time("2025-06-01T12:00:00Z");

store::Condition well() {
    store::Condition one;
    one.id = "01HF7YAT00000000000000ACME", one.name = "acme";
    one.state = "ok", one.state_since = now - 30h;
    one.connectors = 1204, one.total_count = 1204;
    one.first_attempt_at = now - 50h;
    one.last_attempt_at = one.last_complete_at = now - 2min;
    one.next_attempt_at = now + 3min;
    one.changes = 12;
    one.evidence = "not_found: Get Connector answers for listed connectors";
    one.interval = 5min;
    return one;
}

store::Condition denied() {
    store::Condition one;
    one.id = "01GLOBEX";
    one.state = "denied", one.state_since = now - 3h;
    one.state_reason = "the platform answered 401: the token is not valid";
    one.last_complete_at = now - 4h;
    one.next_attempt_at = now - 1s;
    one.connectors = 80;
    one.held_since = now - 5h, one.held_reason = "12 of 80 are missing", one.missing = 12;
    one.last_error = "GET /connectors: the platform answered 500", one.last_error_at = now - 26h;
    one.interval = 5min;
    return one;
}

TEST_CASE("status: a table, and below each row what else there is to say") {
    CHECK_EQ(
        status_text({now, {}, {well(), denied()}}, 0, false),
        "ORGANISATION  STATE   CONNECTORS  COMPLETE  NEXT WALK  CHANGES 24 H  HELD\n"
        "acme          ok           1,204   2 m ago     in 3 m            12     0\n"
        "    id          01HF7YAT00000000000000ACME\n"
        "    evidence    not_found: Get Connector answers for listed connectors\n"
        "01GLOBEX      denied          80   4 h ago        due             0    12\n"
        "    reason      denied for 3 h: the platform answered 401: the token is not valid\n"
        "    overdue     no complete walk for 4 h; there should be one every 5 m\n"
        "    held        deletions are held for 5 h: 12 of 80 are missing; see `versori-mirror deletions "
        "list`, then approve or reject\n"
        "    last error  1 d 2 h ago: GET /connectors: the platform answered 500\n");
}

TEST_CASE("status: an error that the reason begins with is not said twice") {
    auto one = denied();
    one.last_error = one.state_reason;
    one.state_reason += "; a new token in /t is noticed at once";
    auto text = status_text({now, {}, {one}}, 0, false);
    CHECK(text.find("the token is not valid; a new token") != text.npos);
    CHECK(text.find("last error") == text.npos);
}

TEST_CASE("status: on a narrow terminal a list, its sentences broken") {
    const std::string expected = R"(01GLOBEX
    state         denied
    connectors    80
    complete      4 h ago
    next walk     due
    changes 24 h  0
    held          12
    reason      denied for 3 h: the platform
                answered 401: the token is
                not valid
    overdue     no complete walk for 4 h;
                there should be one every 5
                m
    held        deletions are held for 5 h:
                12 of 80 are missing; see
                `versori-mirror deletions
                list`, then approve or
                reject
    last error  1 d 2 h ago: GET
                /connectors: the platform
                answered 500
)";
    CHECK_EQ(status_text({now, {}, {denied()}}, 44, false), expected);
}

TEST_CASE("status: colours, and a mirror without organisations") {
    auto one = well();
    one.name.clear(), one.id = "acme", one.evidence.clear();
    CHECK_EQ(status_text({now, {}, {one}}, 80, true),
             "ORGANISATION  STATE  CONNECTORS  COMPLETE  NEXT WALK  CHANGES 24 H  HELD\n"
             "acme          \033[32mok   \033[0m       1,204   2 m ago     in 3 m            12     0\n");
    CHECK_EQ(status_text({now, {}, {}}, 80, true), "The mirror has no organisation yet.\n");
}

TEST_CASE("status: healthy until three intervals have passed without a complete walk") {
    struct Case {
        const char* name;
        const char* state;
        std::optional<model::Time> complete, first_attempt;
        model::Time state_since;
        bool healthy;
    };
    const Case cases[] = {
        {"just now", "ok", now, now, now, true},
        {"exactly three intervals ago", "ok", now - 15min, now, now, true},
        {"longer ago", "ok", now - 15min - 1us, now, now, false},
        {"longer ago, denied", "denied", now - 1h, now, now, false},
        {"longer ago, not configured any more", "unconfigured", now - 1h, now, now, true},
        {"new", "new", {}, {}, now - 1min, true},
        {"new for long, and never tried", "new", {}, {}, now - 16min, false},
        {"failing since its first attempt", "failing", {}, now - 16min, now - 1min, false},
        {"failing, not long", "failing", {}, now - 14min, now - 1min, true},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        auto condition = well();
        condition.state = one.state;
        condition.last_complete_at = one.complete;
        condition.first_attempt_at = one.first_attempt;
        condition.state_since = one.state_since;
        CHECK_EQ(healthy(condition, now), one.healthy);
    }
    CHECK(healthy(Status{now, {}, {well()}}));
    CHECK_FALSE(healthy(Status{now, {}, {well(), denied()}}));
    CHECK(healthy(Status{now, {}, {}}));
}

TEST_CASE("status: the JSON is stable") {
    CHECK_EQ(status_json({now, {"m-1", 1, 1287}, {well(), denied()}}),
             R"({"time":"2025-06-01T12:00:00.000000Z","mirror_id":"m-1","newest_seq":1287,"healthy":false,)"
             R"("organisations":[{"organisation_id":"01HF7YAT00000000000000ACME","name":"acme","state":"ok",)"
             R"("state_reason":null,"state_since":"2025-05-31T06:00:00.000000Z","healthy":true,)"
             R"("connectors":1204,"total_count":1204,"last_complete_at":"2025-06-01T11:58:00.000000Z",)"
             R"("last_complete_age_seconds":120,"last_attempt_at":"2025-06-01T11:58:00.000000Z",)"
             R"("next_attempt_at":"2025-06-01T12:03:00.000000Z","interval_seconds":300,)"
             R"("consecutive_failures":0,"changes_24h":12,"missing":0,"held":0,"held_since":null,)"
             R"("held_reason":null,"last_error":null,"last_error_at":null,)"
             R"("evidence":"not_found: Get Connector answers for listed connectors"},)"
             R"({"organisation_id":"01GLOBEX","name":null,"state":"denied",)"
             R"("state_reason":"the platform answered 401: the token is not valid",)"
             R"("state_since":"2025-06-01T09:00:00.000000Z","healthy":false,"connectors":80,)"
             R"("total_count":null,"last_complete_at":"2025-06-01T08:00:00.000000Z",)"
             R"("last_complete_age_seconds":14400,"last_attempt_at":null,)"
             R"("next_attempt_at":"2025-06-01T11:59:59.000000Z","interval_seconds":300,)"
             R"("consecutive_failures":0,"changes_24h":0,"missing":12,"held":12,)"
             R"("held_since":"2025-06-01T07:00:00.000000Z","held_reason":"12 of 80 are missing",)"
             R"("last_error":"GET /connectors: the platform answered 500",)"
             R"("last_error_at":"2025-05-31T10:00:00.000000Z","evidence":null}]})"
             "\n");
}

TEST_CASE("status: ages") {
    CHECK(age(-1s) == "0 s");
    CHECK(age(59s) == "59 s");
    CHECK(age(60s) == "1 m");
    CHECK(age(3h + 5min) == "3 h 5 m");
    CHECK(age(48h) == "2 d");
    CHECK(age(98h) == "4 d 2 h");
}

} // namespace
} // namespace versori::cli
