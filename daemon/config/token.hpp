#pragma once

#include "daemon/config/environment.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace versori::config {

// A secret. Its bytes lie in one place, which is wiped before it is given back; there is no way to print it.
class Token {
public:
    explicit Token(std::string_view value);
    Token(Token&& other) noexcept;
    Token& operator=(Token&& other) noexcept;
    ~Token();

    // Visible ASCII characters only, at least one. Whoever copies it has to wipe the copy.
    std::string_view value() const { return {bytes_.get(), size_}; }

    // Overwrites the bytes; the value is empty then. Destruction and assignment do the same.
    void wipe() noexcept;

    friend bool operator==(const Token& a, const Token& b) { return a.value() == b.value(); }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

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
