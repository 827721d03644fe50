#include "daemon/store/seen.hpp"

#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/query.hpp"
#include "daemon/store/replace.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

namespace versori::store {
namespace {

using Note = Seen::Note;

// It is overwritten in place, so that it is never half there: one block, always of the same size.
constexpr std::size_t note_size = 512;

std::string note_path(const std::string& database_path) {
    return database_path + ".seen";
}

std::optional<Note> read_note(const std::string& database_path) {
    std::ifstream in(note_path(database_path));
    Note out;
    std::string names[5];
    in >> names[0] >> out.mirror_id >> names[1] >> out.seq >> names[2] >> out.about;
    for (auto [name, file] : {std::pair{&names[3], &out.database}, std::pair{&names[4], &out.log}})
        in >> *name >> file->device >> file->inode >> file->born;
    bool whole = in && names[0] == "mirror_id" && names[1] == "seq" && names[2] == "about" &&
                 names[3] == "database" && names[4] == "log";
    return whole ? std::optional(out) : std::nullopt;
}

std::string text_of(const Note& note) {
    std::ostringstream out;
    out << "mirror_id " << note.mirror_id << "\nseq " << note.seq << "\nabout " << note.about << "\n";
    for (auto [name, file] : {std::pair{"database", note.database}, std::pair{"log", note.log}})
        out << name << ' ' << file.device << ' ' << file.inode << ' ' << file.born << "\n";
    std::string text = out.str();
    text.resize(note_size, ' ');
    text.back() = '\n';
    return text;
}

class File {
public:
    File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0640)) {}
    ~File() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return descriptor_; }
    bool write(const std::string& text) const {
        return descriptor_ >= 0 &&
               ::pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    }

private:
    int descriptor_;
};

// Under another name first, so that a crash leaves no empty one. The mirror's owner has it, whoever made it.
bool make_note(const std::string& database_path, const std::string& text) {
    std::string path = note_path(database_path), fresh = path + ".new";
    ::unlink(fresh.c_str());
    File file(fresh, O_WRONLY | O_CREAT | O_EXCL);
    struct stat owner {};
    if (::geteuid() == 0 && ::stat(database_path.c_str(), &owner) == 0 && file.get() >= 0 &&
        ::fchown(file.get(), owner.st_uid, owner.st_gid) != 0)
        return false;
    return file.write(text) && ::fsync(file.get()) == 0 && ::rename(fresh.c_str(), path.c_str()) == 0;
}

bool write_note(const std::string& database_path, const Note& note) {
    std::string text = text_of(note);
    File file(note_path(database_path), O_WRONLY);
    if (file.get() < 0 && errno == ENOENT)
        return make_note(database_path, text);
    return file.write(text);
}

void check_sound(Database& database) {
    Query query(database, "PRAGMA integrity_check(1)");
    if (!query.step() || query.text(0) != "ok")
        throw StoreError("the mirror " + database.path() + " was put there by somebody and is damaged (" +
                         std::string(query.text(0)) +
                         "); `versori-mirror restore` puts a backup in place, `versori-mirror rebuild` "
                         "starts a new one");
}

// Why what is there is not what was noted; empty when it is.
std::string difference(const std::string& path, const std::optional<Note>& note, const Extent& extent) {
    if (!note)
        return "there is no " + note_path(path) + " beside the mirror " + path + ", so it may be a copy";
    if (note->mirror_id != extent.mirror_id)
        return "the mirror " + path + " is another one than before";
    if (extent.newest_seq < note->seq)
        return "the mirror " + path + " ends with the change record " + std::to_string(extent.newest_seq) +
               ", though " + std::to_string(note->seq) + " were written: it is an older copy";
    if (!file_id(path).is_still(note->database))
        return "the mirror " + path + " is another file than before, so it may be a copy";
    return "";
}

} // namespace

