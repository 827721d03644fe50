#include "tests/fault/tries.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <utility>

namespace versori::fault {

Tries::Tries(std::string fault) : fault_(std::move(fault)), descriptors_(open_descriptors()) {}

void Tries::judge(Trial& trial, const Findings& found, const std::string& where) {
    constexpr std::int64_t enough = 5;
    bool leaked = trial.disk.holds("CANARY");
    ++tally_.tries;
    tally_.torn += !found.torn.empty();
    tally_.lost += !found.lost.empty();
    tally_.leaked += leaked;
    for (const std::string& what :
         {found.torn, found.lost, std::string(leaked ? "a secret on the disk" : "")})
        if (!what.empty() && tally_.torn + tally_.lost + tally_.leaked <= enough)
            shown_ += "\n" + where + ": " + what;
}

void Tries::conclude() {
    if (open_descriptors() > descriptors_) {
        ++tally_.leaked;
        shown_ += "\nfiles stay open";
    }
    tell_fault(fault_, tally_);
    CAPTURE(shown_);
    CHECK(tally_.tries > 0);
    CHECK(tally_.torn == 0);
    CHECK(tally_.lost == 0);
    CHECK(tally_.leaked == 0);
}

bool long_form() {
    const char* wanted = std::getenv("VERSORI_LONG");
    return wanted && *wanted;
}

} // namespace versori::fault
