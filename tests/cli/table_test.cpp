#include "daemon/cli/table.hpp"

#include <doctest/doctest.h>

namespace versori::cli {
namespace {

TEST_CASE("text is padded and clipped by characters, not by bytes") {
    CHECK(width("Zürich") == 6);
    CHECK(padded("Zürich", 8) == "Zürich  ");
    CHECK(padded("1,204", 7, Align::right) == "  1,204");
    CHECK(padded("longer", 3) == "longer");
    CHECK(clipped("Zürich", 6) == "Zürich");
    CHECK(clipped("Zürich", 4) == "Zür…");
    CHECK(clipped("Zürich", 0) == "");
}

TEST_CASE("text is broken at blanks, or within a word that is too long") {
    using Lines = std::vector<std::string>;
    CHECK(wrapped("one two three", 0) == Lines{"one two three"});
    CHECK(wrapped("one two three", 20) == Lines{"one two three"});
    CHECK(wrapped("one two three", 7) == Lines{"one two", "three"});
    CHECK(wrapped("one two three", 6) == Lines{"one", "two", "three"});
    CHECK(wrapped("abcdefgh", 3) == Lines{"abc", "def", "gh"});
    CHECK(wrapped("äöüß", 2) == Lines{"äö", "üß"});
    CHECK(wrapped("", 5) == Lines{""});
}

} // namespace
} // namespace versori::cli
