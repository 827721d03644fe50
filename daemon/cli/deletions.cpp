#include "daemon/store/deletions.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/writing.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace versori::cli {
namespace {

std::string plural(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " connector" : " connectors");
}

int list(const Flags& flags) {
    store::Database database(database_path(flags), store::Database::Mode::read, {});
    store::Deletions deletions(database);
    std::string text;
    for (const auto& held : deletions.held())
        text += held.organisation + " is held since " + held.since + ": " + held.reason + "\n";
    auto pending = deletions.pending();
    std::size_t width = 0;
    for (const auto& one : pending)
        width = std::max(width, one.organisation.size());
    for (const auto& one : pending)
        text += one.organisation + std::string(width - one.organisation.size() + 2, ' ') + one.connector_id +
                "  " + one.connector + "  (missing since " + one.since.substr(0, 19) + "Z, " +
                (one.answer.empty() ? "not asked yet" : "Get Connector says " + one.answer) +
                (one.held ? ", held" : "") + ")\n";
    print(text.empty() ? "nothing is missing\n" : text);
    return Exit::done;
}

int decide(const Flags& flags, const std::string& organisation, bool approve) {
    std::int64_t count = 0;
    write_beside_daemon(database_path(flags), [&](store::Database& database, model::Time now) {
        std::string id = find_organisation(database, organisation);
        store::Deletions deletions(database);
        count = approve ? deletions.approve(id, now) : deletions.reject(id, now);
    });
    print(organisation + ": " + plural(count) + (approve ? " deleted\n" : " kept\n"));
    return Exit::done;
}

int forget(const Flags& flags, const std::string& organisation) {
    std::int64_t count = 0;
    write_beside_daemon(database_path(flags), [&](store::Database& database, model::Time now) {
        std::string id = find_organisation(database, organisation);
        store::Deletions deletions(database);
        if (deletions.configured(id))
            throw Refusal(Exit::usage, organisation +
                                           " is configured; take it out of the configuration, reload "
                                           "the daemon, then forget it");
        count = deletions.forget(id, now);
    });
    print(organisation + ": " + plural(count) + " forgotten\n");
    return Exit::done;
}

} // namespace

void add_deletions(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("deletions", "What is missing upstream, and what becomes of it");
    command->require_subcommand(1);
    command->add_subcommand("list", "Shows what is missing and not deleted")->callback([&chosen] {
        chosen.run = [&chosen] { return list(chosen.flags); };
    });
    for (bool approve : {true, false}) {
        auto* decision = command->add_subcommand(approve ? "approve" : "reject",
                                                 approve ? "Deletes what is missing at this moment"
                                                         : "Keeps what is missing until it is listed again");
        auto organisation = std::make_shared<std::string>();
        decision->add_option("ORG", *organisation, "id or name")->required()->type_name("");
        decision->callback([&chosen, organisation, approve] {
            chosen.run = [&chosen, organisation, approve] {
                return decide(chosen.flags, *organisation, approve);
            };
        });
    }
}

void add_forget(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("forget", "Removes an organisation that is no longer configured");
    auto organisation = std::make_shared<std::string>();
    command->add_option("ORG", *organisation, "id or name")->required()->type_name("");
    command->callback([&chosen, organisation] {
        chosen.run = [&chosen, organisation] { return forget(chosen.flags, *organisation); };
    });
}

} // namespace versori::cli
