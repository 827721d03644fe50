#include "daemon/model/time.hpp"

namespace versori::model {
namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool digits(int count, int& value) {
        if (rest_.size() < static_cast<size_t>(count))
            return false;
        value = 0;
        for (int i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9')
                return false;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return true;
    }

    // Takes one character out of `any`; 0 when the next one is not among them.
    char take(std::string_view any) {
        if (rest_.empty() || any.find(rest_.front()) == any.npos)
            return 0;
        char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool fraction(int& micros) {
        micros = 0;
        int scale = 100'000, digit = 0, count = 0;
        while (digits(1, digit)) {
            micros += digit * scale;
            scale /= 10;
            ++count;
        }
        return count > 0;
    }

    bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

} // namespace

namespace {

// The number's last `digits` digits, over what stands there.
void put(char* at, std::size_t digits, std::int64_t number) {
    for (; digits > 0; number /= 10)
        at[--digits] = static_cast<char>('0' + number % 10);
}

} // namespace

std::string format_time(Time time) {
    using namespace std::chrono;
    auto day = floor<days>(time);
    year_month_day date{day};
    hh_mm_ss clock{time - day};
    int year(date.year());
    std::string text = "0000-00-00T00:00:00.000000Z";
    if (year < 0 || year > 9999)
        text.replace(0, 4, std::to_string(year));
    else
        put(text.data(), 4, year);
    char* rest = text.data() + text.size() - 23; // behind the year
    put(rest + 1, 2, unsigned(date.month()));
    put(rest + 4, 2, unsigned(date.day()));
    put(rest + 7, 2, clock.hours().count());
    put(rest + 10, 2, clock.minutes().count());
    put(rest + 13, 2, clock.seconds().count());
    put(rest + 16, 6, clock.subseconds().count());
    return text;
}

std::optional<Time> parse_time(std::string_view text) {
    using namespace std::chrono;
    Reader in{text};
    int y, mo, d, h, mi, s, micros = 0;
    if (!(in.digits(4, y) && in.take("-") && in.digits(2, mo) && in.take("-") && in.digits(2, d) &&
          in.take("Tt ") && in.digits(2, h) && in.take(":") && in.digits(2, mi) && in.take(":") &&
          in.digits(2, s)))
        return {};
    if (in.take(".") && !in.fraction(micros))
        return {};

    int offset = 0;
    if (!in.take("Zz")) {
        char sign = in.take("+-");
        int oh, om;
        if (!sign || !in.digits(2, oh) || !in.take(":") || !in.digits(2, om) || oh > 23 || om > 59)
            return {};
        offset = (oh * 60 + om) * (sign == '+' ? 1 : -1);
    }
    year_month_day date{year{y}, month(mo), day(d)};
    if (!in.done() || !date.ok() || h > 23 || mi > 59 || s > 60)
        return {};
    if (s == 60)
        s = 59, micros = 999'999;

    Time time = sys_days{date} + hours{h} + minutes{mi - offset} + seconds{s} + microseconds{micros};
    auto utc_year = year_month_day{floor<days>(time)}.year();
    if (utc_year < year{0} || utc_year > year{9999})
        return {};
    return time;
}

} // namespace versori::model
