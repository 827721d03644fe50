#include "daemon/api/http_date.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace versori::api {
namespace {

using namespace std::chrono;

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool literal(std::string_view text) {
        if (!rest_.starts_with(text))
            return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    bool number(std::size_t digits, int& value) {
        if (rest_.size() < digits)
            return false;
        value = 0;
        for (char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9')
                return false;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return true;
    }

    template <std::size_t N>
    bool one_of(const std::array<std::string_view, N>& names, int& index) {
        auto found = std::find_if(names.begin(), names.end(), [&](auto name) { return literal(name); });
        index = int(found - names.begin());
        return found != names.end();
    }

    bool clock(seconds& time) {
        int h, m, s;
        if (!(number(2, h) && literal(":") && number(2, m) && literal(":") && number(2, s)))
            return false;
        time = hours{h} + minutes{m} + seconds{s};
        return h < 24 && m < 60 && s <= 60;
    }

    bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

constexpr std::array<std::string_view, 12> months_{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days_{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> long_days_{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                     "Friday", "Saturday", "Sunday"};

struct Parts {
    int day = 0, month = 0, year = 0;
    seconds clock{};
};

int whole_year(int two_digits, model::Time now) {
    int present = int(year_month_day{floor<days>(now)}.year());
    int candidate = present - present % 100 + two_digits;
    if (candidate > present + 50)
        candidate -= 100;
    if (candidate <= present - 50)
        candidate += 100;
    return candidate;
}

bool imf_fixdate(Reader in, Parts& p) {
    int name;
    return in.one_of(days_, name) && in.literal(", ") && in.number(2, p.day) && in.literal(" ") &&
           in.one_of(months_, p.month) && in.literal(" ") && in.number(4, p.year) && in.literal(" ") &&
           in.clock(p.clock) && in.literal(" GMT") && in.done();
}

bool rfc850(Reader in, Parts& p, model::Time now) {
    int name;
    bool read = in.one_of(long_days_, name) && in.literal(", ") && in.number(2, p.day) && in.literal("-") &&
                in.one_of(months_, p.month) && in.literal("-") && in.number(2, p.year) && in.literal(" ") &&
                in.clock(p.clock) && in.literal(" GMT") && in.done();
    if (read)
        p.year = whole_year(p.year, now);
    return read;
}

bool asctime(Reader in, Parts& p) {
    int name;
    if (!(in.one_of(days_, name) && in.literal(" ") && in.one_of(months_, p.month) && in.literal(" ")))
        return false;
    bool day = in.literal(" ") ? in.number(1, p.day) : in.number(2, p.day);
    return day && in.literal(" ") && in.clock(p.clock) && in.literal(" ") && in.number(4, p.year) &&
           in.done();
}

} // namespace

std::optional<model::Time> parse_http_date(std::string_view text, model::Time now) {
    Reader in{text};
    Parts p;
    if (!imf_fixdate(in, p) && !rfc850(in, p, now) && !asctime(in, p))
        return {};
    year_month_day date{year{p.year}, month(unsigned(p.month) + 1), day(unsigned(p.day))};
    if (!date.ok())
        return {};
    return sys_days{date} + p.clock;
}

} // namespace versori::api
