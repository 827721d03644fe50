#include "tests/process/answers.hpp"
#include "tests/process/markdown.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>
#include <sstream>

using namespace versori;
using process::Administered;
using process::Answer;
using process::Block;
using process::Outcome;
using process::Program;

namespace {

constexpr const char* cookbook = "schema/cookbook.md";

// One site for all cases: none of them changes it.
const Administered& site() {
    static const Administered administered;
    return administered;
}

std::string joined(const std::vector<std::string>& texts, const char* separator) {
    std::string out;
    for (const std::string& text : texts)
        (out += out.empty() ? "" : separator) += text;
    return out;
}

bool is_of_now(const std::string& cell) {
    auto time = model::parse_time(cell);
    return time && *time >= site().begun && *time <= std::chrono::system_clock::now();
}

// A row as an answer spells it.
std::string spelled(const std::string& row, const Answer& answer) {
    std::vector<std::string> cells;
    std::istringstream parts(row);
    for (std::string cell; std::getline(parts, cell, '|');) {
        bool open = std::ranges::count(answer.open, cells.size()) > 0 && !cell.empty() && cell != "-";
        cells.push_back(open ? "*" : is_of_now(cell) ? "@" : cell);
    }
    return joined(cells, "|");
}

std::vector<std::string> words(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char letter) { return !std::isalnum(letter) && letter != '_'; }, ' ');
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

// The mirrored tables, and what the query and the views call them.
std::set<std::string> mirrored_names(const std::string& sql) {
    auto all =
        words(joined(site().query("SELECT sql FROM sqlite_schema WHERE type = 'view'"), " ") + " " + sql);
    std::set<std::string> out;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (platform::mirrored_columns().contains(all[i])) {
            std::size_t alias = i + 1 < all.size() && all[i + 1] == "AS" ? i + 2 : i + 1;
            out.insert(all[i]);
            if (alias < all.size())
                out.insert(all[alias]);
        }
    return out;
}

// The steps of the query that read all rows of a mirrored table.
std::vector<std::string> full_scans(const std::string& sql) {
    std::vector<std::string> out;
    auto names = mirrored_names(sql);
    for (const std::string& step : site().query("EXPLAIN QUERY PLAN " + sql))
        if (auto at = step.find("|SCAN ");
            at != step.npos && names.contains(words(step.substr(at + 6)).front()))
            out.push_back(step);
    return out;
}

std::string lines_only_in(const std::multiset<std::string>& some, const std::multiset<std::string>& others) {
    std::vector<std::string> out;
    std::ranges::set_difference(some, others, std::back_inserter(out));
    return joined(out, "\n");
}

bool missing(const std::string& program) {
    if (Program({"/usr/bin/env", program, "--version"}, "/").wait().status == 0)
        return false;
    MESSAGE("skipped: there is no " << program);
    return true;
}

} // namespace

TEST_CASE("cookbook: at least 15 questions, each with its answer and a line on reading it") {
    std::vector<std::string> asked, answered;
    for (const Block& block : process::blocks(cookbook, "sql"))
        asked.push_back(block.heading);
    for (const Answer& answer : process::answers())
        answered.push_back(answer.question);
    CHECK(asked.size() >= 15);
    CHECK_EQ(joined(asked, "\n"), joined(answered, "\n"));
}

TEST_CASE("cookbook: every query, as printed, answers what the platform says") {
    for (const Block& block : process::blocks(cookbook, "sql"))
        for (const Answer& answer : process::answers()) {
            if (answer.question != block.heading)
                continue;
            CAPTURE(answer.question);
            std::multiset<std::string> rows;
            for (const std::string& row : site().query(block.text))
                rows.insert(spelled(row, answer));
            auto told = answer.rows(site());
            std::multiset<std::string> expected(told.begin(), told.end());
            CHECK_EQ(lines_only_in(rows, expected), "");
            CHECK_EQ(lines_only_in(expected, rows), "");
            CHECK(!expected.empty());
        }
}

TEST_CASE("cookbook and README: no query reads all rows of a mirrored table") {
    for (const char* file : {cookbook, "README.md"})
        for (const Block& block : process::blocks(file, "sql"))
            for (const std::string& sql : process::statements(block.text)) {
                CAPTURE(file);
                CAPTURE(sql);
                CHECK_EQ(joined(full_scans(sql), "\n"), "");
            }
    CHECK_EQ(full_scans("SELECT * FROM versions AS v, organisations").size(), 1);
    CHECK_EQ(full_scans("SELECT * FROM connectors ORDER BY name").size(), 1);
    CHECK_EQ(full_scans("SELECT * FROM connector_overview").size(), 1);
}

TEST_CASE("README: every query, as printed, finds something") {
    std::size_t queries = 0;
    for (const Block& block : process::blocks("README.md", "sql"))
        for (const std::string& sql : process::statements(block.text)) {
            CAPTURE(sql);
            CHECK(!site().query(sql).empty());
            ++queries;
        }
    CHECK_EQ(queries, 3);
}

TEST_CASE("cookbook: the same answers from the sqlite3 shell, read-only") {
    if (missing("sqlite3"))
        return;
    for (const Block& block : process::blocks(cookbook, "sql")) {
        CAPTURE(block.heading);
        Outcome outcome = Program({"/usr/bin/env", "sqlite3", "-readonly", "-list", "-nullvalue", "-",
                                   site().path("mirror.db"), block.text},
                                  "/")
                              .wait();
        CHECK_EQ(outcome.err, "");
        CHECK_EQ(outcome.status, 0);
        CHECK_EQ(outcome.out, joined(site().query(block.text), "\n") + "\n");
    }
}

TEST_CASE("cookbook: the same answers from Python, read-only") {
    if (missing("python3"))
        return;
    constexpr const char* script = R"(
import sqlite3, sys
mirror = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
for row in mirror.execute(sys.argv[2]):
    print("|".join("-" if value is None else str(value) for value in row))
)";
    for (const Block& block : process::blocks(cookbook, "sql")) {
        CAPTURE(block.heading);
        Outcome outcome =
            Program({"/usr/bin/env", "python3", "-c", script, site().path("mirror.db"), block.text}, "/",
                    {{"PYTHONIOENCODING", "utf-8"}})
                .wait();
        CHECK_EQ(outcome.err, "");
        CHECK_EQ(outcome.status, 0);
        CHECK_EQ(outcome.out, joined(site().query(block.text), "\n") + "\n");
    }
}
