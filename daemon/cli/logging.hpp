#pragma once

#include "daemon/cli/command.hpp"

namespace versori::cli {

// Logs go to standard error: lines for people, or a JSON object a line; with the journal's priorities where
// standard error is the journal.
void set_up_logging(const Flags&);

} // namespace versori::cli
