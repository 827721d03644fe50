#include "daemon/api/client.hpp"

#include "tests/api/loopback.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <deque>

using namespace versori;
using namespace versori::api;
using namespace std::chrono_literals;
using loopback::run;
namespace asio = boost::asio;

namespace {

class HandClock final : public Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return time; }
    model::Time wall() const override {
        return noon + std::chrono::floor<std::chrono::microseconds>(time - start);
    }
    asio::awaitable<bool> sleep(milliseconds delay) override {
        pauses.push_back(delay);
        time += delay;
        co_return !stops;
    }

    const model::Time noon = *model::parse_time("2026-07-01T12:00:00Z");
    const std::chrono::steady_clock::time_point start{1000h};
    std::chrono::steady_clock::time_point time = start;
    std::vector<milliseconds> pauses;
    bool stops = false;
};

class ScriptedTransport final : public Transport {
public:
    explicit ScriptedTransport(HandClock& c) : clock(c) {}

    asio::awaitable<Result<Response>> send(Request request) override {
        requests.push_back(std::move(request));
        clock.time += latency;
        if (answers.empty())
            co_return Failure{errc::connect, "the script is over"};
        auto answer = answers.front();
        answers.pop_front();
        co_return answer;
    }

    void answer(unsigned status, std::string body = "", std::string retry_after = "") {
        answers.push_back(
            Response{.status = status, .retry_after = retry_after, .body = body, .bytes_received = 10});
    }
    void fail(errc code, std::string message) { answers.push_back(Failure{code, message}); }

    HandClock& clock;
    milliseconds latency{0};
    std::deque<Result<Response>> answers;
    std::vector<Request> requests;
};

std::optional<ErrorBody> read_error(std::string_view body) {
    if (!body.starts_with("error:"))
        return {};
    return ErrorBody{"oops", std::string(body.substr(6))};
}

struct World {
    explicit World(int page_size = 100, std::size_t max_page_bytes = 1000, double luck = 0.5)
        : client(
              transport, clock,
              {.endpoint = *parse_endpoint("https://p.example/v1"),
               .organisation_id = "org",
               .page_size = page_size,
               .max_page_bytes = max_page_bytes},
              [luck] { return luck; }, read_error) {
        client.authorize(model::Secret("Bearer tok-0123456789"));
    }

    Result<Response> page(const std::string& cursor = "") { return run(context, client.page(cursor)); }
    Result<Response> connector(const std::string& id) { return run(context, client.connector(id)); }

    asio::io_context context;
    HandClock clock;
    ScriptedTransport transport{clock};
    Client client;
};

} // namespace

TEST_CASE("a page is asked for with token, size and cursor") {
    World w;
    w.transport.answer(200, "{}");
    w.transport.answer(200, "{}");
    CHECK(w.page()->body == "{}");
    CHECK(w.page("a/b").has_value());
    REQUIRE(w.transport.requests.size() == 2);
    CHECK(w.transport.requests[0].target == "/v1/o/org/connectors?first=100");
    CHECK(w.transport.requests[0].authorization.value() == "Bearer tok-0123456789");
    CHECK_FALSE(w.transport.requests[0].time_limit);
    CHECK(w.transport.requests[1].target == "/v1/o/org/connectors?first=100&after=a%2Fb");
    CHECK(w.client.counters().requests == 2);
    CHECK(w.client.counters().retries == 0);
    CHECK(w.client.counters().bytes_received == 20);
    w.client.reset_counters();
    CHECK(w.client.counters().requests == 0);
}

TEST_CASE("what passes is waited out") {
    World w;
    w.transport.answer(503);
    w.transport.fail(errc::connection_lost, "p.example:443 closed the connection");
    w.transport.answer(429, "", "7");
    w.transport.answer(200, "{}");
    std::vector<Pause> told;
    w.client.on_pause([&](const Pause& pause) { told.push_back(pause); });
    CHECK(w.page().has_value());
    CHECK(w.clock.pauses == std::vector<milliseconds>{250ms, 500ms, 7s});
    CHECK(w.client.counters().requests == 4);
    CHECK(w.client.counters().retries == 3);
    CHECK(w.client.counters().bytes_received == 30);
    REQUIRE(told.size() == 3);
    CHECK(told[0].reason == "GET /v1/o/org/connectors: the platform answered 503 (1 attempt in 0.0 s)");
    CHECK_FALSE(told[0].asked);
    CHECK(told[1].reason ==
          "GET /v1/o/org/connectors: p.example:443 closed the connection (2 attempts in 0.2 s)");
    CHECK(told[2].delay == 7s);
    CHECK(told[2].retry == 3);
    CHECK(told[2].asked);
}

TEST_CASE("patience ends, and the failure says how much there was") {
    World w;
    w.transport.latency = 100ms;
    for (int i = 0; i < 7; ++i)
        w.transport.answer(503, "error:the database\nis away");
    auto page = w.page("x");
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::bad_status);
    CHECK(page.error().message ==
          "GET /v1/o/org/connectors: the platform answered 503 (oops: the database is away) "
          "(7 attempts in 16.4 s)");
    CHECK(w.transport.requests.size() == 7);
}

