#include "daemon/sync/page_memory.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::sync {
namespace {

using namespace std::string_literals;

model::Digest digest(std::uint8_t n) {
    model::Digest out{};
    out[0] = n;
    return out;
}

decode::Page page(std::initializer_list<std::string_view> ids, std::string next) {
    decode::Page out{7, {}, std::move(next)};
    for (std::string_view id : ids)
        out.elements.push_back({"{}", id});
    return out;
}

// A walk of two pages that nothing had to be written for.
PageMemory of_a_walk() {
    PageMemory memory;
    memory.begin(1);
    memory.keep(digest(1), page({"a", "", "long id"}, "cursor"));
    memory.keep(digest(2), page({"z"}, ""));
    memory.end(true, 1);
    return memory;
}

TEST_CASE("page memory: the same pages at the same places are recalled") {
    PageMemory memory = of_a_walk();
    for (int walk = 0; walk < 3; ++walk) {
        memory.begin(1);
        auto first = memory.recall(digest(1)), last = memory.recall(digest(2));
        REQUIRE(first);
        REQUIRE(last);
        CHECK(first->total_count == 7);
        CHECK(first->next == "cursor");
        REQUIRE(first->elements.size() == 3);
        CHECK(first->elements[0].id == "a");
        CHECK(first->elements[1].id == "");
        CHECK(first->elements[2].id == "long id");
        CHECK(last->next == "");
        CHECK(last->elements.front().id == "z");
        CHECK_FALSE(memory.recall(digest(2)));
        memory.end(true, 1);
    }
}

TEST_CASE("page memory: another page is no page of last time, at its place or at another") {
    PageMemory memory = of_a_walk();
    memory.begin(1);
    CHECK_FALSE(memory.recall(digest(2)));
    memory.keep(digest(2), page({"z"}, "more"));
    CHECK_FALSE(memory.recall(digest(1)));
    memory.keep(digest(1), page({"a"}, ""));
    memory.end(true, 1);
    memory.begin(1);
    CHECK(memory.recall(digest(2))->next == "more");
    CHECK(memory.recall(digest(1)));
}

TEST_CASE("page memory: a walk that wrote something is not remembered") {
    PageMemory memory = of_a_walk();
    memory.begin(1);
    CHECK(memory.recall(digest(1)));
    memory.end(false, 1);
    memory.begin(1);
    CHECK_FALSE(memory.recall(digest(1)));
}

TEST_CASE("page memory: nothing is remembered once somebody else has written") {
    PageMemory memory = of_a_walk();
    SUBCASE("between walks") {
        memory.begin(2);
        CHECK_FALSE(memory.recall(digest(1)));
    }
    SUBCASE("during the walk") {
        memory.begin(1);
        CHECK(memory.recall(digest(1)));
        memory.end(true, 2);
        memory.begin(2);
        CHECK_FALSE(memory.recall(digest(1)));
    }
}

TEST_CASE("page memory: a walk that broke off leaves nothing to recall") {
    PageMemory memory = of_a_walk();
    memory.begin(1);
    CHECK(memory.recall(digest(1)));
    memory.begin(1);
    CHECK_FALSE(memory.recall(digest(1)));
}

TEST_CASE("page memory: ids are opaque text, and one with a zero byte is looked at each time") {
    PageMemory memory;
    std::string odd = "a\0b"s;
    memory.begin(1);
    memory.keep(digest(1), page({odd}, ""));
    memory.end(true, 1);
    memory.begin(1);
    CHECK_FALSE(memory.recall(digest(1)));
}

TEST_CASE("page memory: a page without a total is drift each time") {
    PageMemory memory;
    decode::Page odd = page({"a"}, "");
    odd.total_count.reset();
    memory.begin(1);
    memory.keep(digest(1), odd);
    memory.end(true, 1);
    memory.begin(1);
    CHECK_FALSE(memory.recall(digest(1)));
}

} // namespace
} // namespace versori::sync
