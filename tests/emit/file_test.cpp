#include "daemon/emit/file.hpp"

#include "tests/emit/directory.hpp"
#include "tests/emit/records.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

using namespace versori;
using namespace versori::emit;
using Seqs = std::vector<long>;

namespace {

struct Fixture {
    Directory directory;
    std::string path = directory.file("changes.jsonl");
    std::size_t line = model::json_line(renamed(10)).size() + 1;

    File file(std::uint64_t max_size = 1 << 20, int keep = 5) const { return File({path, max_size, keep}); }
    std::string take(File& file, std::int64_t from, std::int64_t to, const std::string& mirror_id = "M") {
        auto taken = file.take(records(from, to, mirror_id));
        CHECK(taken.count == (taken.failure.empty() ? static_cast<std::size_t>(to - from + 1) : 0));
        return taken.failure;
    }
    Seqs seqs(const std::string& suffix = "") const { return emit::seqs(path + suffix); }
};

// No file of this process grows beyond `bytes` while it lives: a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    rlimit before_;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "file: records become lines, mode 0640") {
    mode_t before = ::umask(0);
    File file = this->file();
    CHECK(take(file, 1, 3) == "");
    ::umask(before);
    CHECK(seqs() == Seqs{1, 2, 3});
    CHECK(content(path).starts_with(model::json_line(renamed(1)) + "\n"));
    struct stat info;
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0640);
}

TEST_CASE_FIXTURE(Fixture, "file: knows where it stands") {
    {
        File fresh = this->file();
        auto located = fresh.locate();
        CHECK(located.failure == "");
        CHECK(!located.position);
        take(fresh, 1, 3);
    }
    File again = this->file();
    auto located = again.locate();
    REQUIRE(located.position);
    CHECK(located.position->mirror_id == "M");
    CHECK(located.position->seq == 3);
    CHECK(!located.position->at_least);
}

TEST_CASE_FIXTURE(Fixture, "file: whatever a crash left, each record stands in it once") {
    {
        File file = this->file();
        take(file, 1, 3);
    }
    std::string whole = content(path);
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        CAPTURE(cut);
        std::filesystem::resize_file(path, 0);
        append(path, whole.substr(0, cut));
        File file = this->file();
        CHECK(take(file, 1, 4) == "");
        REQUIRE(seqs() == Seqs{1, 2, 3, 4});
    }
}

TEST_CASE_FIXTURE(Fixture, "file: zeros that a power cut left are dropped") {
    SUBCASE("behind a line") {
        append(path, model::json_line(renamed(1)) + "\n" + std::string(100, '\0'));
        File file = this->file();
        CHECK(take(file, 1, 2) == "");
        CHECK(seqs() == Seqs{1, 2});
    }
    SUBCASE("alone") {
        append(path, std::string(100, '\0'));
        File file = this->file();
        CHECK(take(file, 1, 2) == "");
        CHECK(seqs() == Seqs{1, 2});
    }
}

