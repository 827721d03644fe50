#include "tests/fault_table.hpp"
#include "tests/process/feed_lines.hpp"
#include "tests/process/site.hpp"
#include "tests/property/replay.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>

using namespace versori;
using namespace std::chrono_literals;
using process::eventually;
using process::Program;
using process::Site;
using Clock = std::chrono::steady_clock;

namespace {

int number_of(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::atoi(text) : otherwise;
}

// Two organisations that are edited, connectors made and deleted, between walks and before each page.
struct Busy : Site {
    Busy() : Site({7, 2, 30}) {
        configure("[platform]\nurl = \"" + server.url() + "\"\npage_size = 7\n" +
                  "[fidelity]\nguard_count = 1000000\nguard_percent = 100\n" +
                  "[changes]\njournal = false\nbaseline = \"rows\"\nfile = \"" + path("changes.jsonl") +
                  "\"\nfile_max_size = \"1MiB\"\nfile_keep = 10000\n");
        server.with([&](platform::Platform& platform) {
            platform.remember_asked = false;
            platform.between_requests = [&] {
                if (edited)
                    mutate(1);
                ++requests;
            };
        });
    }
    // Organisations stay about as large as they are, so that the last kill takes no longer than the first.
    void mutate(int edits) {
        auto& world = platform.world;
        for (int i = 0; i < edits; ++i)
            for (const auto& organisation : world.organisations) {
                world.random_mutation(random, organisation.id);
                while (organisation.connectors.size() < 25)
                    world.create(organisation.id);
                while (organisation.connectors.size() > 35)
                    world.remove(organisation.id,
                                 organisation.connectors[random() % organisation.connectors.size()].id);
            }
    }
    // Edits before each page as long as it is on.
    void edit(bool on, int at_once = 0) {
        server.with([&](auto&) {
            edited = on;
            mutate(at_once);
        });
    }
    std::string newest_walk() const { return one("SELECT coalesce(max(walk_id), 0) FROM walks"); }
    // Both organisations were walked since, and the file has everything.
    bool walked(const std::string& since) const {
        return one("SELECT count(DISTINCT organisation_id) = 2 AND NOT EXISTS (SELECT 1 FROM walks WHERE "
                   "outcome = 'running') AND (SELECT seq FROM _deliveries) = (SELECT max(seq) FROM changes) "
                   "FROM walks WHERE finished_at IS NOT NULL AND outcome <> 'abandoned' AND walk_id > " +
                   since) == "1";
    }
    bool delivered() const {
        return one("SELECT (SELECT seq FROM _deliveries) = max(seq) FROM changes") == "1";
    }
    // What is missing after two walks is held, because so much was deleted today.
    bool decide() {
        for (const std::string& org : organisations())
            if (mirror({"deletions", "approve", org}).status != 0)
                return false;
        return eventually([&] { return delivered(); });
    }
    bool walk(Program& daemon) {
        std::string before = newest_walk();
        daemon.signal(SIGUSR1);
        return eventually([&] { return walked(before); });
    }
    std::string unequal() {
        std::string out;
        for (const std::string& org : organisations())
            out += process::difference(tables(org), expected(org));
        return out;
    }
    std::string damage() const {
        std::string out = one("PRAGMA integrity_check");
        return out == "ok" ? one("PRAGMA foreign_key_check") : out;
    }

    std::mt19937_64 random{11};
    bool edited = false;
    std::atomic<int> requests = 0;
};

class Kills {
public:
    explicit Kills(Busy& site) : site_(site) {}

