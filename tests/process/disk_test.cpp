#include "tests/fault_table.hpp"
#include "tests/process/feed_lines.hpp"
#include "tests/process/site.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

using namespace versori;
using namespace std::chrono_literals;
using process::eventually;
using process::Program;
using process::Site;

namespace {

namespace fs = std::filesystem;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t out = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++out;
    return out;
}

struct Stored : Site {
    explicit Stored(const char* fault) : Site({4, 1, 40}), fault_(fault) { configure(feed()); }
    ~Stored() {
        tally_.tries = 1;
        tell_fault(fault_, tally_);
    }
    std::string feed() const {
        return "[changes]\njournal = false\nfile = \"" + path("changes.jsonl") + "\"\n";
    }
    // Enough to need room in every file.
    void create(const std::string& name, int others = 30) {
        server.with([&](platform::Platform& platform) {
            auto& world = platform.world;
            for (int i = 0; i < others; ++i)
                world.create(world.organisations.front().id, name + " " + std::to_string(i));
            world.create(world.organisations.front().id, name);
        });
    }
    bool has(const std::string& name) const {
        return one("SELECT count(*) FROM connectors WHERE name = '" + name + "'") == "1";
    }
    // While the cause lasts: nothing of what the walk read is in the mirror. When it is gone: everything.
    void fails_and_recovers(Program& daemon, const std::string& says, const std::function<void()>& mend) {
        create("Later");
        std::string rows = one("SELECT count(*) FROM connectors"), seq = one("SELECT max(seq) FROM changes");
        daemon.signal(SIGUSR1);
        bool said = daemon.says(says);
        CHECK_MESSAGE(said, daemon.said());
        CHECK(daemon.says("; tried again in 1 m"));
        CHECK_EQ(one("SELECT count(*) FROM connectors"), rows);
        CHECK_EQ(one("SELECT max(seq) FROM changes"), seq);
        CHECK_EQ(count(daemon.said(), " error "), 1);
        CHECK(daemon.running());
        mend();
        daemon.signal(SIGUSR1);
        CHECK(eventually([&] {
            return has("Later") &&
                   one("SELECT (SELECT max(seq) FROM _deliveries) = max(seq) FROM changes") == "1";
        }));
        check_true();
        daemon.signal(SIGTERM);
        CHECK_EQ(daemon.wait(5s).status, 0);
    }
    void check_true() {
        std::string org = organisations().front(), damage = one("PRAGMA integrity_check"),
                    unequal = process::difference(tables(org), expected(org)),
                    fed = process::feed_fault(*this, path("changes.jsonl"));
        CHECK_EQ(damage, "ok");
        CHECK_EQ(unequal, "");
        CHECK_EQ(fed, "");
        tally_.torn += damage != "ok" || !unequal.empty();
        tally_.lost += !fed.empty();
    }

private:
    const char* fault_;
    FaultTally tally_;
};

// A small disk in the place of the site's directory, as long as it lives.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& path) : path_(path) {
        mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=6m") == 0;
    }
    ~SmallDisk() {
        if (mounted_)
            ::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    bool mounted() const { return mounted_; }

    void fill() const {
        int file = ::open((path_ + "/ballast").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        for (std::string block(4096, 'x'); ::write(file, block.data(), block.size()) > 0;) {
        }
        ::close(file);
    }
    void empty() const { fs::remove(path_ + "/ballast"); }

private:
    std::string path_;
    bool mounted_ = false;
};

// `chattr +i`, which open files have to obey too.
class Immutable {
public:
    explicit Immutable(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
    ~Immutable() {
        set(false);
        ::close(file_);
    }
    Immutable(const Immutable&) = delete;
    Immutable& operator=(const Immutable&) = delete;

    bool set(bool immutable) const {
        int flags = 0;
        if (::ioctl(file_, FS_IOC_GETFLAGS, &flags) != 0)
            return false;
        flags = immutable ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
        return ::ioctl(file_, FS_IOC_SETFLAGS, &flags) == 0;
    }
    bool can_be_written() const {
        char byte = 0;
        return ::pread(file_, &byte, 1, 0) == 1 && ::pwrite(file_, &byte, 1, 0) == 1;
    }

private:
    int file_;
};

} // namespace

TEST_CASE(
    "a full disk under the running service: one line, nothing half written, and on when there is room") {
    Stored site("a full disk under the service");
    SmallDisk disk(site.directory());
    if (!disk.mounted()) {
        MESSAGE("skipped: it takes root to mount a small disk");
        return;
    }
    site.write("token", "site-token");
    site.configure(site.feed());
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    disk.fill();
    site.fails_and_recovers(*daemon, "the disk is full; free some space", [&] { disk.empty(); });
}

TEST_CASE("files may not grow any more: the service is not ended, and goes on when they may") {
    Stored site("files that may not grow under the service");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    auto limit = [&](rlim_t size) {
        struct rlimit set {};
        REQUIRE_EQ(::prlimit(daemon->id(), RLIMIT_FSIZE, nullptr, &set), 0);
        set.rlim_cur = size;
        REQUIRE_EQ(::prlimit(daemon->id(), RLIMIT_FSIZE, &set, nullptr), 0);
    };
    limit(fs::file_size(site.path("mirror.db-wal")) / 2);
    site.fails_and_recovers(*daemon, "reading or writing failed (disk I/O error: File too large)",
                            [&] { limit(RLIM_INFINITY); });
}

TEST_CASE("files that may not be written any more: one line with the system's reason, and on when they may") {
    Stored site("files made immutable under the service");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    Immutable log(site.path("mirror.db-wal"));
    if (!log.set(true) || log.can_be_written()) {
        MESSAGE("skipped: it takes root and a file system like ext4 to make an open file immutable");
        return;
    }
    site.fails_and_recovers(*daemon, "reading or writing failed (disk I/O error: Operation not permitted)",
                            [&] { REQUIRE(log.set(false)); });
}

TEST_CASE("damage under the running service is said with the command that rebuilds, and left as it is") {
    Stored site("damage under the service");
    auto daemon = site.start({"run"});
    REQUIRE(daemon->says("settled"));
    auto delivered = [&] {
        return site.one("SELECT count(*) FROM _deliveries WHERE seq = (SELECT max(seq) FROM changes)") == "1";
    };
    REQUIRE(eventually(delivered)); // so that it has nothing left to write
    site.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    {
        int file = ::open(site.path("mirror.db").c_str(), O_WRONLY | O_CLOEXEC);
        std::string noise(fs::file_size(site.path("mirror.db")) - 4096, '\x55');
        REQUIRE_EQ(::pwrite(file, noise.data(), noise.size(), 4096), static_cast<ssize_t>(noise.size()));
        ::close(file);
    }
    std::string bytes = site.read("mirror.db");
    site.create("Later");
    // So that the service reads its pages anew, as it does after any write of others.
    try {
        site.execute("PRAGMA user_version = 1");
    } catch (const std::exception&) {
    }
    daemon->signal(SIGUSR1);
    CHECK(daemon->says("`versori-mirror rebuild` sets it aside and starts a new one"));
    CHECK(daemon->running());
    daemon->signal(SIGTERM);
    CHECK_EQ(daemon->wait(5s).status, 0);
    CHECK_EQ(site.read("mirror.db").substr(4096), bytes.substr(4096));
    CHECK_EQ(site.mirror({"rebuild"}).status, 0);
    CHECK_EQ(site.mirror({"sync"}).status, 0);
    site.check_true();
}
