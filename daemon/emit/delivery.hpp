#pragma once

#include "daemon/model/record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace versori::emit {

// The last record a delivery holds.
struct Position {
    std::string mirror_id;
    std::int64_t seq = 0;
    // It comes from an older piece of the delivery: a later piece, gone by now, may have held more.
    bool at_least = false;
};

// What a delivery says of itself. `failure` is a sentence for a person; empty: none.
struct Located {
    std::optional<Position> position;
    std::string failure;
};

// The first `count` records are taken; `failure` says why the others are not.
struct Taken {
    std::size_t count = 0;
    std::string failure;
};

// One place where change records go.
class Delivery {
public:
    virtual ~Delivery() = default;

    // Under which its mark is kept: one word.
    virtual std::string_view name() const = 0;

    // Where it stands, when it can tell by itself; no position otherwise.
    virtual Located locate() { return {}; }

    // Takes records in order. What is taken stays taken, through a power cut too if the delivery can promise
    // that.
    virtual Taken take(std::span<const model::ChangeRecord>) = 0;

    // Lets go of what it holds open; the next `take` opens it again.
    virtual void reopen() {}
};

} // namespace versori::emit
