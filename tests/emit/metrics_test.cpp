#include "daemon/emit/metrics.hpp"

#include "tests/emit/directory.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

namespace versori::emit {
namespace {

TEST_CASE("metrics: families as Prometheus reads them") {
    std::vector<Family> families = {
        {"versori_mirror_connectors",
         "Connectors in the mirror.",
         Family::Type::gauge,
         {{{{"organisation", "acme"}}, 1204}, {{{"organisation", "a \"b\"\\c\nd"}}, 0}}},
        {"versori_mirror_walk_seconds_total", "Time.", Family::Type::counter, {{{}, 2.25}}},
        {"versori_mirror_changes_total", "Nothing to say.", Family::Type::counter, {}},
        {"versori_mirror_last_complete_walk_timestamp_seconds",
         "When.",
         Family::Type::gauge,
         {{{}, 1751328000.123456}}},
    };
    CHECK_EQ(exposition(families), "# HELP versori_mirror_connectors Connectors in the mirror.\n"
                                   "# TYPE versori_mirror_connectors gauge\n"
                                   "versori_mirror_connectors{organisation=\"acme\"} 1204\n"
                                   "versori_mirror_connectors{organisation=\"a \\\"b\\\"\\\\c\\nd\"} 0\n"
                                   "# HELP versori_mirror_walk_seconds_total Time.\n"
                                   "# TYPE versori_mirror_walk_seconds_total counter\n"
                                   "versori_mirror_walk_seconds_total 2.25\n"
                                   "# HELP versori_mirror_last_complete_walk_timestamp_seconds When.\n"
                                   "# TYPE versori_mirror_last_complete_walk_timestamp_seconds gauge\n"
                                   "versori_mirror_last_complete_walk_timestamp_seconds 1751328000.12346\n");
}

TEST_CASE("metrics: the file is replaced whole, for everybody to read, and nothing else is left") {
    Directory directory;
    std::string path = directory.file("mirror.prom");
    CHECK_EQ(replace_file(path, "first\n"), "");
    CHECK_EQ(replace_file(path, "second\n"), "");
    CHECK_EQ(content(path), "second\n");
    struct stat info {};
    REQUIRE_EQ(::stat(path.c_str(), &info), 0);
    CHECK_EQ(info.st_mode & 0777, 0644);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
    std::string nowhere = directory.file("nowhere/mirror.prom");
    CHECK_EQ(replace_file(nowhere, "third\n"),
             "cannot write the metrics to " + nowhere + ": No such file or directory");
}

} // namespace
} // namespace versori::emit
