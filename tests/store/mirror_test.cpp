#include "daemon/store/mirror.hpp"

#include "tests/decode/sample.hpp"
#include "tests/store/opened.hpp"
#include "tests/store/replica.hpp"

namespace versori::store {
namespace {

using decode::Decoded;
using decode::Sample;
using decode::sample_connection;
using enum model::TableId;

const model::Time now = *model::parse_time("2025-06-01T12:00:00Z");

Act act(Recording recording = Recording::all, std::string organisation = "O") {
    return {std::move(organisation), 7, now, recording};
}

// A mirror with the organisations O and P.
struct Fixture : Opened {
    Fixture() {
        write([&] { Bookkeeping(database).configure({{"O", "acme"}, {"P", ""}}, now); });
    }

    // As a walk does: credentials first.
    void put(const Act& act, Decoded decoded) {
        REQUIRE(decoded.rejection == "");
        write([&] {
            for (model::Document& credential : decoded.connector.credentials)
                mirror.put(act, credential);
            mirror.put(act, decoded.connector.document);
            mirror.remember(act, decoded.connector.document.id(), model::Digest{});
        });
    }
    void put(const Sample& sample) { put(act(), Decoded(sample)); }
    void remove(const Act& act, std::string_view evidence) {
        write([&] { mirror.remove(act, "C", evidence); });
    }

    std::string records() { return select("SELECT seq, op, table_name, label, evidence FROM changes"); }

    Mirror mirror{database};
};

std::string credential(std::string_view id, std::string_view more = "") {
    return R"({"id":")" + std::string(id) + R"(","organisationId":"O","type":"string","name":")" +
           std::string(id) + R"( name","data":{"value":"s"})" + std::string(more) + "}";
}

std::string link(std::string_view id, std::string_view more) {
    return R"({"id":")" + std::string(id) + "\"" + std::string(more) + "}";
}

// A connection of name `prod` with these links under `action`.
std::string connection_with(const std::string& links) {
    return "[" + sample_connection(R"(,"credentials":{"action":[)" + links + "]}") + "]";
}

TEST_CASE("mirror: a new connector's records, parents first") {
    Fixture f;
    f.put({.connections = connection_with(link("L", R"(,"credential":)" + credential("CR"))),
           .more = R"(,"tags":{"team":["x"]})"});
    CHECK(f.records() == "1|insert|credentials|CR name|\n"
                         "2|insert|connectors|Shop|\n"
                         "3|insert|connector_tags|Shop / team|\n"
                         "4|insert|connections|Shop / prod|\n"
                         "5|insert|connection_credentials|Shop / prod / action|\n");
    CHECK(
        f.select(
            "SELECT walk_id, time, organisation_id, connector_id, key, changed, before, after FROM changes "
            "WHERE seq IN (1, 4)") ==
        R"(7|2025-06-01T12:00:00.000000Z|O||{"credential_id":"CR"}|[]||{"owner_organisation_id":"O","type":"string",)"
        R"("name":"CR name","data":{},"secret_fingerprint":)" +
            model::quoted(decode::fingerprint(R"({"data":{"value":"s"}})")) +
            R"(,"valid":null,"usages_loaded":0,"expires_at":null})"
            "\n"
            R"(7|2025-06-01T12:00:00.000000Z|O|C|{"connector_id":"C","connection_id":"N"}|[]||{"name":"prod",)"
            R"("created_at":"2025-01-01T00:00:00.000000Z","updated_at":"2025-01-01T00:00:00.000000Z","extra":null})"
            "\n");
    CHECK(rows(f) == replay(f));
    Tally tally = f.mirror.take_tally();
    CHECK(tally.inserted == 5);
    CHECK(tally.rows() == 5);
    CHECK(tally.connectors_inserted == 1);
    CHECK(tally.first_seq == 1);
    CHECK(tally.last_seq == 5);
    CHECK(f.mirror.take_tally().rows() == 0);
}