    // The mirror is whole and, after one walk, the platform; where that left connectors missing, after
    // another, or when a person has decided and a settled walk has swept the credentials.
    void start() {
        std::string before = std::filesystem::exists(site_.path("mirror.db")) ? last_walk_ : "0";
        daemon_ = site_.start({"run"});
        bool walked = eventually([&] {
            return std::filesystem::exists(site_.path("mirror.db-shm")) && daemon_->says("settled", 0ms) &&
                   site_.walked(before);
        });
        if (walked && site_.one("SELECT count(*) FROM missing") != "0")
            walked = site_.walk(*daemon_);
        if (walked && site_.one("SELECT count(*) FROM missing") != "0")
            walked = site_.decide() && site_.walk(*daemon_);
        std::string damage = site_.damage(), unequal = site_.unequal();
        tally.torn += !damage.empty() || !unequal.empty() || !walked;
        CHECK(walked);
        CHECK_EQ(damage, "");
        CHECK_EQ(unequal, "");
        site_.age();
    }

    // At a random moment of the walks that follow, or with so many of their pages asked for.
    void kill(std::chrono::microseconds whole) {
        site_.edit(true, 10);
        bool within = ++tally.tries % 3 == 0;
        int first = site_.requests;
        daemon_->signal(SIGUSR1);
        if (within) {
            int pages = std::uniform_int_distribution<>(1, 8)(random_);
            CHECK(eventually([&] { return site_.requests >= first + pages; }));
        } else {
            std::uniform_int_distribution<std::int64_t> moment(0, whole.count() * 5 / 4);
            std::this_thread::sleep_for(std::chrono::microseconds(moment(random_)));
        }
        daemon_->signal(SIGKILL);
        daemon_->wait();
        site_.edit(false);
        cut_short += site_.one("SELECT count(*) FROM walks WHERE outcome = 'running'") != "0";
        behind += site_.one("SELECT (SELECT seq FROM _deliveries) < (SELECT max(seq) FROM changes)") == "1";
        last_walk_ = site_.newest_walk();
    }

    Program& daemon() { return *daemon_; }

    FaultTally tally;
    int cut_short = 0, behind = 0;

private:
    Busy& site_;
    std::unique_ptr<Program> daemon_;
    std::string last_walk_ = "0";
    std::mt19937_64 random_{12};
};

} // namespace

// VERSORI_KILLS=500 for the long form.
TEST_CASE("killed at any moment of a busy history: the mirror whole and true, the feed without a gap") {
    Busy site;
    Kills kills(site);
    kills.start();
    std::string mirror_id = site.one("SELECT mirror_id FROM mirror");
    site.edit(true, 10);
    auto began = Clock::now();
    REQUIRE(site.walk(kills.daemon()));
    auto whole = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
    site.edit(false);
    for (int i = number_of("VERSORI_KILLS", 20); i > 0; --i) {
        kills.kill(whole);
        kills.start();
    }
    kills.daemon().signal(SIGTERM);
    CHECK_EQ(kills.daemon().wait(5s).status, 0);

    std::string fed = process::feed_fault(site, site.path("changes.jsonl"));
    CHECK_EQ(fed, "");
    CHECK_EQ(site.one("SELECT mirror_id FROM mirror"), mirror_id);
    kills.tally.lost += !fed.empty() || site.one("SELECT mirror_id FROM mirror") != mirror_id;
    SQLite::Database mirror(site.path("mirror.db"), SQLite::OPEN_READONLY);
    std::string replayed = property::Replay(mirror).check();
    CHECK_EQ(replayed, "");
    kills.tally.torn += !replayed.empty();
    for (const auto& entry : std::filesystem::directory_iterator(site.directory()))
        kills.tally.leaked += site.read(entry.path().filename()).find("CANARY") != std::string::npos;
    CHECK_EQ(kills.tally.leaked, 0);
    MESSAGE(kills.tally.tries << " kills, " << kills.cut_short << " within a walk, " << kills.behind
                              << " before the mark, " << site.one("SELECT max(seq) FROM changes")
                              << " records, deletions "
                              << site.one("SELECT count(*) FROM changes WHERE op = 'delete' AND table_name = "
                                          "'connectors'"));
    CHECK(kills.cut_short > 0);
    CHECK(site.one("SELECT count(*) FROM changes WHERE op = 'delete' AND table_name = 'connectors'") != "0");
    tell_fault("killed at a random moment of a busy history", kills.tally);
}
