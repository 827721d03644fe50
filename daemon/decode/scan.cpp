#include "daemon/decode/scan.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace versori::decode {
namespace {

constexpr std::size_t block_size = 64;

// Where the characters that matter stand in a block, a bit each.
struct Block {
    std::uint64_t quotes = 0, backslashes = 0, opens = 0, closes = 0;
};

#ifdef __SSE2__
using Bytes [[gnu::vector_size(16)]] = char;

Block look(const char* text) {
    Block out;
    for (int part = 0; part < 4; ++part) {
        Bytes bytes;
        std::memcpy(&bytes, text + 16 * part, sizeof bytes);
        auto where = [&](char c) {
            int mask = __builtin_ia32_pmovmskb128(reinterpret_cast<Bytes>(bytes == c));
            return static_cast<std::uint64_t>(mask) << (16 * part);
        };
        out.quotes |= where('"');
        out.backslashes |= where('\\');
        out.opens |= where('{');
        out.closes |= where('}');
    }
    return out;
}
#else
Block look(const char* text) {
    Block out;
    for (std::size_t i = 0; i < block_size; ++i) {
        std::uint64_t bit = std::uint64_t{1} << i;
        out.quotes |= text[i] == '"' ? bit : 0;
        out.backslashes |= text[i] == '\\' ? bit : 0;
        out.opens |= text[i] == '{' ? bit : 0;
        out.closes |= text[i] == '}' ? bit : 0;
    }
    return out;
}
#endif

// The characters after backslashes that are not escaped themselves. `carry`: into the block, and out of it.
std::uint64_t escaped_by(std::uint64_t backslashes, bool& carry) {
    std::uint64_t escaped = carry;
    carry = false;
    for (; backslashes != 0; backslashes &= backslashes - 1) {
        std::uint64_t bit = backslashes & (~backslashes + 1);
        if (escaped & bit)
            continue;
        escaped |= bit << 1;
        carry = bit >> 63;
    }
    return escaped;
}

// Each bit: whether an odd number of bits stands at and below it.
std::uint64_t between(std::uint64_t quotes) {
    for (int shift = 1; shift < 64; shift *= 2)
        quotes ^= quotes << shift;
    return quotes;
}

} // namespace

std::size_t object_length(std::string_view text) {
    std::uint64_t in_string = 0; // all ones while a string goes on from the block before
    bool escape = false;
    int depth = 0;
    for (std::size_t at = 0; at < text.size(); at += block_size) {
        char rest[block_size] = {};
        const char* from = text.data() + at;
        if (text.size() - at < block_size)
            from = static_cast<const char*>(std::memcpy(rest, from, text.size() - at));
        Block block = look(from);
        if (block.backslashes != 0 || escape)
            block.quotes &= ~escaped_by(block.backslashes, escape);
        std::uint64_t strings = between(block.quotes) ^ in_string;
        in_string = std::uint64_t{0} - (strings >> 63);
        std::uint64_t opens = block.opens & ~strings;
        for (std::uint64_t braces = opens | (block.closes & ~strings); braces != 0; braces &= braces - 1) {
            std::uint64_t bit = braces & (~braces + 1);
            depth += opens & bit ? 1 : -1;
            if (depth <= 0)
                return at + static_cast<std::size_t>(std::countr_zero(bit)) + 1;
        }
    }
    return text.npos;
}

} // namespace versori::decode