TEST_CASE("refusals are final and explained") {
    struct Row {
        unsigned status;
        errc code;
        std::string message;
    };
    const Row rows[] = {
        {401, errc::denied,
         "GET /v1/o/org/connectors: the platform answered 401: the token is not valid (1 attempt in 0.0 s)"},
        {403, errc::denied,
         "GET /v1/o/org/connectors: the platform answered 403: the token may not read this organisation (1 "
         "attempt in "
         "0.0 s)"},
        {404, errc::not_found,
         "GET /v1/o/org/connectors: the platform answered 404: no such organisation for this token, or "
         "platform.url is "
         "not the API's (1 attempt in 0.0 s)"},
        {410, errc::gone, "GET /v1/o/org/connectors: the platform answered 410 (1 attempt in 0.0 s)"},
        {204, errc::bad_status, "GET /v1/o/org/connectors: the platform answered 204 (1 attempt in 0.0 s)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        World w;
        w.transport.answer(row.status, "<html>secret body</html>");
        auto page = w.page();
        REQUIRE(page.has_error());
        CHECK(page.error().code == row.code);
        CHECK(page.error().message == row.message);
        CHECK(w.transport.requests.size() == 1);
    }
}

TEST_CASE("the token never shows, even where the platform repeats it") {
    World w;
    w.transport.answer(401, "error:unknown key tok-0123456789");
    auto page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().message.find("tok-0123456789") == std::string::npos);
    CHECK(page.error().message.find("unknown key [token]") != std::string::npos);
}

TEST_CASE("a redirect to an address that repeats the token does not show it") {
    struct Row {
        std::string location;
        std::string points_to;
    };
    const Row rows[] = {
        {"https://other.example/login/0123+456/abcdef?x=0123+456/abcdef",
         "https://other.example/login/[token]"},
        {"/a/0123%2b456%2Fabcdef/0123+456/abcdef/b", "/a/[token]/[token]/b"},
        {"//%30123%2b456%2fabcdef.example/b", "//[token].example/b"},
        {"/a%0ab", "/a b"},
    };
    for (const auto& row : rows) {
        World world;
        world.client.authorize(model::Secret("Bearer 0123+456/abcdef"));
        world.transport.answers.push_back(Response{.status = 307, .location = row.location});
        auto page = world.page();
        REQUIRE(page.has_error());
        CHECK(page.error().message ==
              "GET /v1/o/org/connectors: the platform answered 307 and points to " + row.points_to +
                  ", which is not followed; platform.url must be the API's own address (1 attempt in 0.0 s)");
    }
}

TEST_CASE("a failure of the transport that repeats the token does not show it") {
    World world;
    world.client.authorize(model::Secret("Bearer 0123456789"));
    world.transport.fail(errc::bad_status, "the header 0123456789 is too long");
    auto page = world.page();
    REQUIRE(page.has_error());
    CHECK(page.error().message.find("the header [token] is too long") != std::string::npos);
}

TEST_CASE("failures of the transport keep their kind and their words") {
    World w;
    w.transport.fail(errc::tls, "the certificate of p.example expired on 2026-01-01");
    auto page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::tls);
    CHECK(
        page.error().message ==
        "GET /v1/o/org/connectors: the certificate of p.example expired on 2026-01-01 (1 attempt in 0.0 s)");
    CHECK(w.transport.requests.size() == 1);
}

TEST_CASE("a size that is too large is halved and remembered") {
    World w;
    w.transport.answer(400);
    w.transport.answer(413);
    w.transport.answer(200);
    w.transport.answer(200);
    CHECK(w.page().has_value());
    CHECK(w.client.page_size() == 25);
    CHECK(w.page("x").has_value());
    CHECK(w.transport.requests[1].target == "/v1/o/org/connectors?first=50");
    CHECK(w.transport.requests[2].target == "/v1/o/org/connectors?first=25");
    CHECK(w.transport.requests[3].target == "/v1/o/org/connectors?first=25&after=x");
    CHECK(w.clock.pauses.empty());
}

TEST_CASE("a 400 that is not about the size does not cost the size") {
    World w(8);
    for (int i = 0; i < 4; ++i)
        w.transport.answer(400, "error:the cursor is invalid");
    auto page = w.page("x");
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::bad_status);
    CHECK(page.error().message == "GET /v1/o/org/connectors: the platform answered 400 (oops: the cursor is "
                                  "invalid) (4 attempts in 0.0 s)");
    CHECK(w.client.page_size() == 8);
}

TEST_CASE("a page above half of max_page_bytes halves the next one") {
    World w(100, 1000);
    w.transport.answer(200, std::string(501, 'x'));
    w.transport.answer(200, std::string(500, 'x'));
    CHECK(w.page().has_value());
    CHECK(w.client.page_size() == 50);
    CHECK(w.page("x").has_value());
    CHECK(w.client.page_size() == 50);
}

