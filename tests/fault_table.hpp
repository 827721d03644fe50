#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace versori {

// What a fault did, over all the times it was tried. Everything but `tries` has to be 0.
struct FaultTally {
    std::int64_t tries = 0;
    std::int64_t lost = 0; // a change of the platform or a change record that never came
    std::int64_t torn = 0; // a mirror that is no true picture: half a walk, rows without their record, damage
    std::int64_t leaked = 0; // a secret where none may be, or memory and descriptors that stay
};

// A row of the table that `tests/run --long` prints: into the file that VERSORI_FAULT_TABLE names, if it
// names one.
inline void tell_fault(std::string_view fault, const FaultTally& tally) {
    if (const char* table = std::getenv("VERSORI_FAULT_TABLE"))
        std::ofstream(table, std::ios::app) << fault << '\t' << tally.tries << '\t' << tally.lost << '\t'
                                            << tally.torn << '\t' << tally.leaked << '\n';
}

} // namespace versori
