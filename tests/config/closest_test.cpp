#include "daemon/config/closest.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

TEST_CASE("a slip finds the word that was meant") {
    const std::vector<std::string_view> words = {"url", "page_size", "retry_limit", "retry_max_delay",
                                                 "proxy"};
    CHECK(closest("page_sise", words) == "page_size");
    CHECK(closest("pagesize", words) == "page_size");
    CHECK(closest("page_szie", words) == "page_size");
    CHECK(closest("pge_sizee", words) == "page_size");
    CHECK(closest("ulr", words) == "url");
    CHECK(closest("proxyy", words) == "proxy");
    CHECK(closest("url", words) == "url");
}

TEST_CASE("a word that is far from all finds none") {
    const std::vector<std::string_view> words = {"url", "page_size"};
    CHECK(closest("abc", words) == "");
    CHECK(closest("", words) == "");
    CHECK(closest("uuurl", words) == "");
    CHECK(closest("size", words) == "");
    CHECK(closest(std::string(100'000, 'x'), words) == "");
    CHECK(closest("url", {}) == "");
}

} // namespace
} // namespace versori::config
