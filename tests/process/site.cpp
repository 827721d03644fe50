#include "tests/process/site.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace versori::process {
namespace {

constexpr const char* token = "site-token";

std::string new_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "versori-mirror-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error("no temporary directory");
    return pattern;
}

using Visit = std::function<void(sqlite3_stmt*)>;

void select(const std::string& path, const std::string& sql, const Visit& visit) {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    int state = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_busy_timeout(database, 5000);
    if (state == SQLITE_OK)
        state = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
    if (state == SQLITE_OK)
        while ((state = sqlite3_step(statement)) == SQLITE_ROW)
            visit(statement);
    std::string error = state == SQLITE_DONE ? "" : sqlite3_errmsg(database);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    if (!error.empty())
        throw std::runtime_error(sql + ": " + error);
}

std::optional<std::string> column(sqlite3_stmt* statement, int i) {
    auto text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
    return text ? std::optional(
                      std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, i))))
                : std::nullopt;
}

std::string joined(const platform::Row& row) {
    std::string out;
    for (const auto& value : row)
        (out += out.empty() ? "" : "|") += value.value_or("-");
    return out;
}

} // namespace

Site::Site(platform::SeedOptions seed, platform::ServerOptions options)
    : world(platform::World::seeded(seed)), platform(world), server(platform, std::move(options)),
      directory_(new_directory()) {
    for (const auto& organisation : world.organisations)
        platform.authorizations[organisation.id] = {std::string("Bearer ") + token};
    write("token", token);
}

Site::~Site() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void Site::write(const std::string& name, const std::string& text, unsigned mode) const {
    std::ofstream(path(name), std::ios::trunc) << text;
    ::chmod(path(name).c_str(), mode);
}

std::string Site::read(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string Site::organisation(std::size_t index, const std::string& more) const {
    const auto& organisation = world.organisations.at(index);
    return "[[organisation]]\nid = \"" + organisation.id + "\"\nname = \"" + organisation.name +
           "\"\ntoken_file = \"" + path("token") + "\"\n" + more;
}

void Site::configure(const std::string& sections) const {
    std::string text = "[mirror]\ndatabase = \"" + path("mirror.db") + "\"\n";
    auto add_unless_there = [&](const std::string& section, const std::string& body) {
        if (sections.find(section) == std::string::npos)
            text += section + "\n" + body;
    };
    add_unless_there("[platform]", "url = \"" + server.url() + "\"\n");
    add_unless_there("[schedule]", "interval = \"1h\"\n");
    add_unless_there("[changes]", "journal = false\n");
    text += sections;
    if (sections.find("[[organisation]]") == std::string::npos)
        for (std::size_t i = 0; i < world.organisations.size(); ++i)
            text += organisation(i);
    write("versori-mirror.toml", text);
}

std::unique_ptr<Program> Site::start(std::vector<std::string> arguments,
                                     const Environment& environment) const {
    arguments.insert(arguments.begin(), {mirror_binary(), "-c", path("versori-mirror.toml")});
    return std::make_unique<Program>(std::move(arguments), directory_, environment);
}

Outcome Site::mirror(std::vector<std::string> arguments, const Environment& environment) const {
    return start(std::move(arguments), environment)->wait();
}

Outcome Site::bare(std::vector<std::string> arguments, const Environment& environment) const {
    arguments.insert(arguments.begin(), mirror_binary());
    return Program(std::move(arguments), directory_, environment).wait();
}

std::vector<std::string> Site::query(const std::string& sql) const {
    std::vector<std::string> out;
    select(path("mirror.db"), sql, [&](sqlite3_stmt* statement) {
        platform::Row row;
        for (int i = 0; i < sqlite3_column_count(statement); ++i)
            row.push_back(column(statement, i));
        out.push_back(joined(row));
    });
    return out;
}

std::string Site::one(const std::string& sql) const {
    auto rows = query(sql);
    return rows.empty() ? "" : rows.front();
}

void Site::execute(const std::string& sql) const {
    sqlite3* database = nullptr;
    sqlite3_open_v2(path("mirror.db").c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
    sqlite3_busy_timeout(database, 5000);
    char* error = nullptr;
    sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error);
    std::string what = error ? error : "";
    sqlite3_free(error);
    sqlite3_close(database);
    if (!what.empty())
        throw std::runtime_error(sql + ": " + what);
}

void Site::age() const {
    execute("UPDATE _connectors SET first_seen = strftime('%Y-%m-%dT%H:%M:%f000Z', first_seen, '-1 hour')");
}

platform::Tables Site::tables(const std::string& organisation) const {
    platform::Tables out;
    for (const auto& [table, columns] : platform::mirrored_columns()) {
        std::string names;
        for (const std::string& name : columns)
            (names += names.empty() ? "" : ", ") += name;
        auto& rows = out[table];
        select(path("mirror.db"),
               "SELECT " + names + " FROM " + table + " WHERE organisation_id = '" + organisation + "'",
               [&](sqlite3_stmt* statement) {
                   platform::Row row;
                   for (int i = 0; i < sqlite3_column_count(statement); ++i)
                       row.push_back(column(statement, i));
                   rows.insert(std::move(row));
               });
    }
    return out;
}

platform::Tables Site::expected(const std::string& organisation) {
    std::string key = read("mirror.db.key");
    return server.with(
        [&](platform::Platform& platform) { return platform::expected_rows(platform, organisation, key); });
}

std::vector<std::string> Site::organisations() {
    return server.with([](platform::Platform& platform) {
        std::vector<std::string> out;
        for (const auto& organisation : platform.world.organisations)
            out.push_back(organisation.id);
        return out;
    });
}

std::string difference(const platform::Tables& actual, const platform::Tables& expected) {
    std::ostringstream out;
    auto show = [&](const char* title, const std::set<platform::Row>& some,
                    const std::set<platform::Row>& others) {
        int shown = 0;
        for (const platform::Row& row : some)
            if (!others.contains(row) && shown++ < 3)
                out << "  " << title << joined(row) << "\n";
    };
    for (const auto& [table, rows] : expected) {
        const auto& mine = actual.at(table);
        if (mine == rows)
            continue;
        out << table << ": " << mine.size() << " rows, expected " << rows.size() << "\n";
        show("only in the mirror: ", mine, rows);
        show("only upstream:      ", rows, mine);
    }
    return out.str();
}

} // namespace versori::process
