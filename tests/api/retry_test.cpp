#include "daemon/api/retry.hpp"

#include <doctest/doctest.h>

using namespace versori;
using namespace versori::api;
using namespace std::chrono_literals;
using Action = Decision::Action;

namespace {

const auto noon = *model::parse_time("2026-07-01T12:00:00Z");

Decision after_status(unsigned status, Standing standing = {}) {
    return decide({.status = status}, standing, {});
}

Decision after_failure(errc failure, Standing standing = {}) {
    return decide({.failure = failure}, standing, {});
}

Decision asked(const char* retry_after, Standing standing) {
    return decide({.status = 429, .retry_after = retry_after}, standing, {});
}

} // namespace

TEST_CASE("what each status leads to") {
    struct Row {
        unsigned status;
        Action action;
        errc code;
    };
    const Row rows[] = {
        {200, Action::accept, {}},
        {204, Action::give_up, errc::bad_status},
        {301, Action::give_up, errc::bad_status},
        {307, Action::give_up, errc::bad_status},
        {400, Action::smaller, errc::bad_status},
        {401, Action::give_up, errc::denied},
        {403, Action::give_up, errc::denied},
        {404, Action::give_up, errc::not_found},
        {407, Action::give_up, errc::bad_status},
        {408, Action::retry, errc::bad_status},
        {409, Action::give_up, errc::bad_status},
        {410, Action::give_up, errc::gone},
        {413, Action::smaller, errc::bad_status},
        {414, Action::give_up, errc::bad_status},
        {422, Action::give_up, errc::bad_status},
        {425, Action::retry, errc::bad_status},
        {429, Action::retry, errc::bad_status},
        {500, Action::retry, errc::bad_status},
        {501, Action::give_up, errc::bad_status},
        {502, Action::retry, errc::bad_status},
        {503, Action::retry, errc::bad_status},
        {504, Action::retry, errc::bad_status},
        {505, Action::give_up, errc::bad_status},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        auto decision = after_status(row.status, {.page_size = 100, .now = noon});
        CHECK(decision.action == row.action);
        if (row.action != Action::accept)
            CHECK(decision.code == row.code);
    }
}

TEST_CASE("what each failure of the transport leads to") {
    struct Row {
        errc failure;
        Action action;
    };
    const Row rows[] = {
        {errc::cancelled, Action::give_up}, {errc::timeout, Action::retry},
        {errc::resolve, Action::retry},     {errc::connect, Action::retry},
        {errc::tls, Action::give_up},       {errc::proxy, Action::give_up},
        {errc::bad_http, Action::give_up},  {errc::connection_lost, Action::retry},
        {errc::too_large, Action::smaller},
    };
    for (const auto& row : rows) {
        auto decision = after_failure(row.failure, {.page_size = 100, .now = noon});
        CAPTURE(error_category().message(int(row.failure)));
        CHECK(decision.action == row.action);
        CHECK(decision.code == row.failure);
    }
}

TEST_CASE("a page of one cannot be smaller, and Get Connector has no size") {
    for (int size : {1, 0}) {
        CHECK(after_status(400, {.page_size = size, .now = noon}).action == Action::give_up);
        CHECK(after_status(413, {.page_size = size, .now = noon}).action == Action::give_up);
        CHECK(after_failure(errc::too_large, {.page_size = size, .now = noon}).action == Action::give_up);
    }
    CHECK(after_status(400, {.page_size = 2, .now = noon}).action == Action::smaller);
}

TEST_CASE("the pause doubles, is jittered over its whole length, and ends at the maximum") {
    struct Row {
        std::string name;
        int retries;
        double random;
        milliseconds delay;
    };
    const Row rows[] = {
        {"first, lucky", 0, 0.0, 0ms},
        {"first, middle", 0, 0.5, 250ms},
        {"second", 1, 0.5, 500ms},
        {"third", 2, 0.5, 1s},
        {"sixth", 5, 0.5, 8s},
        {"seventh, still doubling", 6, 0.5, 16s},
        {"eighth, at the maximum", 7, 0.5, 30s},
        {"much later", 5000, 0.5, 30s},
    };
    Limits limits{.retry_limit = 10'000};
    Outcome outcome{.failure = errc::timeout};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto decision = decide(outcome, {.retries = row.retries, .now = noon, .random = row.random}, limits);
        CHECK(decision.action == Action::retry);
        CHECK(decision.delay == row.delay);
    }
}

