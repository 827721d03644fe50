#include "daemon/cli/command.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/store/database.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace versori::cli {

void add_schema(CLI::App& app, Chosen& chosen) {
    auto* command =
        app.add_subcommand("schema", "The mirror's tables: the DDL, or a sentence on each column");
    auto format = std::make_shared<std::string>("sql");
    command->add_option("--format", *format, "sql or markdown")
        ->check(CLI::IsMember({"sql", "markdown"}).description(""))
        ->type_name("FORMAT")
        ->capture_default_str();
    command->callback([&chosen, format] {
        chosen.run = [format] {
            print(*format == "sql" ? store::schema_sql() : store::schema_dictionary());
            return Exit::done;
        };
    });
}

} // namespace versori::cli
