#pragma once

#include "daemon/config/settings.hpp"

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace versori::cli {

enum Exit : int { done = 0, problem = 1, usage = 64, database = 74, locked = 75, configuration = 78 };

// Ends the command with this status; the sentence goes to standard error.
struct Refusal : std::runtime_error {
    Refusal(Exit status, const std::string& message) : runtime_error(message), status(status) {}
    Exit status;
};

// The flags every command takes.
struct Flags {
    std::string config = std::string(config::default_file);
    bool config_given = false;
    std::optional<std::string> database;
    std::string log_level = "info", log_format = "text", color = "auto";
};

// What the arguments chose. `run` is set by the command that was named; it gives the exit status.
struct Chosen {
    Flags flags;
    std::function<int()> run;
};

// Each adds its subcommand, one file a command.
void add_run(CLI::App&, Chosen&);
void add_sync(CLI::App&, Chosen&);
void add_status(CLI::App&, Chosen&);
void add_changes(CLI::App&, Chosen&);
void add_deletions(CLI::App&, Chosen&);
void add_check(CLI::App&, Chosen&);
void add_schema(CLI::App&, Chosen&);
void add_forget(CLI::App&, Chosen&);
void add_replace(CLI::App&, Chosen&); // rebuild and restore

// The configuration file's settings with --database applied. Throws Refusal(configuration) with all that is
// wrong.
config::Settings load_settings(const Flags&);

// The mirror's path for commands that only look at it: --database, else the configuration's.
std::string database_path(const Flags&);

// Whether to colour what goes to the file descriptor: --color, NO_COLOR, and whether it is a terminal.
bool colored(const Flags&, int descriptor);

} // namespace versori::cli
