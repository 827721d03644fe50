#include "daemon/cli/command.hpp"
#include "daemon/config/load.hpp"

#include <unistd.h>

#include <cstdlib>

namespace versori::cli {

config::Settings load_settings(const Flags& flags) {
    auto loaded = config::load_file(flags.config);
    if (!loaded) {
        std::string text;
        for (const config::Problem& problem : loaded.error())
            (text += text.empty() ? "" : "\n") += config::to_string(problem);
        throw Refusal(Exit::configuration, text);
    }
    if (flags.database)
        loaded->mirror.database = *flags.database;
    return std::move(*loaded);
}

std::string database_path(const Flags& flags) {
    return flags.database ? *flags.database : load_settings(flags).mirror.database;
}

bool colored(const Flags& flags, int descriptor) {
    if (flags.color != "auto")
        return flags.color == "always";
    const char* refused = std::getenv("NO_COLOR");
    return (!refused || !*refused) && ::isatty(descriptor) == 1;
}

} // namespace versori::cli
