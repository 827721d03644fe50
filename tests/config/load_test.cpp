#include "daemon/config/load.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace versori::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using Lines = std::vector<std::string>;

std::string joined(const Lines& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line + '\n';
    return text;
}

std::string problems_of(const Loaded& loaded) {
    std::string text;
    if (loaded.has_error())
        for (const auto& problem : loaded.error())
            text += to_string(problem) + '\n';
    return text;
}

Settings settings_of(std::string_view text) {
    auto loaded = load(text, "f.toml");
    CHECK(problems_of(loaded) == "");
    return loaded.has_value() ? *loaded : Settings{};
}

TEST_CASE("an empty file means the defaults and no organisation") {
    CHECK(settings_of("") == Settings{});
    CHECK(settings_of("[mirror]\n[platform]\n[schedule]\n") == Settings{});
    CHECK(settings_of("organisation = []") == Settings{});
}

TEST_CASE("every key of the sections is read") {
    auto settings = settings_of(R"(
        [mirror]
        database = "/srv/m.db"
        commit_batch = "1MiB"
        [platform]
        url = "http://localhost:8082/v1/"
        authorization = "JWT"
        page_size = 7
        connect_timeout = "1s"
        request_timeout = "2s"
        retry_limit = 0
        retry_max_delay = "3s"
        max_page_bytes = "1KiB"
        ca_file = "/etc/ca.pem"
        proxy = "http://user:pass@proxy:3128"
        [schedule]
        interval = "1m"
        jitter = "2.5%"
        concurrency = 1
        walk_deadline = "1h"
        head_interval = "15s"
        [fidelity]
        settle_attempts = 1
        confirm_deletions = false
        confirm_limit = 2
        guard_count = 3
        guard_percent = 100
        [changes]
        journal = false
        file = "/var/log/changes.jsonl"
        file_max_size = "1GiB"
        file_keep = 0
        retention = "24h"
        baseline = "rows"
        [secrets]
        variables = ["*pin*"]
        [metrics]
        textfile = "/run/m.prom"
    )");
    Settings expected;
    expected.mirror = {"/srv/m.db", 1 << 20};
    expected.platform = {{"http", "localhost", 8082, "/v1"}, "JWT", 7, 1s, 2s, 0, 3s, 1 << 10, "/etc/ca.pem",
                         "http://user:pass@proxy:3128"};
    expected.schedule = {1min, 2.5, 1, 1h, 15s};
    expected.fidelity = {1, false, 2, 3, 100};
    expected.changes = {false, "/var/log/changes.jsonl", 1 << 30, 0, 24h, Baseline::rows};
    expected.secrets = {{"*pin*"}};
    expected.metrics = {"/run/m.prom"};
    CHECK((settings == expected));
}

TEST_CASE("every key of an organisation is read, and what is left out is inherited") {
    auto settings = settings_of(R"(
        [schedule]
        interval = "7m"
        [[organisation]]
        id = "01A"
        name = "acme"
        token_file = "/etc/a.token"
        interval = "15m"
        page_size = 50
        tags = "region:eu,beta,url:http://x"
        categories = ["ERP", "AI/LLMs"]
        protocol = "http"
        name_contains = "shop & co"
        [[organisation]]
        id = "01B"
        token_env = "B_TOKEN"
        [[organisation]]
        id = "01C"
        name = "01C"
        token_credential = "c.token"
        tags = ""
    )");
    REQUIRE(settings.organisations.size() == 3);
    const auto& [a, b, c] =
        std::tie(settings.organisations[0], settings.organisations[1], settings.organisations[2]);
    CHECK((a == Organisation{"01A",
                             "acme",
                             TokenFile{"/etc/a.token"},
                             15min,
                             50,
                             "region:eu,beta,url:http://x",
                             {"ERP", "AI/LLMs"},
                             "http",
                             "shop & co"}));
    CHECK((b == Organisation{"01B", "", TokenEnv{"B_TOKEN"}, {}, {}, "", {}, "", ""}));
    CHECK((c == Organisation{"01C", "01C", TokenCredential{"c.token"}, {}, {}, "", {}, "", ""}));
    CHECK(a.label() == "acme");
    CHECK(b.label() == "01B");
    CHECK((settings.interval_of(a) == 15min));
    CHECK((settings.interval_of(b) == 7min));
    CHECK(settings.page_size_of(a) == 50);
    CHECK(settings.page_size_of(b) == 100);
}