TEST_CASE("mirror: the same again changes nothing") {
    Fixture f;
    f.put({.more = R"(,"tags":{"team":["x"]})"});
    f.mirror.take_tally();
    auto before = f.records();
    f.put({.more = R"(,"tags":{"team":["x"]})"});
    CHECK(f.records() == before);
    CHECK(f.mirror.take_tally().rows() == 0);
}

TEST_CASE("mirror: an update, and rows that come and go below it") {
    Fixture f;
    f.put({.connections = "[" + sample_connection("", "A") + "," + sample_connection("", "B") + "]"});
    f.mirror.take_tally();
    f.put({.connections =
               "[" + sample_connection(R"(,"colour":"red")", "B") + "," + sample_connection("", "D") + "]",
           .more = R"(,"imageURL":"i")"});
    CHECK(f.select("SELECT op, table_name, key, changed FROM changes WHERE seq > 3") ==
          R"(update|connectors|{"connector_id":"C"}|["image_url"]
update|connections|{"connector_id":"C","connection_id":"B"}|["extra"]
insert|connections|{"connector_id":"C","connection_id":"D"}|[]
delete|connections|{"connector_id":"C","connection_id":"A"}|[]
)");
    CHECK(f.select("SELECT before IS NULL, after IS NULL FROM changes WHERE seq > 3") ==
          "0|0\n0|0\n1|0\n0|1\n");
    CHECK(rows(f) == replay(f));
    Tally tally = f.mirror.take_tally();
    CHECK(tally.inserted == 1);
    CHECK(tally.updated == 2);
    CHECK(tally.deleted == 1);
    CHECK(tally.connectors_updated == 1);
}

TEST_CASE("mirror: a connector goes with all that hangs on it, children first") {
    Fixture f;
    f.put({.connections = connection_with(link("L", R"(,"credential":)" + credential("CR"))),
           .schemes =
               R"([{"id":"S","schemeType":"none","validationMessages":[{"text":"t","severity":"info"}]}])"});
    f.write([&] {
        Bookkeeping(f.database).set_missing("O", {"C", "O", now, now, 1, "404", now, false});
        Bookkeeping(f.database).reject("O", "C", "r", "$", now);
    });
    f.remove(act(), "not_found");
    CHECK(f.select("SELECT op, table_name, evidence FROM changes WHERE seq > 6") ==
          "delete|connection_credentials|\n"
          "delete|connections|\n"
          "delete|auth_scheme_messages|\n"
          "delete|auth_schemes|\n"
          "delete|connectors|not_found\n");
    CHECK(f.select("SELECT (SELECT count(*) FROM missing), (SELECT count(*) FROM rejects), "
                   "(SELECT count(*) FROM _connectors), (SELECT count(*) FROM credentials)") == "0|0|0|1\n");
    CHECK_FALSE(f.mirror.known("O", "C"));
    CHECK(rows(f) == replay(f));
    CHECK(f.mirror.take_tally().connectors_deleted == 1);
}

TEST_CASE("mirror: one that is not there cannot be removed") {
    Fixture f;
    f.remove(act(), "not_found");
    CHECK(f.records() == "");
}

TEST_CASE("mirror: links move to another scheme and another credential in any order") {
    Fixture f;
    auto use = [](std::string_view scheme, std::string_view credential_id) {
        return connection_with(link("L", R"(,"authSchemeConfig":{"id":")" + std::string(scheme) +
                                             R"(","schemeType":"none"},"credential":)" +
                                             credential(credential_id)));
    };
    f.put({.connections = use("S1", "CR1")});
    f.put({.connections = use("S2", "CR2")});
    f.put({.connections = use("S1", "CR1")});
    CHECK(rows(f) == replay(f));
    CHECK(f.select("SELECT auth_scheme_id FROM auth_schemes") == "S1\n");
    CHECK(f.select("SELECT credential_id FROM connection_credentials") == "CR1\n");
}