TEST_CASE_FIXTURE(Fixture, "file: a line longer than what is read at once") {
    auto record = renamed(1);
    record.after = "{\"extra\":\"" + std::string(700'000, 'x') + "\"}";
    {
        File file = this->file();
        CHECK(file.take({&record, 1}).failure == "");
    }
    append(path, model::json_line(record).substr(0, 600'000));
    File file = this->file();
    CHECK(file.locate().position->seq == 1);
    CHECK(take(file, 1, 2) == "");
    CHECK(seqs() == Seqs{1, 2});
}

TEST_CASE_FIXTURE(Fixture, "file: what another program wrote is left alone") {
    for (std::string other : {"root:x:0:0\n", "no line end", "{\"a\":1}\n", "\n"}) {
        CAPTURE(other);
        std::filesystem::remove(path);
        append(path, other);
        File file = this->file();
        CHECK(file.locate().failure == "the file " + path +
                                           " does not end with a change record, so it is left alone; move "
                                           "it away, or give changes.file another name");
        CHECK(take(file, 1, 1) != "");
        CHECK(content(path) == other);
    }
}

TEST_CASE_FIXTURE(Fixture, "file: what cannot be a file is said") {
    SUBCASE("a directory") {
        File file({directory.path().string(), 1000, 1});
        CHECK(file.locate().failure ==
              "the change file " + directory.path().string() + " cannot be opened: Is a directory");
    }
    SUBCASE("a device") {
        File file({"/dev/null", 1000, 1});
        CHECK(file.locate().failure ==
              "the change file /dev/null is no regular file; give changes.file another name");
    }
    SUBCASE("no such directory, until there is one") {
        File file({directory.file("deeper/changes"), 1000, 1});
        CHECK(take(file, 1, 1) == "the change file " + directory.file("deeper/changes") +
                                      " cannot be opened: No such file or directory");
        std::filesystem::create_directory(directory.file("deeper"));
        CHECK(take(file, 1, 1) == "");
    }
}

TEST_CASE_FIXTURE(Fixture, "file: a full one becomes .1, that one .2, and the oldest goes") {
    File file = this->file(3 * line, 2);
    for (int i = 10; i < 22; i += 2)
        REQUIRE(take(file, i, i + 1) == "");
    CHECK(seqs() == Seqs{19, 20, 21});
    CHECK(seqs(".1") == Seqs{16, 17, 18});
    CHECK(seqs(".2") == Seqs{13, 14, 15});
    CHECK(!std::filesystem::exists(path + ".3"));
}

TEST_CASE_FIXTURE(Fixture, "file: many records in one call rotate as often as needed") {
    File file = this->file(3 * line, 9);
    REQUIRE(take(file, 10, 17) == "");
    CHECK(seqs(".2") == Seqs{10, 11, 12});
    CHECK(seqs(".1") == Seqs{13, 14, 15});
    CHECK(seqs() == Seqs{16, 17});
}

TEST_CASE_FIXTURE(Fixture, "file: none kept") {
    File file = this->file(2 * line, 0);
    REQUIRE(take(file, 10, 14) == "");
    CHECK(seqs() == Seqs{14});
    CHECK(!std::filesystem::exists(path + ".1"));
}

TEST_CASE_FIXTURE(Fixture, "file: a record larger than a file has one of its own") {
    File file = this->file(10, 9);
    REQUIRE(take(file, 10, 12) == "");
    CHECK(seqs() == Seqs{12});
    CHECK(seqs(".1") == Seqs{11});
    CHECK(seqs(".2") == Seqs{10});
}

TEST_CASE_FIXTURE(Fixture, "file: a crash just after the rotation loses and repeats nothing") {
    {
        File file = this->file(2 * line);
        take(file, 10, 11);
    }
    std::filesystem::rename(path, path + ".1");
    SUBCASE("before the new file") {}
    SUBCASE("with the new file empty") {
        append(path, "");
    }
    SUBCASE("with a torn line in it") {
        append(path, "{\"se");
    }
    File file = this->file(2 * line);
    auto located = file.locate();
    REQUIRE(located.position);
    CHECK(located.position->seq == 11);
    CHECK(located.position->at_least);
    CHECK(take(file, 10, 12) == "");
    CHECK(seqs() == Seqs{12});
    CHECK(seqs(".1") == Seqs{10, 11});
}

TEST_CASE_FIXTURE(Fixture, "file: a crash between two renames costs no old file") {
    {
        File file = this->file(line, 3);
        take(file, 10, 13);
    }
    REQUIRE(seqs(".3") == Seqs{10});
    // As after .3 went and .2 became .3.
    std::filesystem::rename(path + ".2", path + ".3");
    File file = this->file(line, 3);
    CHECK(take(file, 14, 14) == "");
    CHECK(seqs() == Seqs{14});
    CHECK(seqs(".1") == Seqs{13});
    CHECK(seqs(".2") == Seqs{12});
    CHECK(seqs(".3") == Seqs{11});
}

TEST_CASE_FIXTURE(Fixture, "file: a full disk fails, and afterwards nothing is torn or twice") {
    File file = this->file();
    REQUIRE(take(file, 10, 11) == "");
    {
        FullDisk full(4 * line + line / 2);
        CHECK(take(file, 12, 20) == "the change file " + path + " cannot be written: File too large");
        CHECK(take(file, 12, 20) != "");
    }
    CHECK(take(file, 12, 20) == "");
    CHECK(seqs() == Seqs{10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
}

TEST_CASE_FIXTURE(Fixture, "file: moved away by logrotate, it is begun anew") {
    File file = this->file();
    take(file, 1, 2);
    std::filesystem::rename(path, directory.file("changes-20260701"));
    SUBCASE("with a word") {
        file.reopen();
    }
    SUBCASE("without") {}
    CHECK(take(file, 3, 4) == "");
    CHECK(seqs() == Seqs{3, 4});
}

TEST_CASE_FIXTURE(Fixture, "file: cut to nothing by logrotate's copytruncate, it goes on") {
    File file = this->file(3 * line);
    take(file, 10, 12);
    std::filesystem::resize_file(path, 0);
    CHECK(take(file, 13, 14) == "");
    CHECK(seqs() == Seqs{13, 14});
    CHECK(!std::filesystem::exists(path + ".1"));
}

TEST_CASE_FIXTURE(Fixture, "file: the same numbers of another mirror are other records") {
    File file = this->file();
    take(file, 1, 3);
    CHECK(take(file, 1, 2, "N") == "");
    CHECK(seqs() == Seqs{1, 2, 3, 1, 2});
    file.reopen();
    CHECK(file.locate().position->mirror_id == "N");
}