struct Case {
    const char* name;
    const char* text;
    Lines lines;
};

void check(const std::vector<Case>& cases) {
    for (const auto& c : cases) {
        CAPTURE(std::string{c.name});
        CHECK(problems_of(load(c.text, "f.toml")) == joined(c.lines));
    }
}

TEST_CASE("unknown keys and sections are named, with what may be meant") {
    check({
        {"a slip in a key",
         "[platform]\npage_sise = 1",
         {"f.toml:2:1: platform.page_sise: unknown key; did you mean page_size?"}},
        {"a key of another section",
         "[platform]\n\n  interval = '5m'",
         {"f.toml:3:3: platform.interval: unknown key here; it belongs in [schedule]"}},
        {"nothing like it",
         "[mirror]\nfoo = 1",
         {"f.toml:2:1: mirror.foo: unknown key; expected one of database, commit_batch"}},
        {"a slip in a section",
         "[platfrom]\nurl = 'x'",
         {"f.toml:1:2: platfrom: unknown section; did you mean platform?"}},
        {"an organisation's plural",
         "[[organisations]]\nid = 'x'",
         {"f.toml:1:3: organisations: unknown section; did you mean organisation?"}},
        {"a key before any section",
         "page_size = 3",
         {"f.toml:1:1: page_size: unknown key here; it belongs in [platform]"}},
        {"an unknown key before any section",
         "x = 3",
         {"f.toml:1:1: x: unknown key; expected one of mirror, platform, schedule, fidelity, changes, "
          "secrets, metrics, "
          "organisation"}},
        {"keys that are not bare, as a file has to spell them",
         "\"a\\u001B[1m\" = 1\n[mirror]\n\"b\\nc\" = 1\n[[organisation]]\nid = 'a'\ntoken_env = 'A'\n'd.é' = "
         "1",
         {"f.toml:1:1: \"a\\u001B[1m\": unknown key; expected one of mirror, platform, schedule, fidelity, "
          "changes, secrets, metrics, organisation",
          "f.toml:3:1: mirror.\"b\\u000Ac\": unknown key; expected one of database, commit_batch",
          "f.toml:7:1: organisation.\"d.é\": unknown key; expected one of id, name, token_file, token_env, "
          "token_credential, "
          "interval, page_size, tags, categories, protocol, name_contains"}},
        {"a dotted key",
         "platform.urll = 'x'",
         {"f.toml:1:10: platform.urll: unknown key; did you mean url?"}},
        {"a slip in an organisation",
         "[[organisation]]\nid = 'a'\ntoken_env = 'A'\ntag = 'x'",
         {"f.toml:4:1: organisation.tag: unknown key; did you mean tags?"}},
        {"the API's sort",
         "[[organisation]]\nid = 'a'\ntoken_env = 'A'\nsort = 'name:asc'",
         {"f.toml:4:1: organisation.sort: unknown key; expected one of id, name, token_file, token_env, "
          "token_credential, "
          "interval, page_size, tags, categories, protocol, name_contains"}},
        {"a setting of all in an organisation",
         "[[organisation]]\nid = 'a'\ntoken_env = 'A'\njitter = '5%'",
         {"f.toml:4:1: organisation.jitter: unknown key here; it belongs in [schedule]"}},
    });
}

