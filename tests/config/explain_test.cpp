#include "daemon/config/explain.hpp"

#include "daemon/config/load.hpp"

#include <doctest/doctest.h>

#include <string>

namespace versori::config {
namespace {

std::string explained(std::string_view text) {
    std::string lines;
    for (const auto& line : explain(*load(text, "f.toml")))
        lines += line + '\n';
    return lines;
}

TEST_CASE("the defaults are explained and marked") {
    CHECK(explained("") == R"(mirror.database = "/var/lib/versori-mirror/mirror.db"   (default)
mirror.commit_batch = "4MiB"   (default)
platform.url = "https://platform.versori.com/api/connect/v1"   (default)
platform.authorization = "Bearer"   (default)
platform.page_size = 100   (default)
platform.connect_timeout = "10s"   (default)
platform.request_timeout = "30s"   (default)
platform.retry_limit = 6   (default)
platform.retry_max_delay = "1m"   (default)
platform.max_page_bytes = "64MiB"   (default)
platform.ca_file = ""   (default)
platform.proxy = ""   (default)
schedule.interval = "5m"   (default)
schedule.jitter = "10%"   (default)
schedule.concurrency = 4   (default)
schedule.walk_deadline = "30m"   (default)
schedule.head_interval = ""   (default)
fidelity.settle_attempts = 3   (default)
fidelity.confirm_deletions = true   (default)
fidelity.confirm_limit = 50   (default)
fidelity.guard_count = 10   (default)
fidelity.guard_percent = 20   (default)
changes.journal = true   (default)
changes.file = ""   (default)
changes.file_max_size = "64MiB"   (default)
changes.file_keep = 5   (default)
changes.retention = "90d"   (default)
changes.baseline = "summary"   (default)
secrets.variables = ["*secret*", "*token*", "*password*", "*key*"]   (default)
metrics.textfile = ""   (default)
)");
}

TEST_CASE("a changed value stands without the mark, organisations with what they set or inherit") {
    auto lines = explained(R"(
        platform.proxy = "http://me:hunter2@proxy:3128"
        platform.page_size = 100
        schedule.interval = "90s"
        schedule.head_interval = "20s"
        [[organisation]]
        id = "01A"
        name = "acme"
        token_file = "/etc/acme.token"
        page_size = 50
        categories = ["ERP", "HR"]
        [[organisation]]
        id = "01B"
        token_credential = "b"
        interval = "1h"
        tags = "a:b"
    )");
    for (const char* line :
         {"platform.proxy = \"http://proxy:3128\"\n", "platform.page_size = 100   (default)\n",
          "schedule.interval = \"1m30s\"\n", "schedule.head_interval = \"20s\"\n"})
        CHECK(lines.find(std::string{"\n"} + line) != lines.npos);
    CHECK(lines.find("hunter2") == lines.npos);
    CHECK(lines.substr(lines.find("organisation[1]")) == R"(organisation[1].id = "01A"
organisation[1].name = "acme"
organisation[1].token_file = "/etc/acme.token"
organisation[1].interval = "1m30s"   (from schedule.interval)
organisation[1].page_size = 50
organisation[1].categories = ["ERP", "HR"]
organisation[2].id = "01B"
organisation[2].token_credential = "b"
organisation[2].interval = "1h"
organisation[2].page_size = 100   (from platform.page_size)
organisation[2].tags = "a:b"
)");
}

} // namespace
} // namespace versori::config
