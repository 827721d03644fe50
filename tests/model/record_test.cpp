#include "daemon/model/record.hpp"

#include "daemon/model/json.hpp"

#include <doctest/doctest.h>

using namespace versori::model;

namespace {

ChangeRecord update() {
    ChangeRecord record;
    record.seq = 1287;
    record.time = "2026-07-01T12:00:00.000000Z";
    record.mirror_id = "4f1b";
    record.walk_id = 311;
    record.organisation_id = "01HF";
    record.connector_id = "c1";
    record.table_name = "connections";
    record.op = Op::update;
    record.key = R"({"connector_id":"c1","connection_id":"n1"})";
    record.label = "Shopify / \"production\"";
    record.changed = R"(["name"])";
    record.before = R"({"name":"a"})";
    record.after = R"({"name":"b"})";
    return record;
}

} // namespace

TEST_CASE("a change record as a line: the documented members in their order") {
    CHECK(json_line(update()) ==
          R"({"seq":1287,"time":"2026-07-01T12:00:00.000000Z","mirror_id":"4f1b","walk_id":311,)"
          R"("organisation_id":"01HF","connector_id":"c1","table_name":"connections","op":"update",)"
          R"("key":{"connector_id":"c1","connection_id":"n1"},"label":"Shopify / \"production\"",)"
          R"("changed":["name"],"before":{"name":"a"},"after":{"name":"b"},"evidence":null})");
}

TEST_CASE("a change record as a line: what is not there is null") {
    ChangeRecord record = update();
    record.op = Op::baseline;
    record.walk_id.reset();
    record.connector_id.reset();
    record.table_name.reset();
    record.key.reset();
    record.label.reset();
    record.changed = "[]";
    record.before.reset();
    record.after = R"({"connectors":2})";
    record.evidence = "approved";
    CHECK(json_line(record) ==
          R"({"seq":1287,"time":"2026-07-01T12:00:00.000000Z","mirror_id":"4f1b","walk_id":null,)"
          R"("organisation_id":"01HF","connector_id":null,"table_name":null,"op":"baseline","key":null,)"
          R"("label":null,"changed":[],"before":null,"after":{"connectors":2},"evidence":"approved"})");
}

TEST_CASE("a change record as a line: line ends and quotes stay inside it") {
    ChangeRecord record = update();
    record.label = "two\nlines\t\"quoted\"";
    std::string line = json_line(record);
    CHECK(line.find('\n') == line.npos);
    JsonParser parser;
    auto parsed = parser.parse(line);
    REQUIRE(parsed.has_value());
    CHECK(parsed->find("label")->text() == "two\nlines\t\"quoted\"");
}

TEST_CASE("operations are known by name") {
    for (Op op : {Op::insert, Op::update, Op::remove, Op::baseline})
        CHECK(find_op(op_name(op)) == op);
    CHECK(!find_op("remove"));
    CHECK(!find_op(""));
}