TEST_CASE("wrong types are named with what was expected and what came") {
    check({
        {"a number for a path",
         "mirror.database = 3",
         {"f.toml:1:19: mirror.database: expected the path of a file, got 3"}},
        {"a string for a number",
         "platform.page_size = '3'",
         {"f.toml:1:22: platform.page_size: expected a whole number from 1 to 10000, got \"3\""}},
        {"a fraction for a number",
         "platform.page_size = 2.5",
         {"f.toml:1:22: platform.page_size: expected a whole number from 1 to 10000, got 2.5"}},
        {"a number for a flag",
         "changes.journal = 1",
         {"f.toml:1:19: changes.journal: expected true or false, got 1"}},
        {"a string for a flag",
         "changes.journal = 'no'",
         {"f.toml:1:19: changes.journal: expected true or false, got \"no\""}},
        {"a flag for a string",
         "changes.file = true",
         {"f.toml:1:16: changes.file: expected the path of a file, or \"\" for none, got true"}},
        {"a date for a duration",
         "schedule.interval = 12:30:00",
         {"f.toml:1:21: schedule.interval: expected a duration such as \"5m\" or \"1h30m\" from 100ms to "
          "366d, got a date or "
          "time"}},
        {"a number for a size",
         "mirror.commit_batch = 4194304",
         {"f.toml:1:23: mirror.commit_batch: expected a size such as \"512KiB\" or \"4MiB\" from 1KiB to "
          "1GiB, got 4194304"}},
        {"an array for a URL",
         "platform.url = []",
         {"f.toml:1:16: platform.url: expected a URL, got an array"}},
        {"a table for a proxy",
         "platform.proxy = {}",
         {"f.toml:1:18: platform.proxy: expected a URL, or \"\" for none, got a table"}},
        {"a string for a list",
         "secrets.variables = '*key*'",
         {"f.toml:1:21: secrets.variables: expected an array of name patterns such as [\"*secret*\"], got "
          "\"*key*\""}},
        {"a value for a section",
         "mirror = '/srv/m.db'",
         {"f.toml:1:10: mirror: expected a section [mirror], got \"/srv/m.db\""}},
        {"an array of sections",
         "[[mirror]]",
         {"f.toml:1:1: mirror: expected a section [mirror], got an array"}},
        {"single brackets",
         "[organisation]\nid = 'a'",
         {"f.toml:1:1: organisation: expected [[organisation]], got [organisation]"}},
        {"an organisation's id alone",
         "organisation = 'a'",
         {"f.toml:1:16: organisation: expected [[organisation]], got \"a\""}},
        {"organisations' ids alone",
         "organisation = ['a']",
         {"f.toml:1:17: organisation: expected a table, got \"a\""}},
    });
}

TEST_CASE("bad values are named with what was expected") {
    const std::string url = "expected a URL such as \"https://platform.versori.com/api/connect/v1\", got ";
    check({
        {"no path",
         "mirror.database = ''",
         {"f.toml:1:19: mirror.database: expected the path of a file, got \"\""}},
        {"a control character",
         "changes.file = \"/a\\nb\"",
         {"f.toml:1:16: changes.file: expected the path of a file, or \"\" for none, got \"/a\\u000Ab\""}},
        {"zero",
         "platform.page_size = 0",
         {"f.toml:1:22: platform.page_size: expected a whole number from 1 to 10000, got 0"}},
        {"a number beyond int",
         "fidelity.guard_percent = 4294967297",
         {"f.toml:1:26: fidelity.guard_percent: expected a whole number from 0 to 100, got 4294967297"}},
        {"a number without unit",
         "schedule.interval = '5'",
         {"f.toml:1:21: schedule.interval: expected a duration such as \"5m\" or \"1h30m\" from 100ms to "
          "366d, got \"5\""}},
        {"a duration out of range",
         "platform.connect_timeout = '2h'",
         {"f.toml:1:28: platform.connect_timeout: expected a duration such as \"5m\" or \"1h30m\" from 10ms "
          "to 1h, got \"2h\""}},
        {"a duration that may be off",
         "schedule.head_interval = 'never'",
         {"f.toml:1:26: schedule.head_interval: expected a duration such as \"5m\" or \"1h30m\" from 100ms "
          "to 366d, or \"\" for "
          "off, got \"never\""}},
        {"a day's deletions",
         "changes.retention = '23h59m'",
         {"f.toml:1:21: changes.retention: expected a duration such as \"5m\" or \"1h30m\" from 1d to "
          "36500d, since the guard "
          "counts a day's deletions, got \"23h59m\""}},
        {"a size in MB",
         "mirror.commit_batch = '4MB'",
         {"f.toml:1:23: mirror.commit_batch: expected a size such as \"512KiB\" or \"4MiB\" from 1KiB to "
          "1GiB, got \"4MB\""}},
        {"a percentage without its sign",
         "schedule.jitter = '10'",
         {"f.toml:1:19: schedule.jitter: expected a percentage such as \"10%\" from 0% to 100%, got \"10\""}},
        {"more than all",
         "schedule.jitter = '101%'",
         {"f.toml:1:19: schedule.jitter: expected a percentage such as \"10%\" from 0% to 100%, got "
          "\"101%\""}},
        {"an unknown baseline",
         "changes.baseline = 'full'",
         {"f.toml:1:20: changes.baseline: expected \"summary\" or \"rows\", got \"full\""}},
        {"another scheme",
         "platform.url = 'ftp://h'",
         {"f.toml:1:16: platform.url: " + url + "the scheme \"ftp\""}},
        {"user information",
         "platform.url = 'https://me:hunter2@h'",
         {"f.toml:1:16: platform.url: " + url + "one with a user name or password"}},
        {"a proxy with a path",
         "platform.proxy = 'http://me:hunter2@h/x'",
         {"f.toml:1:18: platform.proxy: expected a URL such as \"http://proxy.example:3128\", got one with a "
          "path"}},
        {"the token behind its word",
         "platform.authorization = 'Bearer eyJhbGciOi'",
         {"f.toml:1:26: platform.authorization: expected one word such as \"Bearer\" or \"JWT\", got another "
          "string"}},
        {"no word",
         "platform.authorization = ''",
         {"f.toml:1:26: platform.authorization: expected one word such as \"Bearer\" or \"JWT\", got \"\""}},
        {"patterns that are none",
         "secrets.variables = ['*a*', '', 3]",
         {"f.toml:1:29: secrets.variables: expected a name pattern such as \"*secret*\", got \"\"",
          "f.toml:1:33: secrets.variables: expected a name pattern such as \"*secret*\", got 3"}},
        {"a long value",
         ("changes.baseline = '" + std::string(5000, 'x') + "'").c_str(),
         {"f.toml:1:20: changes.baseline: expected \"summary\" or \"rows\", got a string of 5000 bytes"}},
    });
}

