#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace versori::api {

inline std::string gzip(const std::string& text) {
    z_stream zlib{};
    if (deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error("no deflate");
    std::string out(deflateBound(&zlib, text.size()), '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    zlib.avail_in = static_cast<uInt>(text.size());
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    if (deflate(&zlib, Z_FINISH) != Z_STREAM_END)
        throw std::runtime_error("deflate does not end");
    out.resize(zlib.total_out);
    deflateEnd(&zlib);
    return out;
}

} // namespace versori::api