TEST_CASE("mirror: what a document leaves unsaid stays") {
    Fixture f;
    std::string said = connection_with(link(
                    "L", R"(,"credential":)" +
                             credential("CR", R"(,"errors":["e"],"usages":[{"connection":{"id":"N"}}])"))),
                unsaid = connection_with(link("L", R"(,"credential":)" + credential("CR"))),
                denied = connection_with(
                    link("L", R"(,"credential":)" + credential("CR", R"(,"errors":[],"usages":[])")));
    f.put({.connections = said});
    auto before = f.records();
    f.put({.connections = unsaid});
    CHECK(f.records() == before);
    CHECK(f.select("SELECT valid, usages_loaded FROM credentials") == "0|1\n");
    f.put({.connections = denied});
    CHECK(f.select("SELECT valid, usages_loaded, (SELECT count(*) FROM credential_errors), "
                   "(SELECT count(*) FROM credential_usages) FROM credentials") == "1|1|0|0\n");
    CHECK(rows(f) == replay(f));
}

TEST_CASE("mirror: seq rises by one over commits and rollbacks, and after everything was pruned") {
    Fixture f;
    f.put({});
    {
        REQUIRE(f.database.try_begin());
        Transaction transaction(f.database);
        Decoded decoded{Sample{.more = R"(,"imageURL":"never")"}};
        f.mirror.put(act(), decoded.connector.document);
    }
    f.put({.more = R"(,"imageURL":"i")"});
    CHECK(f.select("SELECT seq, op FROM changes") == "1|insert\n2|update\n");
    f.write([&] { f.database.execute("DELETE FROM changes; UPDATE mirror SET first_seq = 3"); });
    f.put({});
    CHECK(f.select("SELECT seq, op FROM changes") == "3|update\n");
}