TEST_CASE("bad values of an organisation") {
    const std::string categories = "expected one of \"Development & IT\", \"ERP\", \"Supply Chain & "
                                   "Logistics\", \"Communication\", \"Accounting\", "
                                   "\"Hospitality\", \"Productivity\", \"HR\", \"CRM\", \"AI/LLMs\", "
                                   "\"eCommerce\", \"Business Operations\", got ";
    struct Value {
        const char* name;
        const char* line;
        Lines lines;
    };
    const std::vector<Value> cases = {
        {"a name of two lines",
         "name = \"a\\nb\"",
         {"f.toml:4:8: organisation.name: expected a string without control characters, got \"a\\u000Ab\""}},
        {"unknown categories",
         "categories = ['erp', 'CRM', 1]",
         {"f.toml:4:15: organisation.categories: " + categories + "\"erp\"",
          "f.toml:4:29: organisation.categories: " + categories + "1"}},
        {"one category as a string",
         "categories = 'ERP'",
         {"f.toml:4:14: organisation.categories: expected an array of categories such as [\"ERP\"], got "
          "\"ERP\""}},
        {"a tag without key",
         "tags = ':eu'",
         {"f.toml:4:8: organisation.tags: expected tags such as \"region:eu,beta\", got \":eu\""}},
        {"a tag without value",
         "tags = 'region:,beta'",
         {"f.toml:4:8: organisation.tags: expected tags such as \"region:eu,beta\", got \"region:,beta\""}},
        {"a comma too many",
         "tags = 'a,'",
         {"f.toml:4:8: organisation.tags: expected tags such as \"region:eu,beta\", got \"a,\""}},
        {"tags as an array",
         "tags = ['a']",
         {"f.toml:4:8: organisation.tags: expected tags such as \"region:eu,beta\", got an array"}},
        {"an interval in words",
         "interval = 'daily'",
         {"f.toml:4:12: organisation.interval: expected a duration such as \"5m\" or \"1h30m\" from 100ms to "
          "366d, got "
          "\"daily\""}},
        {"a page size of nothing",
         "page_size = -1",
         {"f.toml:4:13: organisation.page_size: expected a whole number from 1 to 10000, got -1"}},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string{c.name});
        auto text = std::string{"[[organisation]]\nid = 'a'\ntoken_env = 'A'\n"} + c.line;
        CHECK(problems_of(load(text, "f.toml")) == joined(c.lines));
    }
}

