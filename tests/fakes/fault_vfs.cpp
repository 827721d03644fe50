#include "tests/fakes/fault_vfs.hpp"

#include <new>
#include <utility>

namespace versori::fakes {

using Kind = DiskOperation::Kind;

const Calls every_call = {Call::open,  Call::remove,   Call::access,  Call::read,
                          Call::write, Call::truncate, Call::sync,    Call::size,
                          Call::lock,  Call::shm_map,  Call::shm_lock};

int error_of(Call call) {
    switch (call) {
    case Call::open:
        return SQLITE_CANTOPEN;
    case Call::remove:
        return SQLITE_IOERR_DELETE;
    case Call::access:
        return SQLITE_IOERR_ACCESS;
    case Call::read:
        return SQLITE_IOERR_READ;
    case Call::write:
        return SQLITE_IOERR_WRITE;
    case Call::truncate:
        return SQLITE_IOERR_TRUNCATE;
    case Call::sync:
        return SQLITE_IOERR_FSYNC;
    case Call::size:
        return SQLITE_IOERR_FSTAT;
    case Call::lock:
        return SQLITE_IOERR_LOCK;
    case Call::shm_map:
        return SQLITE_IOERR_SHMMAP;
    case Call::shm_lock:
        return SQLITE_IOERR_SHMLOCK;
    }
    return SQLITE_IOERR;
}

// The functions that SQLite calls. A file of ours lies in front of the system's own.
struct FaultVfsCalls {
    struct File {
        sqlite3_file base;
        FaultVfs* owner;
        std::string* name;    // null: a temporary file
        bool syncs_directory; // with its next sync

        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };
    static File& at(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
    static FaultVfs& at(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }

    static std::string name_in(const char* path) { return std::filesystem::path(path).filename(); }

    static void tell(const File& file, DiskOperation operation) {
        if (!file.name)
            return;
        operation.file = *file.name;
        file.owner->tell(std::move(operation));
    }

    // Calls the system's function unless the call is to fail.
    template <class Function, class... Arguments>
    static int pass(Call call, Function sqlite3_io_methods::*function, sqlite3_file* file,
                    Arguments... arguments) {
        if (int code = at(file).owner->failure(call))
            return code;
        return through(function, file, arguments...);
    }
    template <class Function, class... Arguments>
    static auto through(Function sqlite3_io_methods::*function, sqlite3_file* file, Arguments... arguments) {
        sqlite3_file* real = at(file).real();
        return (real->pMethods->*function)(real, arguments...);
    }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* raw, int flags, int* out) {
        FaultVfs& owner = at(vfs);
        File& file = *new (raw) File{{nullptr}, &owner, nullptr, false};
        if (int code = owner.failure(Call::open))
            return code;
        int code = owner.system_->xOpen(owner.system_, path, file.real(), flags, out);
        if (!file.real()->pMethods)
            return code;
        file.base.pMethods = &methods;
        if (!path)
            return code;
        file.name = new std::string(name_in(path));
        file.syncs_directory =
            flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL);
        tell(file, {.kind = Kind::create, .file = {}});
        return code;
    }

