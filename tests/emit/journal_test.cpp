#include "daemon/emit/journal.hpp"

#include "tests/emit/directory.hpp"
#include "tests/emit/records.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

using namespace versori;
using namespace versori::emit;

namespace {

std::string label(const std::string&) {
    return "acme";
}

using Entry = std::vector<std::string>;

} // namespace

TEST_CASE("journal: the fields of an entry") {
    auto record = renamed(1287, "4f1b");
    Entry fields = journal_fields(record, "acme");
    std::ranges::sort(fields);
    Entry expected = {
        "MESSAGE=acme: connection Shopify / production updated: name",
        "MESSAGE_ID=41c23615affa4c3185466f15f51eaa02",
        "PRIORITY=5",
        "SYSLOG_IDENTIFIER=versori-mirror",
        R"(VERSORI_CHANGED=["name","updated_at"])",
        "VERSORI_CONNECTOR_ID=c1",
        R"(VERSORI_KEY={"connector_id":"c1","connection_id":"n1"})",
        "VERSORI_LABEL=Shopify / production",
        "VERSORI_MIRROR_ID=4f1b",
        "VERSORI_OP=update",
        "VERSORI_ORGANISATION_ID=01HF-ACME",
        "VERSORI_RECORD=" + model::json_line(record),
        "VERSORI_SEQ=1287",
        "VERSORI_TABLE=connections",
        "VERSORI_WALK_ID=311",
    };
    CHECK(fields == expected);
}

TEST_CASE("journal: one MESSAGE_ID per operation, and no empty fields") {
    const std::pair<model::Op, const char*> ids[] = {{model::Op::insert, "01"},
                                                     {model::Op::update, "02"},
                                                     {model::Op::remove, "03"},
                                                     {model::Op::baseline, "04"}};
    for (auto [op, last] : ids) {
        model::ChangeRecord record;
        record.op = op;
        record.changed = "[]";
        Entry fields = journal_fields(record, "acme");
        std::string id = "MESSAGE_ID=41c23615affa4c3185466f15f51eaa" + std::string(last);
        CHECK(std::ranges::count(fields, id) == 1);
        auto starts = [&](const char* name) {
            return std::ranges::any_of(fields, [&](auto& field) { return field.starts_with(name); });
        };
        for (const char* absent :
             {"VERSORI_TABLE", "VERSORI_KEY", "VERSORI_LABEL", "VERSORI_CONNECTOR_ID", "VERSORI_WALK_ID"})
            CHECK(!starts(absent));
    }
}

TEST_CASE("journal: one entry a record, until one is refused") {
    Directory directory;
    append(directory.file("socket"), "");
    std::vector<Entry> sent;
    int answer = 0;
    Journal journal(label, {.socket = directory.file("socket"), .send = [&](const iovec* parts, int count) {
                                if (sent.size() == 2 && answer)
                                    return answer;
                                Entry& entry = sent.emplace_back();
                                for (int i = 0; i < count; ++i)
                                    entry.emplace_back(static_cast<const char*>(parts[i].iov_base),
                                                       parts[i].iov_len);
                                return 0;
                            }});
    answer = -ECONNREFUSED;
    auto taken = journal.take(records(1, 3));
    CHECK(taken.count == 2);
    CHECK(taken.failure == "the journal does not take entries: Connection refused");
    answer = 0;
    taken = journal.take(records(3, 3));
    CHECK(taken.count == 1);
    CHECK(taken.failure == "");
    REQUIRE(sent.size() == 3);
    CHECK(sent[2] == journal_fields(renamed(3), "acme"));

    std::filesystem::remove(directory.file("socket"));
    taken = journal.take(records(4, 4));
    CHECK(taken.count == 0);
    CHECK(taken.failure == "the journal's socket " + directory.file("socket") + " is gone");
}

TEST_CASE("journal: where there is none, the sentence goes to standard output") {
    Directory directory;
    int output = ::open(directory.file("out").c_str(), O_WRONLY | O_CREAT, 0600);
    Journal journal(label, {.socket = directory.file("none"), .output = output});
    CHECK(journal.take(records(1, 2)).count == 2);
    ::close(output);
    CHECK(content(directory.file("out")) == "acme: connection Shopify / production updated: name\n"
                                            "acme: connection Shopify / production updated: name\n");
    auto taken = journal.take(records(3, 3));
    CHECK(taken.count == 0);
    CHECK(taken.failure == "standard output does not take change records: Bad file descriptor");
}
