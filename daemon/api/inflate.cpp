#include "daemon/api/inflate.hpp"

#include <zlib.h>

#include <array>
#include <new>

namespace versori::api {
namespace {

// zlib's own memory holds what it inflates, and comes from the heap that is wiped.
voidpf take(voidpf, uInt count, uInt size) {
    return ::operator new (std::size_t{count} * size, std::nothrow);
}

void give_back(voidpf, voidpf block) {
    ::operator delete(block);
}

} // namespace

struct Inflater::State {
    z_stream zlib{};
    bool between_members = true;
    std::array<char, 32 * 1024> piece;
};

Inflater::Inflater(std::size_t max_bytes) : state_(std::make_unique<State>()), max_bytes_(max_bytes) {
    constexpr int gzip_only = 16 + MAX_WBITS;
    state_->zlib.zalloc = take;
    state_->zlib.zfree = give_back;
    if (inflateInit2(&state_->zlib, gzip_only) != Z_OK)
        throw std::bad_alloc();
}

Inflater::~Inflater() {
    inflateEnd(&state_->zlib);
}

Result<void> Inflater::write(std::string_view bytes, std::string& out) {
    auto& zlib = state_->zlib;
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    zlib.avail_in = static_cast<uInt>(bytes.size());
    bool more_out = false;
    while (zlib.avail_in > 0 || more_out) {
        if (state_->between_members && zlib.avail_in > 0) {
            inflateReset(&zlib);
            state_->between_members = false;
        }
        zlib.next_out = reinterpret_cast<Bytef*>(state_->piece.data());
        zlib.avail_out = static_cast<uInt>(state_->piece.size());
        int status = inflate(&zlib, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
            return Failure{errc::bad_http, "the answer says that it is gzip and is not"};
        std::size_t produced = state_->piece.size() - zlib.avail_out;
        if (produced > max_bytes_ - out.size())
            return larger_than(max_bytes_);
        out.append(state_->piece.data(), produced);
        state_->between_members = status == Z_STREAM_END;
        more_out = zlib.avail_out == 0 && status == Z_OK;
    }
    return {};
}

bool Inflater::complete() const {
    return state_->between_members;
}

Failure larger_than(std::size_t max_bytes) {
    return {errc::too_large,
            "the answer is larger than max_page_bytes (" + std::to_string(max_bytes) + " bytes)"};
}

} // namespace versori::api
