// `Retry-After` and `Date`, a line each.
#include "daemon/api/http_date.hpp"
#include "daemon/api/retry.hpp"
#include "tests/fuzz/expect.hpp"

using namespace versori;
using namespace std::chrono_literals;
using fuzz::expect;

namespace {

std::string imf_fixdate(model::Time time) {
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto iso = model::format_time(time);
    unsigned month = unsigned(std::stoi(iso.substr(5, 2)));
    return "Mon, " + iso.substr(8, 2) + " " + months[month - 1] + " " + iso.substr(0, 4) + " " +
           iso.substr(11, 8) + " GMT";
}

void check_date(std::string_view text, model::Time now) {
    auto date = api::parse_http_date(text, now);
    if (!date)
        return;
    auto year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*date)}.year();
    auto last = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};
    expect(year >= std::chrono::year{0} && *date <= last, "a date is of a year with four digits");
    if (*date < last)
        expect(api::parse_http_date(imf_fixdate(*date), now) == date, "a date written again is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    auto line = text.find('\n');
    auto header = text.substr(0, line);
    auto date = line == text.npos ? std::string_view{} : text.substr(line + 1);
    for (const char* instant : {"2026-07-01T12:00:00Z", "1999-12-31T23:59:59.999999Z"}) {
        auto now = *model::parse_time(instant);
        check_date(header, now);
        check_date(date, now);

        auto wait = api::retry_after(header, date, now);
        expect(!wait || (*wait >= 0ms && *wait <= 24h * 365), "a wait is between nothing and a year");

        api::Outcome outcome{.failure = {}, .status = 429, .retry_after = header, .date = date};
        auto decision = api::decide(outcome, {.left = 30min, .now = now, .random = 0.5}, {});
        bool again = decision.action == api::Decision::Action::retry;
        expect(again == (wait.value_or(0ms) < 30min), "a wait that ends before the deadline is waited for");
        expect(!again || decision.delay >= wait.value_or(0ms), "no retry sooner than asked");
    }
    return 0;
}
