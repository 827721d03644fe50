#include "daemon/model/error.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace versori {
namespace {

TEST_CASE("error: each value has a sentence of its own") {
    std::set<std::string> sentences;
    int count = 0;
    for (int value = static_cast<int>(errc::cancelled); value <= static_cast<int>(errc::no_token);
         ++value, ++count) {
        std::string sentence = error_category().message(value);
        CHECK(sentence != "unknown error");
        CHECK(sentences.insert(sentence).second);
    }
    CHECK(count == 16);
    CHECK(error_category().message(count + 1) == "unknown error");
    std::error_code code = errc::timeout;
    CHECK(code == errc::timeout);
    CHECK(code.message() == "the time limit was reached");
    CHECK(std::string(code.category().name()) == "versori-mirror");
}

} // namespace
} // namespace versori