TEST_CASE("an organisation has one id and one token source, and a pasted token is never repeated") {
    check({
        {"nothing",
         "[[organisation]]",
         {"f.toml:1:1: organisation: expected one of token_file, token_env, token_credential, got none",
          "f.toml:1:1: organisation.id: expected an organisation's id, got none"}},
        {"an empty id",
         "[[organisation]]\nid = ''\ntoken_env = 'A'",
         {"f.toml:2:6: organisation.id: expected an organisation's id, got \"\""}},
        {"an id that climbs",
         "[[organisation]]\nid = '..'\ntoken_env = 'A'",
         {"f.toml:2:6: organisation.id: expected an organisation's id, got \"..\""}},
        {"two sources",
         "[[organisation]]\nid = 'a'\ntoken_env = 'A'\ntoken_file = '/a'",
         {"f.toml:4:1: organisation.token_file: expected one token source, got a second one after token_env "
          "on line 3"}},
        {"three sources",
         "[[organisation]]\nid = 'a'\ntoken_credential = 'a'\ntoken_env = 'A'\ntoken_file = '/a'",
         {"f.toml:4:1: organisation.token_env: expected one token source, got a second one after "
          "token_credential on line 3",
          "f.toml:5:1: organisation.token_file: expected one token source, got a second one after "
          "token_credential on line 3"}},
        {"a token for a file",
         "[[organisation]]\nid = 'a'\ntoken_file = 'eyJhbGciOi.J9'",
         {"f.toml:3:14: organisation.token_file: expected the path of a file that begins with / or ./, got "
          "another "
          "string"}},
        {"no file",
         "[[organisation]]\nid = 'a'\ntoken_file = ''",
         {"f.toml:3:14: organisation.token_file: expected the path of a file that begins with / or ./, got "
          "\"\""}},
        {"a token for a variable",
         "[[organisation]]\nid = 'a'\ntoken_env = 'eyJhbGciOi.J9'",
         {"f.toml:3:13: organisation.token_env: expected the name of an environment variable, got another "
          "string"}},
        {"a path for a credential",
         "[[organisation]]\nid = 'a'\ntoken_credential = '../a'",
         {"f.toml:3:20: organisation.token_credential: expected the name of a systemd credential, got "
          "another string"}},
        {"the token itself",
         "[[organisation]]\nid = 'a'\ntoken = 'hunter2'",
         {"f.toml:1:1: organisation: expected one of token_file, token_env, token_credential, got none",
          "f.toml:3:1: organisation.token: unknown key; expected one of id, name, token_file, token_env, "
          "token_credential, "
          "interval, page_size, tags, categories, protocol, name_contains"}},
    });
}

TEST_CASE("ids and names are each organisation's own") {
    auto two = [](const std::string& first, const std::string& second) {
        return "[[organisation]]\ntoken_env = 'A'\n" + first + "\n[[organisation]]\ntoken_env = 'A'\n" +
               second + "\n";
    };
    struct Pair {
        const char* name;
        std::string text;
        Lines lines;
    };
    const std::vector<Pair> cases = {
        {"different", two("id = 'a'\nname = 'x'", "id = 'b'\nname = 'y'"), {}},
        {"a name that is its own id", two("id = 'a'\nname = 'a'", "id = 'b'"), {}},
        {"no names", two("id = 'a'\nname = ''", "id = 'b'\nname = ''"), {}},
        {"the same id",
         two("id = 'a'", "id = 'a'"),
         {"f.toml:6:6: organisation.id: expected an id of its own, got \"a\", which is the id of the "
          "organisation on line 3"}},
        {"the same name",
         two("id = 'a'\nname = 'x'", "id = 'b'\nname = 'x'"),
         {"f.toml:8:8: organisation.name: expected a name of its own, got \"x\", which is the name of the "
          "organisation on line "
          "4"}},
        {"a name that is another's id",
         two("id = 'a'", "id = 'b'\nname = 'a'"),
         {"f.toml:7:8: organisation.name: expected a name of its own, got \"a\", which is the id of the "
          "organisation on line 3"}},
        {"an id that is another's name",
         two("id = 'a'\nname = 'b'", "id = 'b'"),
         {"f.toml:7:6: organisation.id: expected an id of its own, got \"b\", which is the name of the "
          "organisation on line 4"}},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string{c.name});
        CHECK(problems_of(load(c.text, "f.toml")) == joined(c.lines));
    }
}

