#include "daemon/model/wiped.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define VERSORI_MIRROR_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define VERSORI_MIRROR_SANITIZED
#endif
#endif

namespace versori::model {
namespace {

// Stands in front of each block.
struct alignas(std::max_align_t) Front {
    std::size_t size;   // of the block, without this
    std::size_t mapped; // bytes mapped for it, this included; 0: it is malloc's
};

// Blocks for pages and caches are mapped one by one, so that they leave no holes in the heap; a few are kept
// for the next of their kind, as they are.
class LargeBlocks {
public:
    [[maybe_unused]] static constexpr std::size_t smallest = 64 * 1024;

    Front* take(std::size_t size) noexcept {
        std::lock_guard lock(mutex_);
        for (Front*& spare : spares_)
            if (spare && spare->mapped >= size && spare->mapped / 2 <= size)
                return std::exchange(spare, nullptr);
        constexpr std::size_t page = 4096;
        if (size > SIZE_MAX - page)
            return nullptr;
        size = (size + page - 1) / page * page;
        void* fresh = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (fresh == MAP_FAILED)
            return nullptr;
        return new (fresh) Front{0, size};
    }

    void give_back(Front* block) noexcept {
        std::lock_guard lock(mutex_);
        auto place = std::ranges::find(spares_, nullptr);
        if (block->mapped <= largest_spare && place != std::end(spares_))
            *place = block;
        else
            ::munmap(block, block->mapped);
    }

    void unmap_spares() noexcept {
        std::lock_guard lock(mutex_);
        for (Front*& spare : spares_)
            if (spare)
                ::munmap(spare, spare->mapped), spare = nullptr;
    }

private:
    static constexpr std::size_t largest_spare = 1 << 20;

    std::mutex mutex_;
    Front* spares_[4] = {};
};

constinit LargeBlocks large_blocks;

[[gnu::noinline]] void wipe_stack() noexcept {
    char below[64 * 1024]; // decoding takes a quarter of it
    explicit_bzero(below, sizeof below);
}

} // namespace

void forget() noexcept {
    large_blocks.unmap_spares();
    wipe_stack();
}

} // namespace versori::model

#ifndef VERSORI_MIRROR_SANITIZED

namespace {

using versori::model::Front;
using versori::model::large_blocks;
using versori::model::LargeBlocks;

void* allocate(std::size_t size) noexcept {
    if (size > SIZE_MAX - sizeof(Front))
        return nullptr;
    std::size_t whole = sizeof(Front) + size;
    Front* front = nullptr;
    if (whole >= LargeBlocks::smallest)
        front = large_blocks.take(whole);
    else if (void* block = std::malloc(whole))
        front = new (block) Front{0, 0};
    if (!front)
        return nullptr;
    front->size = size;
    return front + 1;
}

} // namespace

// All other forms but those with an alignment end in these.
void* operator new(std::size_t size) {
    for (;;) {
        if (void* block = allocate(size))
            return block;
        auto handler = std::get_new_handler();
        if (!handler)
            throw std::bad_alloc();
        handler();
    }
}

void operator delete(void* block) noexcept {
    if (!block)
        return;
    Front* front = static_cast<Front*>(block) - 1;
    if (front->mapped > 0)
        return large_blocks.give_back(front);
    explicit_bzero(block, front->size);
    std::free(front);
}

void operator delete(void* block, std::size_t) noexcept {
    ::operator delete(block);
}

#endif
