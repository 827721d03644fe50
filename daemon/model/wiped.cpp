#include "daemon/model/wiped.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define VERSORI_MIRROR_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define VERSORI_MIRROR_SANITIZED
#endif
#endif

namespace versori::model {

[[gnu::noinline]] void wipe_stack() noexcept {
    char below[64 * 1024]; // decoding takes a quarter of it
    explicit_bzero(below, sizeof below);
}

} // namespace versori::model

#ifndef VERSORI_MIRROR_SANITIZED

namespace {

// In front of each block stands its size.
constexpr std::size_t front = alignof(std::max_align_t);

void* allocate(std::size_t size) noexcept {
    if (size > SIZE_MAX - front)
        return nullptr;
    auto* block = static_cast<std::byte*>(std::malloc(front + size));
    if (!block)
        return nullptr;
    std::memcpy(block, &size, sizeof size);
    return block + front;
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
    auto* whole = static_cast<std::byte*>(block) - front;
    std::size_t size;
    std::memcpy(&size, whole, sizeof size);
    explicit_bzero(block, size);
    std::free(whole);
}

void operator delete(void* block, std::size_t) noexcept {
    ::operator delete(block);
}

#endif
