#pragma once

#include "tests/fault/trial.hpp"
#include "tests/fault_table.hpp"

#include <string>

namespace versori::fault {

// Counts what is found over the tries of one fault.
class Tries {
public:
    explicit Tries(std::string fault);

    void judge(Trial&, const Findings&, const std::string& where);

    // Fails the test unless nothing was found, shows the first findings, and adds the row to the table.
    void conclude();

    std::int64_t count() const { return tally_.tries; }

private:
    std::string fault_;
    FaultTally tally_;
    std::string shown_;
    std::size_t descriptors_;
};

// More tries when the environment asks for the long form.
bool long_form();

// Of the moments of a recording, each in the long form, else every seventh.
inline bool tried(std::size_t moment) {
    return long_form() || moment % 7 == 0;
}

} // namespace versori::fault
