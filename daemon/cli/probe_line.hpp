#pragma once

#include "daemon/sync/probe.hpp"

#include <string>

namespace versori::cli {

// `acme  ✓ DNS  ✓ TCP  ✓ TLS  ✓ token  ✓ page: 100 of 1,204 connectors in 0.3 s`, or up to the step that
// failed and why.
std::string probe_line(const std::string& label, const sync::Probe&, bool colored);

} // namespace versori::cli