TEST_CASE("mirror: what is recorded") {
    struct Case {
        std::string_view name;
        Recording recording;
        const char* expected;
    };
    const Case cases[] = {
        {"all", Recording::all,
         "insert connectors\nupdate connectors\ninsert connections\ndelete connections\n"
         "delete connectors\n"},
        {"before the baseline", Recording::none, ""},
        {"under a new normalisation", Recording::no_updates, "insert connectors\ndelete connectors\n"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        Fixture f;
        f.put(act(one.recording), Decoded(Sample{}));
        f.put(act(one.recording), Decoded(Sample{.connections = "[" + sample_connection("") + "]",
                                                 .more = R"(,"imageURL":"i")"}));
        CHECK(f.select("SELECT image_url, (SELECT count(*) FROM connections) FROM connectors") == "i|1\n");
        f.put(act(one.recording), Decoded(Sample{.more = R"(,"imageURL":"i")"}));
        f.remove(act(one.recording), "not_found");
        CHECK(f.select("SELECT op || ' ' || table_name FROM changes") == one.expected);
        CHECK(f.select("SELECT count(*) FROM connectors") == "0\n");
        CHECK(f.mirror.take_tally().rows() == 5);
    }
}

TEST_CASE("mirror: the baseline counts every table") {
    Fixture f;
    f.put(act(Recording::none),
          Decoded(Sample{.connections = connection_with(link("L", R"(,"credential":)" + credential("CR")))}));
    f.put(act(Recording::none, "P"), Decoded(Sample{}));
    f.write([&] { f.mirror.baseline(act(), false); });
    CHECK(
        f.select("SELECT seq, op, table_name, key, connector_id, label, changed, before, evidence, after "
                 "FROM changes") ==
        R"(1|baseline||||acme|[]|||{"connectors":1,"connector_tags":0,"connector_variables":0,"auth_schemes":0,)"
        R"("auth_scheme_messages":0,"connections":1,"connection_variables":0,"connection_credentials":1,"versions":0,)"
        R"("version_messages":0,"credentials":1,"credential_errors":0,"credential_usages":0})"
        "\n");
    f.write([&] { f.mirror.baseline(act(Recording::none, "P"), false); });
    CHECK(f.select("SELECT label FROM changes WHERE seq = 2") == "P\n");
}

TEST_CASE("mirror: a baseline of rows is preceded by each of them") {
    Fixture f;
    f.put(act(Recording::none),
          Decoded(Sample{.connections = connection_with(link("L", R"(,"credential":)" + credential("CR")))}));
    f.put(act(Recording::none, "P"), Decoded(Sample{}));
    f.write([&] { f.mirror.baseline(act(), true); });
    CHECK(f.records() == "1|insert|credentials|CR name|\n"
                         "2|insert|connectors|Shop|\n"
                         "3|insert|connections|Shop / prod|\n"
                         "4|insert|connection_credentials|Shop / prod / action|\n"
                         "5|baseline||acme|\n");
    f.write([&] { f.mirror.baseline(act(Recording::none, "P"), true); });
    CHECK(rows(f) == replay(f));
}

TEST_CASE("mirror: credentials go when nothing refers to them, and only then") {
    Fixture f;
    std::string both = connection_with(
                    link("L1", R"(,"credential":)" + credential("CR1", R"(,"errors":["e"])")) + "," +
                    link("L2", R"(,"credential":)" + credential("CR2"))),
                one = connection_with(link("L2", R"(,"credential":)" + credential("CR2")));
    f.put({.connections = both});
    f.put(act(Recording::all, "P"), Decoded(Sample{.connections = both}));
    f.put({.connections = one});
    CHECK(f.select("SELECT count(*) FROM credentials") == "4\n");
    f.write([&] { f.mirror.sweep_credentials(act()); });
    CHECK(f.select("SELECT organisation_id, credential_id FROM credentials") == "O|CR2\nP|CR1\nP|CR2\n");
    CHECK(
        f.select(
            "SELECT op, table_name, label, connector_id, evidence FROM changes ORDER BY seq DESC LIMIT 2") ==
        "delete|credentials|CR1 name||\ndelete|credential_errors|CR1 name / 0||\n");
    CHECK(rows(f) == replay(f));
}

TEST_CASE("mirror: organisations share nothing, whatever their ids") {
    Fixture f;
    f.put({.more = R"(,"imageURL":"o")"});
    f.put(act(Recording::all, "P"), Decoded(Sample{.more = R"(,"imageURL":"p")"}));
    CHECK(f.mirror.connector_count("O") == 1);
    f.remove(act(), "not_found");
    CHECK(f.select("SELECT organisation_id, connector_id, image_url FROM connectors") == "P|C|p\n");
    CHECK(f.mirror.connector_count("O") == 0);
    CHECK(f.mirror.known("P", "C"));
}

TEST_CASE("mirror: everything of an organisation is forgotten") {
    Fixture f;
    f.put({.connections = connection_with(link("L", R"(,"credential":)" + credential("CR")))});
    f.put(act(Recording::all, "P"), Decoded(Sample{}));
    f.write([&] { f.mirror.remove_everything(act(), "forgotten"); });
    for (std::size_t i = 0; i < model::table_count; ++i)
        CHECK(f.select("SELECT count(*) FROM " +
                       std::string(model::table(static_cast<model::TableId>(i)).name) +
                       " WHERE organisation_id = 'O'") == "0\n");
    CHECK(f.select("SELECT table_name FROM changes WHERE evidence = 'forgotten'") == "connectors\n");
    CHECK(f.mirror.connector_count("P") == 1);
    CHECK(rows(f) == replay(f));
}

TEST_CASE("mirror: what is known of a connector") {
    Fixture f;
    CHECK_FALSE(f.mirror.known("O", "C"));
    f.put({});
    auto known = f.mirror.known("O", "C");
    REQUIRE(known);
    CHECK(known->digest == model::Digest{});
    CHECK(f.mirror.updated_at("O", "C") == "2025-01-02T00:00:00.000000Z");
    CHECK(f.mirror.updated_at("O", "D") == "");
    CHECK(known->doubted_updated_at == "");

    model::Digest digest{1, 2, 3};
    f.write([&] { f.mirror.doubt(act(), "C", "2024-01-01T00:00:00.000000Z", 5); });
    CHECK(f.mirror.known("O", "C")->doubted_updated_at == "2024-01-01T00:00:00.000000Z");
    CHECK(f.mirror.known("O", "C")->doubted_interval == 5);
    f.write([&] { f.mirror.trust_again(act(), "C"); });
    CHECK(f.mirror.known("O", "C")->doubted_updated_at == "");
    f.write([&] { f.mirror.doubt(act(), "C", "2024-01-01T00:00:00.000000Z", 5); });
    Act later = act();
    later.time = now + std::chrono::hours{1};
    f.write([&] { f.mirror.remember(later, "C", digest); });
    CHECK(f.mirror.known("O", "C")->digest == digest);
    CHECK(f.mirror.known("O", "C")->doubted_updated_at == "");
    CHECK(f.select("SELECT first_seen FROM _connectors") == "2025-06-01T12:00:00.000000Z\n");
}

TEST_CASE("mirror: who uses a credential") {
    Fixture f;
    f.put({.connections =
               "[" +
               sample_connection(R"(,"credentials":{"action":[)" +
                                 link("L1", R"(,"credential":)" + credential("CR")) + R"(],"trigger":[)" +
                                 link("L2", R"(,"credential":)" + credential("CR")) + "]}") +
               "]"});
    CHECK(f.mirror.users_of("O", "CR") == std::vector<std::string>{"C"});
    CHECK(f.mirror.users_of("P", "CR").empty());
    CHECK(f.mirror.users_of("O", "other").empty());
}

TEST_CASE("mirror: deletions of a day, without those that a person wanted") {
    Fixture f;
    for (const char* evidence : {"not_found", "two_walks", "unlisted", "approved", "forgotten"}) {
        f.put({.connections = "[" + sample_connection("") + "]"});
        f.remove(act(), evidence);
    }
    CHECK(f.mirror.deleted_since("O", now - std::chrono::hours{24}) == 3);
    CHECK(f.mirror.deleted_since("O", now) == 3);
    CHECK(f.mirror.deleted_since("O", now + std::chrono::microseconds{1}) == 0);
    CHECK(f.mirror.deleted_since("P", now - std::chrono::hours{24}) == 0);
}

TEST_CASE("mirror: variables that become secret lose their values, in rows and in records") {
    Fixture f;
    std::string variables =
        R"(,"variables":[{"name":"region","value":"eu"},{"name":"pass","value":"CANARY"}])";
    f.put({.connections = "[" + sample_connection(variables) + "]",
           .more = R"(,"connectionVariables":[{"name":"pass","value":"CANARY"},{"name":"a","value":"1"}])"});
    f.put({});
    f.put({.more = R"(,"connectionVariables":[{"name":"pass","value":"CANARY2"}])"});
    f.write([&] { f.mirror.scrub_variables([](std::string_view name) { return name == "pass"; }); });
    CHECK(f.select("SELECT count(*) FROM changes WHERE before LIKE '%CANARY%' OR after LIKE '%CANARY%'") ==
          "0\n");
    CHECK(f.select("SELECT name, value FROM connector_variables") == "pass|\n");
    CHECK(f.select("SELECT after FROM changes WHERE op = 'insert' AND table_name = 'connection_variables'") ==
          "{\"value\":null,\"secret_fingerprint\":null}\n{\"value\":\"eu\",\"secret_fingerprint\":null}\n");
    CHECK(rows(f) == replay(f));
}

TEST_CASE("mirror: texts of any kind come back as they went in") {
    Fixture f;
    std::string variables =
        R"(,"connectionVariables":[{"name":"a\u0000b","value":"x\u0000y"},{"name":"","value":""},)"
        R"({"name":"\ud83d\ude00'\"","value":"\n"}])";
    f.put({.more = variables});
    auto before = f.records();
    f.put({.more = variables});
    CHECK(f.records() == before);
    CHECK(f.select("SELECT count(*) FROM connector_variables") == "3\n");
}

} // namespace
} // namespace versori::store
