#include "tests/fault_table.hpp"
#include "tests/process/memory.hpp"
#include "tests/process/site.hpp"
#include "tests/property/replay.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

using namespace versori;
using namespace std::chrono_literals;
using platform::Answer;
using platform::Fault;
using platform::Wire;
using process::eventually;
using process::Site;
using Clock = std::chrono::steady_clock;

namespace {

// VERSORI_SOAK_SECONDS; an hour is the long form. Memory is judged from two minutes on.
std::chrono::seconds duration() {
    const char* text = std::getenv("VERSORI_SOAK_SECONDS");
    return std::chrono::seconds(text ? std::atoi(text) : 20);
}

// Everything that goes wrong, each for one answer.
void spoil(Answer& answer, std::mt19937_64& random) {
    auto refuse = [&](unsigned status) {
        Answer refusal = platform::error_answer(status, "soak", "a fault of the test");
        answer.status = status;
        answer.body = refusal.body;
    };
    static constexpr Wire wires[] = {Wire::close,     Wire::reset,        Wire::cut,
                                     Wire::cut_chunk, Wire::short_length, Wire::garbage};
    switch (random() % 10) {
    case 0:
        refuse(429);
        answer.headers.emplace_back("Retry-After", random() % 4 ? "0" : "1");
        break;
    case 1:
        refuse(random() % 2 ? 500 : 503);
        break;
    case 2:
        refuse(random() % 2 ? 403 : 410);
        break;
    case 3:
        answer.wire = Wire::silent;
        break;
    case 4:
        answer.delay = 200ms;
        break;
    case 5:
        answer.body.resize(answer.body.size() / 2);
        break;
    case 6:
        answer.body.insert(answer.body.size() / 2, "\xff");
        break;
    default:
        answer.wire = wires[random() % std::size(wires)];
    }
}

// Twenty organisations that are edited all the time, also between the pages of a walk.
class Churned : public Site {
public:
    Churned() : Site({.seed = 9, .organisations = 20, .connectors = 400}) {
        for (const auto& organisation : world.organisations)
            sizes_[organisation.id] = organisation.connectors.size();
        configure("[platform]\nurl = \"" + server.url() +
                  "\"\npage_size = 7\nrequest_timeout = \"400ms\"\nretry_limit = 3\nretry_max_delay = "
                  "\"10ms\"\n[schedule]\ninterval = \"1s\"\n[changes]\njournal = false\nbaseline = \"rows\"\n"
                  "file = \"" +
                  path("changes.jsonl") + "\"\nfile_max_size = \"4MiB\"\nfile_keep = 10000\n[metrics]\n" +
                  "textfile = \"" + path("mirror.prom") + "\"\n");
        server.with([&](platform::Platform& platform) {
            using enum platform::CursorKind;
            platform.remember_asked = false;
            int n = 0;
            for (const auto& organisation : platform.world.organisations)
                platform.behaviours[organisation.id].cursor = std::array{offset, keyset, id}[n++ % 3];
        });
    }

    void begin() {
        server.with([&](platform::Platform& platform) {
            platform.between_requests = [this] {
                if (random_() % 20 == 0)
                    edit();
            };
            Fault some{{}, [this](Answer& answer) { spoil(answer, random_); }};
            platform.fail_when([this](const platform::Ask&) { return random_() % 12 == 0; }, some);
        });
    }

    void edit_some() {
        server.with([&](auto&) { edit(); });
    }

    void end() {
        server.with([](platform::Platform& platform) {
            platform.clear_faults();
            platform.between_requests = nullptr;
        });
    }

    // What a person does about organisations that the guard holds.
    void approve() const {
        for (const std::string& held : query("SELECT organisation_id FROM organisations WHERE held_since"))
            mirror({"deletions", "approve", held});
    }

    std::string drift() {
        std::string out;
        for (const std::string& organisation : organisations())
            out += process::difference(tables(organisation), expected(organisation));
        return out;
    }

private:
    // Organisations stay about as large as they are.
    void edit() {
        auto& organisation = world.organisations[random_() % world.organisations.size()];
        const std::string org = organisation.id;
        if (organisation.connectors.size() > sizes_[org] + 2)
            return world.remove(org, organisation.connectors[random_() % organisation.connectors.size()].id);
        if (organisation.connectors.size() + 2 < sizes_[org])
            return static_cast<void>(world.create(org));
        world.random_mutation(random_, org);
    }

    std::map<std::string, std::size_t> sizes_;
    std::mt19937_64 random_{17}; // the server's thread and ours use it under the server's lock
};

// What stays open between walks. Connections come and go; the transport keeps a few of them.
struct Descriptors {
    std::int64_t files = 0, sockets = 0;

