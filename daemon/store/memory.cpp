#include "daemon/store/memory.hpp"

#include "daemon/store/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

namespace versori::store {
namespace {

struct Slab;

// Stands in front of each block.
struct alignas(std::max_align_t) Front {
    union {
        Slab* slab;  // it is part of; null: it is a block by itself
        Front* next; // free one of the same slab
    };
    int size;
};

// One block of the heap for many of SQLite's.
struct alignas(std::max_align_t) Slab {
    Slab* next;
    Front* free; // those that were given back
    int fresh;   // how many were never taken
    int used;
};

// The blocks for pages of one size, each with what SQLite adds to it. They come and go by the thousand, and
// must leave no holes in the heap.
class Pages {
public:
    constexpr Pages(int page, int a_slab) : page_(page), a_slab_(a_slab) {}

    bool are(int size) const { return size >= page_ && size <= page_ + most_added; }

    Front* take() noexcept {
        std::lock_guard lock(mutex_);
        Slab* slab = slabs_;
        while (slab && !slab->free && slab->fresh == 0)
            slab = slab->next;
        if (!slab && !(slab = add()))
            return nullptr;
        ++slab->used;
        Front* out = slab->free;
        if (out)
            slab->free = out->next;
        else
            out = new (reinterpret_cast<std::byte*>(slab + 1) + --slab->fresh * stride()) Front;
        out->slab = slab;
        return out;
    }

    void give_back(Front* block) noexcept {
        std::lock_guard lock(mutex_);
        Slab* slab = block->slab;
        block->next = slab->free;
        slab->free = block;
        if (--slab->used > 0)
            return;
        Slab** link = &slabs_;
        while (*link != slab)
            link = &(*link)->next;
        *link = slab->next;
        ::operator delete(slab);
    }

private:
    static constexpr int most_added = 512;

    int stride() const { return static_cast<int>(sizeof(Front)) + page_ + most_added; }

    Slab* add() noexcept {
        auto size = sizeof(Slab) + static_cast<std::size_t>(a_slab_ * stride());
        void* block = ::operator new(size, std::nothrow);
        return block ? slabs_ = new (block) Slab{slabs_, nullptr, a_slab_, 0} : nullptr;
    }

    const int page_, a_slab_;
    std::mutex mutex_;
    Slab* slabs_ = nullptr;
};

// From here on a block is one by itself, which goes back to the system.
constexpr int large = 64 * 1024;

constinit Pages mirror_pages(4096, 15), stage_pages(16384, 4);

Pages* pages_of(int size) {
    return mirror_pages.are(size) ? &mirror_pages : stage_pages.are(size) ? &stage_pages : nullptr;
}

Front* front_of(void* block) {
    return static_cast<Front*>(block) - 1;
}

void* take(int size) {
    Front* out = nullptr;
    std::size_t whole = sizeof(Front) + static_cast<std::size_t>(size);
    if (Pages* pages = pages_of(size))
        out = pages->take();
    else if (void* block = size >= large ? ::operator new(whole, std::nothrow) : std::malloc(whole))
        out = new (block) Front{{nullptr}, 0};
    if (!out)
        return nullptr;
    out->size = size;
    return out + 1;
}

void give_back(void* block) {
    Front* front = front_of(block);
    if (front->slab)
        pages_of(front->size)->give_back(front);
    else if (front->size >= large)
        ::operator delete(front);
    else
        std::free(front);
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
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); // nobody asks how much it has: no locks for that
        return sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0); // each page by itself
    }();
    static_cast<void>(outcome);
}

void give_back_cache(Database& database) {
    database.execute("PRAGMA shrink_memory");
}

} // namespace versori::store
