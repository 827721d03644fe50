#include "daemon/store/replace.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/store/lock.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace versori::cli {
namespace {

model::Time wall() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string kept(const std::string& aside) {
    return aside.empty() ? "" : "; the one before is kept as " + aside;
}

int rebuild(const Flags& flags) {
    std::string path = database_path(flags);
    store::Lock lock(path, "rebuild");
    print("a new, empty mirror is at " + path + kept(store::rebuild(path, wall())) +
          "\nthe next walk fills it; its mirror_id is new, so consumers of the changes begin anew\n");
    return Exit::done;
}

int restore(const Flags& flags, const std::string& backup) {
    std::string path = database_path(flags);
    store::Lock lock(path, "restore");
    print(backup + " is the mirror at " + path + " now" + kept(store::restore(path, backup, wall())) +
          "\nits mirror_id is new, so consumers of the changes begin anew\n");
    return Exit::done;
}

} // namespace

void add_replace(CLI::App& app, Chosen& chosen) {
    app.add_subcommand("rebuild", "Sets a damaged mirror aside and begins a new one")->callback([&chosen] {
        chosen.run = [&chosen] { return rebuild(chosen.flags); };
    });
    auto* command = app.add_subcommand("restore", "Puts a backup in the mirror's place");
    auto backup = std::make_shared<std::string>();
    command->add_option("FILE", *backup, "the backup, a mirror")->required()->type_name("");
    command->callback(
        [&chosen, backup] { chosen.run = [&chosen, backup] { return restore(chosen.flags, *backup); }; });
}

} // namespace versori::cli