    static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
        FaultVfs& owner = at(vfs);
        if (int code = owner.failure(Call::remove))
            return code;
        int code = owner.system_->xDelete(owner.system_, path, sync_directory);
        if (code == SQLITE_OK)
            owner.tell({.kind = Kind::remove, .file = name_in(path), .directory = sync_directory != 0});
        return code;
    }

    static int access(sqlite3_vfs* vfs, const char* path, int flags, int* out) {
        FaultVfs& owner = at(vfs);
        if (int code = owner.failure(Call::access))
            return code;
        return owner.system_->xAccess(owner.system_, path, flags, out);
    }

    static int full_pathname(sqlite3_vfs* vfs, const char* path, int size, char* out) {
        return at(vfs).system_->xFullPathname(at(vfs).system_, path, size, out);
    }

    static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

    static int close(sqlite3_file* file) {
        int code = through(&sqlite3_io_methods::xClose, file);
        delete at(file).name;
        at(file).base.pMethods = nullptr;
        return code;
    }

    static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
        return pass(Call::read, &sqlite3_io_methods::xRead, file, out, size, offset);
    }

    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
        int failed = at(file).owner->failure(Call::write);
        int arrives = failed ? size / 2 : size;
        int code = arrives ? through(&sqlite3_io_methods::xWrite, file, bytes, arrives, offset) : SQLITE_OK;
        if (code == SQLITE_OK && arrives)
            tell(at(file), {.kind = Kind::write,
                            .file = {},
                            .offset = offset,
                            .bytes = {static_cast<const char*>(bytes), static_cast<std::size_t>(arrives)}});
        return failed ? failed : code;
    }

    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        int code = pass(Call::truncate, &sqlite3_io_methods::xTruncate, file, size);
        if (code == SQLITE_OK)
            tell(at(file), {.kind = Kind::truncate, .file = {}, .offset = size});
        return code;
    }

    static int sync(sqlite3_file* file, int flags) {
        int code = pass(Call::sync, &sqlite3_io_methods::xSync, file, flags);
        if (code == SQLITE_OK)
            tell(at(file), {.kind = Kind::sync,
                            .file = {},
                            .directory = std::exchange(at(file).syncs_directory, false)});
        return code;
    }

    static int size(sqlite3_file* file, sqlite3_int64* out) {
        return pass(Call::size, &sqlite3_io_methods::xFileSize, file, out);
    }

    static int lock(sqlite3_file* file, int level) {
        return pass(Call::lock, &sqlite3_io_methods::xLock, file, level);
    }

    static int unlock(sqlite3_file* file, int level) {
        return through(&sqlite3_io_methods::xUnlock, file, level);
    }

    static int check_reserved(sqlite3_file* file, int* out) {
        return pass(Call::lock, &sqlite3_io_methods::xCheckReservedLock, file, out);
    }

    static int control(sqlite3_file* file, int what, void* argument) {
        return through(&sqlite3_io_methods::xFileControl, file, what, argument);
    }

    static int sector_size(sqlite3_file* file) { return through(&sqlite3_io_methods::xSectorSize, file); }

    static int characteristics(sqlite3_file* file) {
        return through(&sqlite3_io_methods::xDeviceCharacteristics, file);
    }

    static int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
        int code = pass(Call::shm_map, &sqlite3_io_methods::xShmMap, file, region, size, extend, out);
        if (code != SQLITE_OK && code != SQLITE_READONLY)
            *out = nullptr;
        return code;
    }

    static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
        if (flags & SQLITE_SHM_UNLOCK)
            return through(&sqlite3_io_methods::xShmLock, file, offset, count, flags);
        return pass(Call::shm_lock, &sqlite3_io_methods::xShmLock, file, offset, count, flags);
    }

    static void shm_barrier(sqlite3_file* file) { through(&sqlite3_io_methods::xShmBarrier, file); }

    static int shm_unmap(sqlite3_file* file, int remove) {
        return through(&sqlite3_io_methods::xShmUnmap, file, remove);
    }

    static const sqlite3_io_methods methods;
};

const sqlite3_io_methods FaultVfsCalls::methods = {
    2,         close,          read,    write,       truncate,        sync,    size,     lock,
    unlock,    check_reserved, control, sector_size, characteristics, shm_map, shm_lock, shm_barrier,
    shm_unmap, nullptr,        nullptr};

FaultVfs::FaultVfs() : system_(sqlite3_vfs_find(nullptr)), vfs_(*system_) {
    vfs_.szOsFile = static_cast<int>(sizeof(FaultVfsCalls::File)) + system_->szOsFile;
    vfs_.zName = "faults";
    vfs_.pAppData = this;
    vfs_.xOpen = FaultVfsCalls::open;
    vfs_.xDelete = FaultVfsCalls::remove;
    vfs_.xAccess = FaultVfsCalls::access;
    vfs_.xFullPathname = FaultVfsCalls::full_pathname;
    vfs_.xSleep = FaultVfsCalls::sleep;
    sqlite3_vfs_register(&vfs_, 1);
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_register(system_, 1);
    sqlite3_vfs_unregister(&vfs_);
}

void FaultVfs::fail(Fault fault) {
    count(fault.calls);
    fault_ = std::move(fault);
}

std::int64_t FaultVfs::heal() {
    fault_.reset();
    return std::exchange(failed_, 0);
}

void FaultVfs::count(Calls calls) {
    calls_ = std::move(calls);
    counted_ = failed_ = 0;
}

int FaultVfs::failure(Call call) {
    if (!calls_.contains(call))
        return SQLITE_OK;
    ++counted_;
    if (!fault_ || counted_ < fault_->nth || (counted_ > fault_->nth && !fault_->lasting))
        return SQLITE_OK;
    ++failed_;
    return fault_->code.value_or(error_of(call));
}

void FaultVfs::tell(DiskOperation operation) const {
    if (on_change)
        on_change(operation);
}

} // namespace versori::fakes
