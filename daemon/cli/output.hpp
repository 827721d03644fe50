#pragma once

#include <string_view>

namespace versori::cli {

// From here on INT and TERM end the command cleanly instead of killing it: `ended` says so, and what waits
// for the descriptor wakes up.
void end_on_signals();
bool ended();
int end_descriptor(); // readable once ended; REQUIRES: end_on_signals was called

// Writes all of it to standard output. False when nobody reads any more: the reader has closed the pipe, or
// the command has ended. Throws Refusal for anything else that goes wrong.
bool print(std::string_view);

} // namespace versori::cli