    static Descriptors of(pid_t process) {
        Descriptors out;
        std::error_code gone;
        for (const auto& entry :
             std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd", gone))
            ++(std::filesystem::read_symlink(entry, gone).string().starts_with("socket:") ? out.sockets
                                                                                          : out.files);
        return out;
    }
};

// The slope of the line through points of the least squares.
class Line {
public:
    void add(double x, double y) {
        ++n_;
        x_ += x;
        y_ += y;
        xx_ += x * x;
        xy_ += x * y;
    }
    double slope() const {
        double spread = n_ * xx_ - x_ * x_;
        return spread > 0 ? (n_ * xy_ - x_ * y_) / spread : 0;
    }

private:
    double n_ = 0, x_ = 0, y_ = 0, xx_ = 0, xy_ = 0;
};

std::int64_t number(const Site& site, const std::string& sql) {
    return std::stoll("0" + site.one(sql));
}

// Every organisation is walked to the end of a walk that began after this call. Nothing walks then.
bool walk_all(Churned& site, process::Program& daemon) {
    std::string last = site.one("SELECT max(walk_id) FROM walks");
    daemon.signal(SIGUSR1);
    return eventually(
        [&] {
            daemon.said();
            return site.one("SELECT count(DISTINCT organisation_id) FROM walks WHERE outcome = 'settled' AND "
                            "walk_id > " +
                            last) == "20";
        },
        60s);
}

// The seqs of all lines of the feed, the oldest first.
std::vector<std::int64_t> told(const std::string& path) {
    std::vector<std::string> names{path};
    for (int i = 1; std::filesystem::exists(path + "." + std::to_string(i)); ++i)
        names.insert(names.begin(), path + "." + std::to_string(i));
    std::vector<std::int64_t> out;
    for (const std::string& name : names) {
        std::ifstream in(name);
        for (std::string line; std::getline(in, line);)
            out.push_back(std::stoll("0" + line.substr(std::min<std::size_t>(line.size(), 7))));
    }
    return out;
}

bool counts_from_one(const std::vector<std::int64_t>& seqs) {
    for (std::size_t i = 0; i < seqs.size(); ++i)
        if (seqs[i] != static_cast<std::int64_t>(i + 1))
            return false;
    return !seqs.empty();
}

} // namespace

TEST_CASE("soak: churn and faults at 20 organisations, and nothing grows, drifts or is lost") {
    constexpr std::uintmax_t largest_wal = 16 << 20;
    constexpr std::int64_t kept_connections = 8, concurrency = 4;
    // Two, as the rules promise, and one for what the guard held.
    constexpr int most_rounds = 3;
    FaultTally tally;
    Churned site;
    auto daemon = site.start({"run"});
    REQUIRE_MESSAGE(daemon->says("settled"), daemon->said());
    REQUIRE(walk_all(site, *daemon));
    auto descriptors = Descriptors::of(daemon->id());
    std::int64_t first = number(site, "SELECT max(walk_id) FROM walks");

    site.begin();
    Line memory;
    std::uintmax_t wal = 0;
    std::int64_t sockets = 0;
    auto began = Clock::now();
    for (int tick = 0; Clock::now() - began < duration(); ++tick) {
        std::this_thread::sleep_for(100ms);
        site.edit_some();
        if (tick % 10 == 0)
            daemon->signal(SIGUSR1); // those that failed would wait for minutes
        if (tick % 50 == 0)
            site.approve();
        if (tick % 5 != 0)
            continue;
        REQUIRE_MESSAGE(daemon->running(), daemon->said());
        daemon->said();
        wal = std::max(wal, std::filesystem::file_size(site.path("mirror.db-wal")));
        sockets = std::max(sockets, Descriptors::of(daemon->id()).sockets);
        if (Clock::now() - began > duration() / 3)
            memory.add(static_cast<double>(number(site, "SELECT max(walk_id) FROM walks")),
                       static_cast<double>(process::kilobytes(daemon->id(), "VmRSS")));
    }

    site.end();
    site.age();
    std::string drift = "not looked at yet";
    int rounds = 0;
    for (; !drift.empty() && rounds < most_rounds; ++rounds) {
        site.approve();
        CHECK_MESSAGE(walk_all(site, *daemon), daemon->said());
        drift = site.drift();
    }
    CHECK_EQ(drift, "");
    tally.torn += !drift.empty();

    bool rest = eventually([&] {
        return site.one("SELECT (SELECT seq FROM _deliveries) = (SELECT max(seq) FROM changes)") == "1" &&
               Descriptors::of(daemon->id()).files == descriptors.files;
    });
    CHECK_MESSAGE(rest, "files stay open, or the feed stays behind");
    CHECK(sockets - descriptors.sockets <= kept_connections + 2 * concurrency);
    CHECK(wal < largest_wal);
    bool judged = duration() >= 2min && !process::has_address_sanitizer(process::mirror_binary());
    if (judged)
        CHECK(memory.slope() < 1.0);
    tally.leaked += !rest + (wal >= largest_wal) + (judged && memory.slope() >= 1.0);
    std::int64_t resident = process::kilobytes(daemon->id(), "VmRSS");

    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(10s).status, 0);
    auto seqs = told(site.path("changes.jsonl"));
    std::int64_t newest = number(site, "SELECT max(seq) FROM changes");
    bool whole = counts_from_one(seqs) && static_cast<std::int64_t>(seqs.size()) == newest &&
                 number(site, "SELECT count(*) FROM changes") == newest;
    CHECK_MESSAGE(whole, seqs.size() << " lines, " << newest << " records");
    SQLite::Database mirror(site.path("mirror.db"), SQLite::OPEN_READONLY);
    std::string replayed = property::Replay(mirror).check();
    CHECK_EQ(replayed, "");
    CHECK_EQ(site.one("PRAGMA integrity_check"), "ok");
    tally.lost += !whole + !replayed.empty();
    tally.tries = number(site, "SELECT max(walk_id) FROM walks") - first;
    tell_fault("soak: churn and faults", tally);
    MESSAGE(tally.tries << " walks, " << site.one("SELECT count(*) FROM walks WHERE outcome = 'incomplete'")
                        << " incomplete, " << newest << " records, " << rounds << " rounds to the end, "
                        << resident << " kB resident, " << memory.slope() << " kB a walk, at most " << wal
                        << " bytes of WAL and " << sockets << " sockets");
}
