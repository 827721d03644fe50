#include "daemon/store/memory.hpp"

#include "daemon/store/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace versori::store {
namespace {

// Stands in front of each block.
struct alignas(std::max_align_t) Front {
    int size;
};

Front* front_of(void* block) {
    return static_cast<Front*>(block) - 1;
}

// What SQLite is given is no secret: only what is large need come from the heap that gives it back.
bool is_large(int size) {
    return size >= 64 * 1024;
}

void* take(int size) {
    std::size_t with_front = sizeof(Front) + static_cast<std::size_t>(size);
    void* whole = is_large(size) ? ::operator new(with_front, std::nothrow) : std::malloc(with_front);
    return whole ? new (whole) Front{size} + 1 : nullptr;
}

void give_back(void* block) {
    Front* front = front_of(block);
    is_large(front->size) ? ::operator delete(front) : std::free(front);
}

int size_of(void* block) {
    return block ? front_of(block)->size : 0;
}

void* resize(void* block, int size) {
    void* other = take(size);
    if (!other)
        return nullptr;
    std::memcpy(other, block, static_cast<std::size_t>(std::min(size, size_of(block))));
    give_back(block);
    return other;
}

int round_up(int size) {
    return (size + 7) & ~7;
}

int begin(void*) {
    return SQLITE_OK;
}

void end(void*) {}

} // namespace

void take_memory_from_heap() {
    static const int outcome = [] {
        static const sqlite3_mem_methods methods = {take,     give_back, resize, size_of,
                                                    round_up, begin,     end,    nullptr};
        constexpr int as_large_as_the_cache = -64 * 1024;
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // nobody asks how much it has: no locks for that
        return sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, as_large_as_the_cache);
    }();
    static_cast<void>(outcome);
}

void give_back_cache(Database& database) {
    database.execute("PRAGMA shrink_memory");
}

} // namespace versori::store
