#include "tests/process/site.hpp"

#include "daemon/store/outbox.hpp"
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
using process::eventually;
using process::Site;
using Clock = std::chrono::steady_clock;

namespace {

int number_of(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::atoi(text) : otherwise;
}

// The lines of all files of the feed, the oldest first.
std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> names;
    for (int i = 1; std::filesystem::exists(path + "." + std::to_string(i)); ++i)
        names.insert(names.begin(), path + "." + std::to_string(i));
    names.push_back(path);
    std::vector<std::string> out;
    for (const std::string& name : names) {
        std::ifstream in(name);
        for (std::string line; std::getline(in, line);)
            out.push_back(line);
    }
    return out;
}

std::vector<std::string> lines_of_table(const std::string& database) {
    store::Database mirror(database, store::Database::Mode::read, {});
    std::vector<std::string> out;
    for (const auto& record : store::Outbox(mirror).read(0, INT64_MAX, SIZE_MAX >> 1, SIZE_MAX))
        out.push_back(model::json_line(record));
    return out;
}

struct Busy : Site {
    Busy() : Site({7, 2, 30}) {
        configure("[changes]\njournal = false\nbaseline = \"rows\"\nfile = \"" + path("changes.jsonl") +
                  "\"\nfile_max_size = \"64KiB\"\nfile_keep = 1000\n");
    }
    void mutate(int edits) {
        server.with([&](platform::Platform& platform) {
            for (int i = 0; i < edits; ++i)
                for (const auto& organisation : platform.world.organisations)
                    platform.world.random_mutation(random, organisation.id);
        });
    }
    std::string settled_walks() const { return one("SELECT count(*) FROM walks WHERE outcome = 'settled'"); }
    // Runs until both organisations were walked and the file has everything; gives how long that took.
    std::chrono::microseconds run_to_the_end() {
        auto began = Clock::now();
        auto daemon = start({"run"});
        CHECK(daemon->says("settled"));
        CHECK(eventually([&] {
            return one("SELECT count(*) FROM _deliveries WHERE seq = (SELECT max(seq) FROM changes) AND NOT "
                       "EXISTS (SELECT 1 FROM organisations WHERE next_attempt_at IS NULL) AND NOT EXISTS "
                       "(SELECT 1 FROM walks WHERE outcome = 'running')") == "1";
        }));
        auto took = Clock::now() - began;
        daemon->signal(SIGTERM);
        CHECK_EQ(daemon->wait(10s).status, 0);
        return std::chrono::duration_cast<std::chrono::microseconds>(took);
    }

    std::mt19937_64 random{11};
};

} // namespace

// VERSORI_KILLS=200 for the long form.
TEST_CASE("the change feed, killed at any moment: each record once, none missing, and they give the rows") {
    Busy site;
    auto whole = site.run_to_the_end();
    std::uniform_int_distribution<std::int64_t> moment(0, whole.count() * 5 / 4);
    int kills = number_of("VERSORI_KILLS", 20), cut_short = 0, behind = 0;
    for (int i = 0; i < kills; ++i) {
        site.mutate(15);
        auto daemon = site.start({"run"});
        std::this_thread::sleep_for(std::chrono::microseconds(moment(site.random)));
        daemon->signal(SIGKILL);
        daemon->wait();
        cut_short += site.one("SELECT count(*) FROM walks WHERE outcome = 'running'") != "0";
        behind += site.one("SELECT (SELECT seq FROM _deliveries) < (SELECT max(seq) FROM changes)") == "1";
    }
    site.mutate(15);
    site.run_to_the_end();

    auto told = lines_of(site.path("changes.jsonl")), kept = lines_of_table(site.path("mirror.db"));
    MESSAGE(kills << " kills, " << cut_short << " within a walk, " << behind << " before the mark, "
                  << kept.size() << " records");
    REQUIRE(kept.size() > 100);
    CHECK_EQ(told.size(), kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
        REQUIRE(kept[i].starts_with("{\"seq\":" + std::to_string(i + 1) + ","));
        REQUIRE_EQ(told.at(i), kept[i]);
    }
    SQLite::Database mirror(site.path("mirror.db"), SQLite::OPEN_READONLY);
    CHECK_EQ(property::Replay(mirror).check(), "");
    CHECK_EQ(site.one("PRAGMA integrity_check"), "ok");
}
