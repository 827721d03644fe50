#include "daemon/store/replace.hpp"

#include "daemon/store/database.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/query.hpp"
#include "daemon/store/seen.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace versori::store {
namespace {

constexpr const char* parts[] = {"", "-wal", "-shm"};

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

void move(const std::string& from, const std::string& to) {
    for (const char* part : parts)
        if (exists(from + part) && ::rename((from + part).c_str(), (to + part).c_str()) != 0)
            throw StoreError(from + part + " cannot be set aside as " + to + part + ": " +
                             std::strerror(errno));
}

std::string set_aside(const std::string& path, model::Time now) {
    if (!exists(path))
        return "";
    std::string name = name_aside(path, now);
    move(path, name);
    return name;
}

void check_sound(Database& database) {
    Query query(database, "PRAGMA quick_check(1)");
    if (!query.step() || query.text(0) != "ok")
        throw StoreError(database.path() + " is damaged: " + std::string(query.text(0)) +
                         "; restore another backup, or `versori-mirror rebuild`");
}

void mint(const std::string& path, model::Time now) {
    Database database(path, Database::Mode::write, now);
    if (!database.try_begin())
        throw StoreError("another program writes " + path);
    Transaction transaction(database);
    Outbox(database).mint();
    transaction.commit();
}

// So that root may do this for the service: the new mirror is whose the one before was, or else its
// directory.
void hand_over(const std::string& path, const std::string& before) {
    auto slash = path.rfind('/');
    std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
    struct stat owner {};
    if (::geteuid() != 0 || ::stat((before.empty() ? directory : before).c_str(), &owner) != 0)
        return;
    for (const char* part : {"", "-wal", "-shm", ".lock", ".seen"})
        if (::lchown((path + part).c_str(), owner.st_uid, owner.st_gid) != 0 && errno != ENOENT)
            throw StoreError(path + part + " cannot be given to its owner: " + std::strerror(errno));
}

void note(const std::string& path, model::Time now) {
    Database database(path, Database::Mode::write, now);
    Seen(database).watch();
}

} // namespace

// mirror.db.20261124T051500Z, with a number when there is one already.
std::string name_aside(const std::string& path, model::Time now) {
    std::string stamp = model::format_time(now).substr(0, 19) + "Z";
    std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
    std::string name = path + "." + stamp;
    for (int i = 2; exists(name) || exists(name + "-wal"); ++i)
        name = path + "." + stamp + "-" + std::to_string(i);
    return name;
}

std::string rebuild(const std::string& path, model::Time now) {
    std::string aside = set_aside(path, now);
    note(path, now);
    hand_over(path, aside);
    return aside;
}

std::string restore(const std::string& path, const std::string& backup, model::Time now) {
    std::string fresh = path + ".restoring";
    for (const char* part : parts)
        ::unlink((fresh + part).c_str());
    {
        Database source(backup, Database::Mode::read, now);
        check_sound(source);
        source.copy_to(fresh);
    }
    mint(fresh, now);
    std::string aside = set_aside(path, now);
    move(fresh, path);
    note(path, now);
    hand_over(path, aside);
    return aside;
}

} // namespace versori::store
