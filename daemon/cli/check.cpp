#include "daemon/cli/command.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/probe_line.hpp"
#include "daemon/cli/table.hpp"
#include "daemon/config/explain.hpp"
#include "daemon/config/warnings.hpp"
#include "daemon/sync/transport.hpp"

#include <CLI/CLI.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace versori::cli {
namespace {

void show_settings(const config::Settings& settings) {
    std::string text;
    for (const std::string& line : config::explain(settings))
        text += line + "\n";
    print(text);
    for (const std::string& warning : config::warnings(settings))
        std::cerr << "versori-mirror: warning: " << warning << "\n";
    if (settings.organisations.empty())
        std::cerr << "versori-mirror: warning: no organisation is configured: add an [[organisation]]\n";
}

sync::Probe ask(const config::Settings& settings, const config::Organisation& organisation,
                boost::asio::io_context& io, api::Transport& transport) {
    api::SystemClock clock(io.get_executor());
    sync::Probe out;
    boost::asio::co_spawn(io, sync::probe(settings, organisation, transport, clock),
                          [&](std::exception_ptr failure, sync::Probe probe) {
                              if (failure)
                                  std::rethrow_exception(failure);
                              out = std::move(probe);
                          });
    io.restart();
    io.run();
    return out;
}

sync::Probe not_asked() {
    sync::Probe out;
    out.failed = "not asked";
    out.problem = "the platform was not reached";
    out.everybody = true;
    return out;
}

// False when there is a problem. A platform that one organisation cannot reach is not tried for the others.
bool go_online(const config::Settings& settings, bool colored) {
    boost::asio::io_context io(1);
    auto transport = sync::make_transport(io, settings);
    std::size_t labels = 0;
    for (const config::Organisation& organisation : settings.organisations)
        labels = std::max(labels, width(organisation.label()));
    print("\n");
    bool well = true;
    sync::Probe last;
    for (const config::Organisation& organisation : settings.organisations) {
        if (last.everybody)
            last = not_asked();
        else if (!transport)
            last = sync::explain_failure(settings, organisation, transport.error());
        else
            last = ask(settings, organisation, io, **transport);
        well = well && last.failed.empty();
        print(probe_line(padded(organisation.label(), labels), last, colored) + "\n");
    }
    return well;
}

int check(const Flags& flags, bool online) {
    config::Settings settings = load_settings(flags);
    show_settings(settings);
    if (online && !go_online(settings, colored(flags, STDOUT_FILENO)))
        return Exit::problem;
    return Exit::done;
}

} // namespace

void add_check(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("check", "Validates the configuration and shows it as understood");
    auto online = std::make_shared<bool>(false);
    command->add_flag("--online", *online,
                      "also asks the platform for one page of each organisation: DNS, TCP, TLS, token");
    command->callback(
        [&chosen, online] { chosen.run = [&chosen, online] { return check(chosen.flags, *online); }; });
}

} // namespace versori::cli