TEST_CASE("a page above max_page_bytes is asked for again, smaller, down to one") {
    World w(4);
    w.transport.fail(errc::too_large, "larger");
    w.transport.answer(200);
    CHECK(w.page().has_value());
    CHECK(w.client.page_size() == 2);
    for (int i = 0; i < 2; ++i)
        w.transport.fail(errc::too_large, "larger");
    auto page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::too_large);
    CHECK(w.transport.requests.back().target == "/v1/o/org/connectors?first=1");
}

TEST_CASE("nothing goes on beyond the deadline") {
    World w;
    w.client.set_deadline(w.clock.now() + 10s);
    w.transport.latency = 4s;
    for (int i = 0; i < 5; ++i)
        w.transport.answer(503);
    auto page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::bad_status);
    CHECK(w.transport.requests.size() == 3);
    CHECK(*w.transport.requests[0].time_limit == 10s);
    CHECK(*w.transport.requests[1].time_limit == 5750ms);

    page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::timeout);
    CHECK(page.error().message ==
          "GET /v1/o/org/connectors: walk_deadline was reached (0 attempts in 0.0 s)");
    CHECK(w.transport.requests.size() == 3);
    CHECK(w.client.counters().requests == 3);
}

TEST_CASE("a Retry-After beyond the deadline ends the walk and is remembered") {
    World w;
    w.client.set_deadline(w.clock.now() + 30min);
    w.transport.answer(429, "", "3600");
    auto page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().message ==
          "GET /v1/o/org/connectors: the platform answered 429: too many requests and asks to "
          "wait 3600 s, beyond walk_deadline (1 attempt in 0.0 s)");
    CHECK(w.clock.pauses.empty());
    CHECK(*w.client.not_before() == w.clock.noon + 1h);
    w.transport.answer(200);
    CHECK(w.page().has_value());
    CHECK_FALSE(w.client.not_before());
}

TEST_CASE("a stop during a pause") {
    World w;
    w.clock.stops = true;
    w.transport.answer(503);
    auto page = w.page();
    REQUIRE(page.has_error());
    CHECK(page.error().code == errc::cancelled);
    CHECK(w.transport.requests.size() == 1);
}

TEST_CASE("a pause by the system's clock ends at a stop") {
    asio::io_context context;
    SystemClock clock(context.get_executor());
    HandClock hand;
    ScriptedTransport transport(hand);
    transport.answer(429, "", "3600");
    Client client(transport, clock,
                  {.endpoint = *parse_endpoint("https://p.example"), .organisation_id = "o"},
                  [] { return 0.5; });
    asio::cancellation_signal stop;
    client.on_pause(
        [&](const Pause&) { asio::post(context, [&] { stop.emit(asio::cancellation_type::terminal); }); });
    std::optional<Result<Response>> page;
    asio::co_spawn(
        context, client.page(""),
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, Result<Response> got) {
            CHECK_FALSE(thrown);
            page = std::move(got);
        }));
    context.run();
    REQUIRE(page);
    REQUIRE(page->has_error());
    CHECK(page->error().code == errc::cancelled);
}

TEST_CASE("a connector's answer comes as it is, once") {
    World w;
    for (unsigned status : {200u, 404u, 403u, 429u, 503u, 302u}) {
        CAPTURE(status);
        w.transport.answer(status, "the body", "1");
        auto answer = w.connector("a/b");
        REQUIRE(answer.has_value());
        CHECK(answer->status == status);
        CHECK(answer->body == "the body");
    }
    CHECK(w.transport.requests.size() == 6);
    CHECK(w.transport.requests[0].target == "/v1/o/org/connectors/a%2Fb");
    CHECK(w.clock.pauses.empty());

    w.transport.fail(errc::timeout, "p.example:443 did not answer within the time limit");
    auto answer = w.connector("c");
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::timeout);
    CHECK(answer.error().message ==
          "GET /v1/o/org/connectors/c: p.example:443 did not answer within the time limit "
          "(1 attempt in 0.0 s)");
}

TEST_CASE("the filters go with every page, not with a connector") {
    HandClock clock;
    ScriptedTransport transport(clock);
    asio::io_context context;
    Client client(
        transport, clock,
        {.endpoint = *parse_endpoint("https://p.example"),
         .organisation_id = "o",
         .filters = {.tags = {"env:prod"}, .categories = {"CRM"}, .protocol = "http", .name = "shop"}},
        [] { return 0.0; });
    transport.answer(200);
    transport.answer(200);
    CHECK(run(context, client.page("c")).has_value());
    CHECK(run(context, client.connector("1")).has_value());
    CHECK(transport.requests[0].target ==
          "/o/o/connectors?first=100&after=c&tags=env%3Aprod&categories=CRM&protocol=http&name=shop");
    CHECK(transport.requests[1].target == "/o/o/connectors/1");
}

TEST_CASE("the cursor of a page's next") {
    World w;
    CHECK(*w.client.cursor_of("https://p.example/v1?after=x") == "x");
    CHECK(w.client.cursor_of("https://q.example/v1?after=x").error().code == errc::foreign_origin);
}
