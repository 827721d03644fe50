#include "daemon/cli/probe_line.hpp"

#include "daemon/sync/report.hpp"

namespace versori::cli {

std::string probe_line(const std::string& label, const sync::Probe& probe, bool colored) {
    std::string well = colored ? "  \033[32m✓\033[0m " : "  ✓ ";
    std::string ill = colored ? "  \033[31m✗\033[0m " : "  ✗ ";
    std::string line = label;
    for (const std::string& step : probe.passed)
        line += well + step;
    if (!probe.failed.empty())
        return line + ill + probe.failed + ": " + probe.problem;
    line += ": " + sync::grouped(static_cast<std::int64_t>(probe.connectors));
    if (probe.total_count)
        line += " of " + sync::grouped(*probe.total_count);
    return line + " connectors in " + sync::duration(probe.took);
}

} // namespace versori::cli