TEST_CASE("retries end at their limit") {
    CHECK(after_status(503, {.retries = 5, .now = noon}).action == Action::retry);
    CHECK(after_status(503, {.retries = 6, .now = noon}).action == Action::give_up);
    auto none = decide({.failure = errc::timeout}, {.now = noon}, {.retry_limit = 0});
    CHECK(none.action == Action::give_up);
    CHECK(none.code == errc::timeout);
}

TEST_CASE("retries end at the deadline") {
    CHECK(after_status(503, {.left = 251ms, .now = noon, .random = 0.5}).action == Action::retry);
    CHECK(after_status(503, {.left = 250ms, .now = noon, .random = 0.5}).action == Action::give_up);
    CHECK(after_status(503, {.left = 0ms, .now = noon}).action == Action::give_up);
}

TEST_CASE("Retry-After is a floor under the pause") {
    CHECK(asked("7", {.now = noon, .random = 0.5}).delay == 7s);
    CHECK(asked("0", {.now = noon, .random = 0.5}).delay == 250ms);
    CHECK(asked("3", {.retries = 5, .now = noon, .random = 0.5}).delay == 8s);
    CHECK(asked("300", {.now = noon}).delay == 300s);
    CHECK(asked("Wed, 01 Jul 2026 12:01:00 GMT", {.now = noon}).delay == 60s);

    auto too_long = asked("3600", {.left = 30min, .now = noon});
    CHECK(too_long.action == Action::give_up);
    CHECK(too_long.asked == 3600s);
}

TEST_CASE("Retry-After on an answer that is not retried changes nothing") {
    auto decision = decide({.status = 403, .retry_after = "5"}, {.now = noon}, {});
    CHECK(decision.action == Action::give_up);
    CHECK_FALSE(decision.asked);
}

TEST_CASE("Retry-After is read in both forms") {
    struct Row {
        std::string name;
        const char* header;
        const char* date;
        std::optional<milliseconds> wait;
    };
    const Row rows[] = {
        {"seconds", "120", "", 120s},
        {"zero", "0", "", 0s},
        {"blanks around", " 5\t", "", 5s},
        {"leading zeros", "007", "", 7s},
        {"absurdly many", "99999999999999999999999999", "", 24h * 365},
        {"IMF-fixdate", "Wed, 01 Jul 2026 12:00:30 GMT", "", 30s},
        {"RFC 850", "Wednesday, 01-Jul-26 12:00:30 GMT", "", 30s},
        {"asctime", "Wed Jul  1 12:00:30 2026", "", 30s},
        {"past", "Wed, 01 Jul 2026 11:00:00 GMT", "", 0s},
        {"far", "Wed, 01 Jul 2099 11:00:00 GMT", "", 24h * 365},
        {"counts from Date", "Wed, 01 Jul 2026 15:00:10 GMT", "Wed, 01 Jul 2026 15:00:00 GMT", 10s},
        {"Date unreadable", "Wed, 01 Jul 2026 12:00:10 GMT", "today", 10s},
        {"Date is no matter to seconds", "3", "Wed, 01 Jul 2026 15:00:00 GMT", 3s},
        {"missing", "", "", {}},
        {"negative", "-5", "", {}},
        {"fraction", "1.5", "", {}},
        {"unit", "5s", "", {}},
        {"word", "soon", "", {}},
        {"two values", "5, 10", "", {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK((retry_after(row.header, row.date, noon) == row.wait));
    }
}

TEST_CASE("the ladder of pauses after failed walks") {
    CHECK(ladder(0) == 0min);
    CHECK(ladder(1) == 1min);
    CHECK(ladder(2) == 5min);
    CHECK(ladder(3) == 30min);
    CHECK(ladder(1000) == 30min);
}
