#include "daemon/cli/arguments.hpp"

#include "daemon/cli/command.hpp"
#include "daemon/config/closest.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/lock.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

namespace versori::cli {
namespace {

void add_flags(CLI::App& app, Flags& flags) {
    app.add_option("-c,--config", flags.config, "configuration file")
        ->type_name("FILE")
        ->capture_default_str()
        ->each([&flags](const std::string&) { flags.config_given = true; });
    app.add_option("--database", flags.database, "the mirror, instead of mirror.database")->type_name("FILE");
    app.add_option("--log-level", flags.log_level, "trace, debug, info, warn or error")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}).description(""))
        ->type_name("LEVEL")
        ->capture_default_str();
    app.add_option("--log-format", flags.log_format, "text or json")
        ->check(CLI::IsMember({"text", "json"}).description(""))
        ->type_name("FORMAT")
        ->capture_default_str();
    app.add_option("--color", flags.color, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
        ->type_name("WHEN")
        ->capture_default_str();
}

// What is required and missing; for the program itself a command.
int refuse(const CLI::App& app, const CLI::RequiredError& error) {
    std::vector<std::string> words = app.remaining();
    bool slip = app.get_subcommands().empty() && !words.empty();
    if (!slip)
        return app.exit(error), Exit::usage;
    std::vector<std::string_view> commands;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        commands.push_back(command->get_name());
    std::cerr << "versori-mirror: there is no command " << words.front() << "; "
              << config::suggestion(words.front(), commands) << "\n";
    return Exit::usage;
}

int run(const Chosen& chosen) {
    try {
        return chosen.run();
    } catch (const Refusal& refusal) {
        std::cerr << "versori-mirror: " << refusal.what() << "\n";
        return refusal.status;
    } catch (const store::LockHeld& held) {
        std::cerr << "versori-mirror: " << held.what() << "\n";
        return Exit::locked;
    } catch (const store::StoreError& error) {
        std::cerr << "versori-mirror: " << error.what() << "\n";
        return Exit::database;
    }
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a write that is too long fails, and that is said
    CLI::App app("Mirrors the connectors of Versori organisations into SQLite and tells what changed",
                 "versori-mirror");
    app.set_version_flag("--version", "versori-mirror " VERSORI_MIRROR_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    Chosen chosen;
    add_flags(app, chosen.flags);
    add_run(app, chosen);
    add_sync(app, chosen);
    add_status(app, chosen);
    add_changes(app, chosen);
    add_deletions(app, chosen);
    add_check(app, chosen);
    add_schema(app, chosen);
    add_forget(app, chosen);
    add_replace(app, chosen);
    for (CLI::App* command : app.get_subcommands({}))
        command->footer(command->get_footer() + (command->get_footer().empty() ? "" : "\n") +
                        "`versori-mirror --help` has the options that every command takes.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        return refuse(app, error);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? Exit::done : Exit::usage;
    }
    return run(chosen);
}

} // namespace versori::cli
