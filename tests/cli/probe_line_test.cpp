#include "daemon/cli/probe_line.hpp"

#include <doctest/doctest.h>

namespace versori::cli {
namespace {

TEST_CASE("check --online: a line an organisation") {
    sync::Probe probe;
    probe.passed = {"DNS", "TCP", "TLS", "token", "page"};
    probe.connectors = 100, probe.total_count = 1204;
    probe.took = std::chrono::milliseconds{340};
    CHECK_EQ(probe_line("acme", probe, false),
             "acme  ✓ DNS  ✓ TCP  ✓ TLS  ✓ token  ✓ page: 100 of 1,204 connectors in 0.3 s");
    probe.total_count.reset();
    probe.passed = {"page"};
    CHECK_EQ(probe_line("acme", probe, true), "acme  \033[32m✓\033[0m page: 100 connectors in 0.3 s");
    probe = {};
    probe.passed = {"DNS"}, probe.failed = "TCP", probe.problem = "nobody there";
    CHECK_EQ(probe_line("acme", probe, false), "acme  ✓ DNS  ✗ TCP: nobody there");
}

} // namespace
} // namespace versori::cli
