#include "daemon/model/secret.hpp"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

namespace versori::model {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);

TEST_CASE("a secret is its parts in a row") {
    CHECK(Secret{"one"}.value() == "one");
    CHECK(Secret({"Bearer", " ", "one"}).value() == "Bearer one");
    CHECK(Secret({}).value() == "");
    CHECK(Secret().value() == "");
}

TEST_CASE("a secret moves, compares, and leaves nothing behind in the one it came from") {
    Secret a{"one"}, b{"two"};
    CHECK_FALSE((a == b));
    Secret c{std::move(a)};
    CHECK(c.value() == "one");
    CHECK(a.value() == ""); // NOLINT(bugprone-use-after-move)
    b = std::move(c);
    CHECK(b.value() == "one");
    CHECK(c.value() == ""); // NOLINT(bugprone-use-after-move)
    CHECK((b == Secret{"one"}));
}

TEST_CASE("a wiped secret leaves zeros") {
    Secret secret{"hunter2"};
    const char* bytes = secret.value().data();
    secret.wipe();
    CHECK(secret.value() == "");
    CHECK(std::string(bytes, 7) == std::string(7, '\0'));
}

} // namespace
} // namespace versori::model