TEST_CASE("a syntax error stands alone") {
    struct Syntax {
        const char* name;
        const char* text;
        std::string beginning; // what follows is the parser's own
    };
    std::string deep = "\na";
    for (int i = 0; i < 100'000; ++i)
        deep += ".a";
    const std::string nested = "x = " + std::string(100'000, '[');
    const std::vector<Syntax> cases = {
        {"no value", "bogus = 1\nmirror.database =\n", "f.toml:2:18: syntax error: "},
        {"a key twice", "[mirror]\ndatabase = '/a'\ndatabase = '/b'", "f.toml:3:12: syntax error: "},
        {"no UTF-8", "bogus = 1\nx = '\xff'", "f.toml:2:"},
        {"a letter that is not bare", "mé = 1", "f.toml:1:2: syntax error: "},
        {"such a letter alone", "é = 1", "f.toml:1:1: syntax error: "},
        {"a section without a name", "[\npage_size = 1", "f.toml:1:2: syntax error: "},
        {"a key without bottom", deep.c_str(), "f.toml:2:1: syntax error: more than 256 dots on one line"},
        {"arrays without bottom", nested.c_str(), "f.toml:1:"},
        {"a bracket missing", "[mirror\n", "f.toml:1:8: syntax error: "},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string{c.name});
        auto loaded = load(c.text, "f.toml");
        REQUIRE(loaded.has_error());
        CHECK(loaded.error().size() == 1);
        CHECK(problems_of(loaded).substr(0, c.beginning.size()) == c.beginning);
    }
}

TEST_CASE("all problems are reported at once, in the file's order, columns in characters") {
    auto loaded = load("[schedule]\n"
                       "jitter = 10\n"
                       "[[organisation]]\n"
                       "id = 'é'\n"
                       "categories = ['é', 'ERP', 3]\n"
                       "[mirror]\n"
                       "databas = 1\n",
                       "/etc/f.toml");
    REQUIRE(loaded.has_error());
    std::string places;
    for (const auto& problem : loaded.error()) {
        CHECK(problem.file == "/etc/f.toml");
        places +=
            std::to_string(problem.line) + ':' + std::to_string(problem.column) + ' ' + problem.key + '\n';
    }
    CHECK(places == joined({"2:10 schedule.jitter", "3:1 organisation", "5:15 organisation.categories",
                            "5:27 organisation.categories", "7:1 mirror.databas"}));
}

TEST_CASE("a file is loaded by its path, and one that cannot be read is a problem") {
    auto directory = std::filesystem::temp_directory_path() / ("versori-load-" + std::to_string(::getpid()));
    std::filesystem::create_directory(directory);
    auto path = (directory / "f.toml").string();
    CHECK(problems_of(load_file(path)) ==
          joined({path + ": the configuration cannot be read: No such file or directory"}));
    CHECK(problems_of(load_file(directory.string())) ==
          joined({directory.string() + ": the configuration cannot be read: Is a directory"}));

    std::ofstream{path} << "platform.page_size = 7\n";
    auto loaded = load_file(path);
    CHECK(problems_of(loaded) == "");
    REQUIRE(loaded.has_value());
    CHECK(loaded->platform.page_size == 7);

    std::ofstream{path} << "platform.page_size = 0\n";
    CHECK(problems_of(load_file(path)) ==
          joined({path + ":1:22: platform.page_size: expected a whole number from 1 to 10000, got 0"}));

    std::ofstream{path} << '#' << std::string(1 << 20, ' ');
    CHECK(problems_of(load_file(path)) == joined({path + ": the configuration is larger than 1 MiB"}));
    std::filesystem::remove_all(directory);
}

} // namespace
} // namespace versori::config
