#include "daemon/model/packed.hpp"

#include "daemon/model/change.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace versori::model {
namespace {

using namespace std::string_literals;

TEST_CASE("packed: a document comes back as it was") {
    Document before(Subject::connector);
    auto root = before.add(TableId::connectors);
    root[0] = before.text("C");
    root[1] = before.text("");
    root[2] = before.text("a\0b"s);
    root[3] = std::int64_t{1};
    root[4] = before.text(std::string(70'000, 'x'));
    std::int64_t position = 0;
    for (std::int64_t number :
         {std::int64_t{0}, std::int64_t{-1}, std::int64_t{300}, std::numeric_limits<std::int64_t>::max(),
          std::numeric_limits<std::int64_t>::min()}) {
        auto row = before.add(TableId::version_messages);
        row[0] = before.text("C");
        row[1] = before.text("V" + std::to_string(position++));
        row[2] = number;
    }
    before.sort();
    std::string bytes = pack(before);
    Document after = unpack(Subject::connector, bytes);
    bytes.assign(bytes.size(), '?'); // it owns what it points to
    CHECK(after.id() == "C");
    CHECK(diff(before, after).empty());
    CHECK(diff(after, before).empty());
    CHECK(std::ranges::equal(after.row(TableId::connectors, 0), before.row(TableId::connectors, 0)));
    CHECK(pack(after) == pack(before));
}

TEST_CASE("packed: what a credential leaves unsaid stays unsaid") {
    Document before(Subject::credential);
    before.add(TableId::credentials)[0] = before.text("K");
    before.leave_unstated(TableId::credential_usages);
    Document after = unpack(Subject::credential, pack(before));
    CHECK(after.unstated(TableId::credential_usages));
    CHECK_FALSE(after.unstated(TableId::credential_errors));
}

TEST_CASE("packed: a text that stands in all rows takes its length once") {
    auto size_of = [](const std::string& id) {
        Document document(Subject::connector);
        document.add(TableId::connectors)[0] = document.text(id);
        for (std::int64_t position = 0; position < 3; ++position) {
            auto row = document.add(TableId::connector_tags);
            row[0] = document.text(id);
            row[1] = document.text("area");
            row[2] = position;
            row[3] = document.text("value " + std::to_string(position));
        }
        Document again = unpack(Subject::connector, pack(document));
        CHECK(diff(document, again).empty());
        CHECK(diff(again, document).empty());
        return pack(document).size();
    };
    CHECK(size_of("connector") - size_of("C") == 8);
}

TEST_CASE("packed: an empty document") {
    CHECK(unpack(Subject::connector, pack(Document(Subject::connector))).empty());
}

} // namespace
} // namespace versori::model