std::string Seen::set_log_aside(const std::string& path, model::Time now) {
    std::string log = path + "-wal";
    auto note = read_note(path);
    Sight sight = sight_of(log);
    if (!note || sight.size == 0 || !sight.file.is_still(note->log) || file_id(path).is_still(note->database))
        return "";
    std::string aside = name_aside(path, now) + "-wal";
    if (::rename(log.c_str(), aside.c_str()) != 0)
        throw StoreError(log + " belongs to another database than " + path +
                         " and cannot be set aside: " + std::strerror(errno));
    ::unlink((path + "-shm").c_str());
    return log + " belongs to the database that was there before; it is kept as " + aside;
}

std::string Seen::judge() {
    const std::string& path = database_.path();
    auto note = read_note(path);
    Outbox outbox(database_);
    Extent extent = outbox.extent();
    bool is_new = Bookkeeping(database_).setting("starts").empty();
    if (is_new)
        return !note || note->mirror_id == extent.mirror_id
                   ? ""
                   : "the mirror that was at " + path + " is gone; a new one begins, mirror_id " +
                         extent.mirror_id + " (was " + note->mirror_id + ")";
    std::string why = difference(path, note, extent);
    if (why.empty())
        return why;
    check_sound(database_);
    return why + "; its mirror_id is now " + outbox.mint() + " (was " + extent.mirror_id +
           "), and its records are delivered again from " + std::to_string(extent.first_seq) + " on";
}

void Seen::watch() {
    const std::string& path = database_.path();
    Extent extent = Outbox(database_).extent();
    place_ = place_of(path);
    data_version_ = database_.data_version();
    note_ = {extent.mirror_id, extent.newest_seq, extent.newest_seq, place_.database, place_.log};
    if (!write_note(path, note_))
        throw StoreError(note_path(path) + " cannot be written: " + std::strerror(errno) +
                         "; check its owner and mode, and the file system");
    database_.set_guard(this);
}

void Seen::leave() noexcept {
    database_.set_guard(nullptr);
    try {
        Place now = place_of(database_.path());
        if (now.database == place_.database && !now.log.exists())
            database_.checkpoint(false);
        database_.leave_log();
    } catch (const std::exception&) { // what could not be kept is found missing, and said
    }
}

void Seen::look() {
    const std::string& path = database_.path();
    Place now = place_of(path);
    if (now != place_) {
        if (!now.database.exists())
            throw Displaced("the mirror " + path + " was deleted or moved away");
        if (now.database != place_.database)
            throw Displaced("another file was put in the place of the mirror " + path);
        throw Displaced(path + (now.log != place_.log ? "-wal" : "-shm") +
                        " was deleted or replaced while the mirror was open");
    }
    auto version = database_.data_version();
    if (version == data_version_)
        return;
    Query application(database_, "SELECT count(*) FROM sqlite_master WHERE name IN ('mirror', 'changes')");
    application.step();
    if (application.integer(0) < 2)
        throw Displaced("another program's content was written over the mirror " + path);
    Extent extent = Outbox(database_).extent();
    if (extent.mirror_id != note_.mirror_id || extent.newest_seq < note_.seq)
        throw Displaced("an older or other content was written over the mirror " + path);
    note_.seq = note_.about = extent.newest_seq;
    data_version_ = version;
}

void Seen::committing() {
    Extent extent = Outbox(database_).extent();
    if (extent.mirror_id == note_.mirror_id && extent.newest_seq == note_.seq)
        return;
    Note next = note_;
    if (extent.mirror_id != note_.mirror_id)
        next.seq = 0;
    next.mirror_id = extent.mirror_id;
    next.about = extent.newest_seq;
    if (!write_note(database_.path(), next))
        throw StoreError(note_path(database_.path()) + " cannot be written: " + std::strerror(errno) +
                         "; check its owner and mode, and the file system");
    note_ = std::move(next);
}

void Seen::committed() noexcept {
    if (note_.seq == note_.about)
        return;
    note_.seq = note_.about;
    write_note(database_.path(), note_);
}

} // namespace versori::store
