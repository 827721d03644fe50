#pragma once

#include "daemon/config/environment.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"
#include "daemon/model/secret.hpp"

#include <cstdint>
#include <optional>

namespace versori::config {

// Visible ASCII characters only, at least one.
using Token = model::Secret;

// The token without white space at its end. Fails with errc::no_token and a sentence that says what to do: a
// file that is missing, unreadable, no regular file, larger than 64 KiB or readable for others; a variable or
// credential that is missing; an empty value, or one with characters that no token has. Never repeats the
// value.
Result<Token> read_token(const TokenSource& source, const Environment& environment = process_environment());

// What changes when a token file is written, replaced, or given other rights. Cheap enough to look at every
// few seconds.
struct TokenStamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified = 0,
                 changed = 0; // nanoseconds since 1970: the contents, the file's rights and owner

    bool operator==(const TokenStamp&) const = default;
};

// Nothing for a file that is not there, and for the other sources, which change only by a restart.
std::optional<TokenStamp> token_stamp(const TokenSource& source);

} // namespace versori::config
