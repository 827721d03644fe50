#include "daemon/store/stage.hpp"

#include "tests/store/opened.hpp"

#include <limits>
#include <string>
#include <vector>

namespace versori::store {
namespace {

using model::Document;
using model::Subject;
using model::TableId;

constexpr auto everything = std::numeric_limits<std::size_t>::max();
const model::Time now = *model::parse_time("2025-06-01T12:00:00Z");

void set(Document& document, TableId table, model::Row row, std::string_view column, std::string_view text) {
    row[model::table(table).column(column)] = document.text(text);
}

Document credential(std::string_view id, std::string_view name) {
    Document out(Subject::credential);
    constexpr auto table = TableId::credentials;
    auto row = out.add(table);
    set(out, table, row, "credential_id", id);
    set(out, table, row, "owner_organisation_id", "O");
    set(out, table, row, "type", "string");
    set(out, table, row, "name", name);
    row[model::table(table).column("usages_loaded")] = std::int64_t{0};
    return out;
}

// A connector with one connection, and a link to each of `credentials`.
Document connector(std::string_view id, std::string_view name,
                   std::vector<std::string_view> credentials = {}) {
    Document out(Subject::connector);
    auto row = out.add(TableId::connectors);
    set(out, TableId::connectors, row, "connector_id", id);
    set(out, TableId::connectors, row, "owner_organisation_id", "O");
    set(out, TableId::connectors, row, "name", name);
    set(out, TableId::connectors, row, "protocol", "http");
    row[model::table(TableId::connectors).column("public")] = std::int64_t{0};
    for (const char* column : {"created_at", "updated_at"})
        set(out, TableId::connectors, row, column, "2025-06-01T00:00:00.000000Z");
    auto connection = out.add(TableId::connections);
    set(out, TableId::connections, connection, "connector_id", id);
    set(out, TableId::connections, connection, "connection_id", "N");
    set(out, TableId::connections, connection, "name", "prod");
    for (const char* column : {"created_at", "updated_at"})
        set(out, TableId::connections, connection, column, "2025-06-01T00:00:00.000000Z");
    for (std::string_view used : credentials) {
        constexpr auto table = TableId::connection_credentials;
        auto link = out.add(table);
        set(out, table, link, "connector_id", id);
        set(out, table, link, "connection_id", "N");
        set(out, table, link, "purpose", "action");
        set(out, table, link, "connection_credential_id", used);
        set(out, table, link, "credential_id", used);
        link[model::table(table).column("position")] = std::int64_t{0};
    }
    out.sort();
    return out;
}

struct Fixture : Opened {
    Fixture() {
        write([&] { Bookkeeping(database).configure({{"O", "acme"}}, now); });
    }
    void put(std::string_view id, std::string_view name,
             std::vector<std::pair<const char*, const char*>> used = {}) {
        std::vector<std::string_view> ids;
        std::vector<Document> credentials;
        for (auto [credential_id, credential_name] : used) {
            ids.push_back(credential_id);
            credentials.push_back(credential(credential_id, credential_name));
        }
        stage.put(connector(id, name, ids), std::move(credentials),
                  {static_cast<std::uint8_t>(name.front())});
    }
    int write_all(std::size_t limit) {
        int batches = 0;
        for (; !stage.empty(); ++batches)
            write([&] { stage.write({"O", {}, now}, limit, mirror); });
        return batches;
    }
    std::string written() {
        return select("SELECT label FROM changes WHERE table_name = 'connectors' ORDER BY seq");
    }

    Stage stage{"m.db"};
    Mirror mirror{database};
};

TEST_CASE_FIXTURE(Fixture, "stage: what waits can be found, and is written in the order of reading") {
    CHECK(stage.empty());
    CHECK_FALSE(stage.find("b"));
    CHECK(stage.credential("K").empty());
    put("b", "B", {{"K", "k"}});
    put("a", "A");
    CHECK_FALSE(stage.empty());
    CHECK(stage.find("b")->digest == model::Digest{'B'});
    CHECK(stage.find("b")->updated_at == "2025-06-01T00:00:00.000000Z");
    CHECK_FALSE(stage.find("c"));
    CHECK(stage.credential("K").id() == "K");
    CHECK(write_all(everything) == 1);
    CHECK(written() == "B\nA\n");
    CHECK(select("SELECT connector_id, hex(digest) LIKE '41%' FROM _connectors ORDER BY 1") == "a|1\nb|0\n");
    CHECK(select("SELECT name FROM credentials") == "k\n");
}

TEST_CASE_FIXTURE(Fixture, "stage: more than a batch is written in several, in the order of the ids") {
    for (const char* id : {"d", "b", "e", "a", "c"})
        put(id, id, {{"K", "k"}});
    CHECK(write_all(1) >= 5);
    CHECK(written() == "a\nb\nc\nd\ne\n");
    CHECK(stage.bytes() == 0);
}

TEST_CASE_FIXTURE(Fixture, "stage: a connector that comes twice is written as it came last") {
    put("a", "first", {{"K", "k"}, {"L", "l"}});
    put("b", "b");
    put("a", "second", {{"K", "k"}});
    write_all(everything);
    CHECK(written() == "b\nsecond\n");
    CHECK(select("SELECT credential_id FROM credentials") == "K\n"); // only the first one embedded L
}

TEST_CASE_FIXTURE(Fixture,
                  "stage: the copy of a credential read last counts, and who has another is read again") {
    put("a", "A", {{"K", "old"}});
    put("b", "B", {{"K", "old"}});
    put("c", "C", {{"K", "new"}});
    put("d", "D", {{"K", "new"}});
    SUBCASE("as they came") {
        write_all(everything);
        CHECK(select("SELECT name FROM credentials") == "new\n");
        CHECK(select("SELECT connector_id, digest IS NULL FROM _connectors") == "a|1\nb|1\nc|0\nd|0\n");
    }
    SUBCASE("in batches") {
        write_all(1);
        CHECK(select("SELECT connector_id, digest IS NULL FROM _connectors") == "a|1\nb|1\nc|0\nd|0\n");
    }
    SUBCASE("one that came again has the copy that counts") {
        put("a", "A", {{"K", "new"}});
        write_all(everything);
        CHECK(select("SELECT connector_id, digest IS NULL FROM _connectors") == "a|0\nb|1\nc|0\nd|0\n");
    }
    SUBCASE("the copy that counts came from a connector that lost it since") {
        put("c", "C");
        put("d", "D");
        write_all(everything);
        CHECK(select("SELECT name FROM credentials") == "new\n");
        CHECK(select("SELECT connector_id, digest IS NULL FROM _connectors") == "a|1\nb|1\nc|0\nd|0\n");
    }
}

TEST_CASE_FIXTURE(Fixture, "stage: a later copy's silence about usages keeps what an earlier one said") {
    auto loaded = credential("K", "k"), silent = credential("K", "k");
    auto usage = loaded.add(TableId::credential_usages);
    set(loaded, TableId::credential_usages, usage, "credential_id", "K");
    set(loaded, TableId::credential_usages, usage, "connection_id", "N");
    silent.leave_unstated(TableId::credential_usages);
    std::vector<Document> first, second;
    first.push_back(std::move(loaded)), second.push_back(std::move(silent));
    stage.put(connector("a", "A", {"K"}), std::move(first), {});
    stage.put(connector("b", "B", {"K"}), std::move(second), {});
    write_all(everything);
    CHECK(select("SELECT connection_id FROM credential_usages") == "N\n");
    CHECK(select("SELECT count(*) FROM _connectors WHERE digest IS NULL") == "0\n");
}

} // namespace
} // namespace versori::store
