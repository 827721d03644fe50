#include "daemon/cli/command.hpp"
#include "daemon/cli/logging.hpp"
#include "daemon/config/load.hpp"
#include "daemon/sync/service.hpp"

#include <CLI/CLI.hpp>

namespace versori::cli {

void add_run(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("run", "The service: walks on schedule until SIGTERM or SIGINT");
    command->callback([&chosen] {
        chosen.run = [&chosen] {
            set_up_logging(chosen.flags);
            auto reload = [&chosen]() -> config::Loaded {
                auto loaded = config::load_file(chosen.flags.config);
                if (loaded && chosen.flags.database)
                    loaded->mirror.database = *chosen.flags.database;
                return loaded;
            };
            sync::serve(load_settings(chosen.flags), reload);
            return Exit::done;
        };
    });
}

} // namespace versori::cli
