#include "schema/sql.hpp"
#include "tests/store/opened.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace versori::schema {
namespace {

using store::Opened;

constexpr const char* path = "schema/dictionary.md";

struct Entry {
    std::string column, type, meaning;
};
struct Section {
    std::string what, key;
    std::vector<Entry> entries;
};

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> out;
    std::size_t begin = 2;
    for (auto end = line.find(" |", begin); end != line.npos; end = line.find(" |", begin)) {
        out.push_back(line.substr(begin, end - begin));
        begin = end + 3;
    }
    return out;
}

std::string without_ticks(std::string text) {
    std::erase(text, '`');
    return text;
}

// The dictionary by table and view.
std::map<std::string, Section> sections(std::string_view markdown) {
    std::map<std::string, Section> out;
    Section* section = nullptr;
    std::istringstream lines{std::string(markdown)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("### ")) {
            CHECK(!out.contains(line.substr(4)));
            section = &out[line.substr(4)];
        } else if (line.starts_with("## ")) {
            section = nullptr;
        } else if (section && line.starts_with("| `")) {
            auto parts = cells(line);
            REQUIRE(parts.size() >= 2);
            section->entries.push_back(
                {without_ticks(parts.front()), parts.size() > 2 ? parts[1] : "", parts.back()});
        } else if (section && line.starts_with("Key: ")) {
            section->key = without_ticks(line.substr(5));
        } else if (section && section->what.empty() && !line.empty()) {
            section->what = line;
        }
    }
    return out;
}

bool is_sentence(const std::string& text) {
    return text.size() > 3 && text.ends_with('.') &&
           (std::isupper(text[0]) || std::isdigit(text[0]) || text[0] == '`');
}

// All tables and views that are an interface.
std::set<std::string> interfaces(const Opened& mirror) {
    std::istringstream names(mirror.select(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE '\\_%' "
        "ESCAPE '\\' AND name NOT LIKE 'sqlite%'"));
    std::set<std::string> out;
    for (std::string name; std::getline(names, name);)
        out.insert(name);
    return out;
}

TEST_CASE("dictionary: each table and view, and each of their columns, has its sentence") {
    Opened mirror;
    auto described = sections(dictionary);
    for (const std::string& name : interfaces(mirror)) {
        CAPTURE(name);
        REQUIRE(described.contains(name));
        const Section& section = described[name];
        CHECK(is_sentence(section.what));
        std::string columns, types;
        bool typed = false;
        for (const Entry& entry : section.entries) {
            CAPTURE(entry.column);
            CHECK(is_sentence(entry.meaning));
            columns += entry.column + "\n";
            types += entry.column + " " + entry.type + "\n";
            typed = typed || !entry.type.empty();
        }
        std::string info = " FROM pragma_table_info('" + name + "')";
        CHECK(columns == mirror.select("SELECT name" + info));
        CHECK((typed ? "table\n" : "view\n") ==
              mirror.select("SELECT type FROM sqlite_schema WHERE name = '" + name + "'"));
        if (typed)
            CHECK(types ==
                  mirror.select("SELECT name || ' ' || type || iif(\"notnull\" OR pk, '', ' NULL')" + info));
        std::string key =
            mirror.select("SELECT coalesce(group_concat(name, ', ') || '.', '') FROM (SELECT name" + info +
                          " WHERE pk ORDER BY pk)");
        CHECK(section.key + "\n" == key);
    }
}

TEST_CASE("dictionary: it names no table that is not there") {
    Opened mirror;
    auto there = interfaces(mirror);
    for (const auto& described : sections(dictionary)) {
        const std::string& name = described.first;
        CAPTURE(name);
        CHECK(there.contains(name));
    }
}

TEST_CASE("dictionary: the program carries the file") {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    CHECK(text.str() == dictionary);
}

// The tables with their columns, and an edge for each foreign key, in Mermaid.
std::string picture(const Opened& mirror) {
    std::string where =
        " WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE '\\_%' ESCAPE '\\' "
        "AND t.name NOT LIKE 'sqlite%' ";
    std::string out = "erDiagram\n";
    out += mirror.select(
        "SELECT '    ' || f.\"table\" || iif(sum(i.\"notnull\" = 0), ' |o', ' ||') || '--o{ ' || t.name || "
        "' : \"' || group_concat(f.\"from\", ', ') || '\"' FROM pragma_table_list t, "
        "pragma_foreign_key_list(t.name) f JOIN pragma_table_info(t.name) i ON i.name = f.\"from\"" +
        where + "GROUP BY t.name, f.id ORDER BY f.\"table\", t.name");
    out += mirror.select(
        "SELECT '    ' || t.name || ' {' || char(10) || (SELECT group_concat('        ' || i.type || ' ' || "
        "i.name || "
        "iif(i.pk, ' PK', ''), char(10)) FROM pragma_table_info(t.name) i) || char(10) || '    }' "
        "FROM pragma_table_list t" +
        where + "ORDER BY t.name");
    return out;
}

TEST_CASE("dictionary: the picture shows the schema as it is") {
    std::string text(dictionary), opening = "```mermaid\n";
    auto begin = text.find(opening);
    REQUIRE(begin != text.npos);
    begin += opening.size();
    auto end = text.find("```", begin);
    REQUIRE(end != text.npos);
    std::string drawn = picture(Opened());
    bool fresh = text.substr(begin, end - begin) == drawn;
    if (std::getenv("VERSORI_REFRESH"))
        std::ofstream(path) << text.replace(begin, end - begin, drawn);
    else if (!fresh)
        FAIL("the picture in schema/dictionary.md is not that of the schema; refresh it with "
             "VERSORI_REFRESH=1 "
             "build/debug/tests/unit_tests -tc='dictionary: the picture*', then build again");
}

} // namespace
} // namespace versori::schema
