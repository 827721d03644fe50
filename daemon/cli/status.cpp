#include "daemon/cli/command.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/status_report.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/config/load.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>

namespace versori::cli {
namespace {

// With --database the mirror says what the configuration would, where that cannot be read.
std::optional<config::Settings> settings_of(const Flags& flags) {
    if (!flags.database)
        return load_settings(flags);
    auto loaded = config::load_file(flags.config);
    return loaded ? std::optional(std::move(*loaded)) : std::nullopt;
}

void set_interval(store::Condition& one, const std::optional<config::Settings>& settings) {
    if (settings) {
        auto at = std::ranges::find(settings->organisations, one.id, &config::Organisation::id);
        if (at != settings->organisations.end())
            one.interval = settings->interval_of(*at);
    }
    if (!one.interval)
        one.interval = config::Schedule().interval;
}

int show_status(const Flags& flags, bool json) {
    auto settings = settings_of(flags);
    Status status;
    status.now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    store::Database database(flags.database ? *flags.database : settings->mirror.database,
                             store::Database::Mode::read, status.now);
    status.extent = store::Outbox(database).extent();
    status.conditions = store::Overview(database).conditions(status.now);
    for (store::Condition& one : status.conditions)
        set_interval(one, settings);
    print(json ? status_json(status)
               : status_text(status, terminal_size(STDOUT_FILENO).columns, colored(flags, STDOUT_FILENO)));
    return healthy(status) ? Exit::done : Exit::problem;
}

} // namespace

void add_status(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("status", "Each organisation's state, age, counts and last error");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "one JSON object; the man page names its members");
    command->footer("Ends with 1 when an organisation had no complete walk for three intervals.");
    command->callback(
        [&chosen, json] { chosen.run = [&chosen, json] { return show_status(chosen.flags, *json); }; });
}

} // namespace versori::cli
