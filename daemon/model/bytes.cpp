#include "daemon/model/bytes.hpp"

#include <algorithm>

namespace versori::model {
namespace {

bool is_unprintable(char c) {
    return static_cast<unsigned char>(c - 0x1A) < 6;
}

} // namespace

std::size_t find_unprintable(std::string_view text) {
    constexpr std::size_t block = 256;
    for (std::size_t at = 0; at < text.size(); at += block) {
        std::string_view part = text.substr(at, block);
        unsigned char any = 0; // without a branch, so that it is vectorised
        for (char c : part)
            any |= is_unprintable(c);
        if (any)
            return at + static_cast<std::size_t>(std::ranges::find_if(part, is_unprintable) - part.begin());
    }
    return text.npos;
}

} // namespace versori::model
