#include "daemon/cli/command.hpp"
#include "daemon/cli/logging.hpp"
#include "daemon/cli/progress_display.hpp"
#include "daemon/config/flags.hpp"
#include "daemon/config/lookup.hpp"
#include "daemon/store/lock.hpp"
#include "daemon/sync/feed.hpp"
#include "daemon/sync/report.hpp"
#include "daemon/sync/round.hpp"

#include <CLI/CLI.hpp>

#include <boost/asio/signal_set.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace versori::cli {
namespace {

struct Arguments {
    std::vector<std::string> organisations;
    bool approve_deletions = false;
    std::optional<std::string> token_file, url, page_size;
};

// From flags alone when they say what a file otherwise would, or when there is no file and no need of one.
bool from_flags_alone(const Flags& flags, const Arguments& arguments) {
    if (flags.config_given)
        return false;
    if (arguments.url || arguments.token_file || arguments.page_size)
        return true;
    return !arguments.organisations.empty() && std::getenv("VERSORI_TOKEN") &&
           !std::filesystem::exists(flags.config);
}

config::Settings settings_of(const Flags& flags, const Arguments& arguments) {
    if (!from_flags_alone(flags, arguments)) {
        if (arguments.url || arguments.token_file || arguments.page_size)
            throw Refusal(Exit::usage, "--url, --token-file and --page-size stand instead of a configuration "
                                       "file; leave out -c");
        return load_settings(flags);
    }
    auto loaded = config::from_flags(
        {arguments.organisations, arguments.token_file, arguments.url, arguments.page_size, flags.database});
    if (loaded)
        return std::move(*loaded);
    std::string text;
    for (const config::Problem& problem : loaded.error())
        (text += text.empty() ? "" : "\n") += config::to_string(problem);
    throw Refusal(Exit::configuration, text);
}

std::vector<std::string> ids_of(const config::Settings& settings, const std::vector<std::string>& wanted) {
    std::vector<std::string> ids;
    for (const std::string& one : wanted) {
        auto found = config::find_organisation(settings, one);
        if (!found)
            throw Refusal(Exit::usage, found.error().message);
        ids.push_back((*found)->id);
    }
    return ids;
}

// The widest label of those that are walked.
std::size_t label_width(const config::Settings& settings, const std::vector<std::string>& ids) {
    std::size_t widest = 0;
    for (const config::Organisation& one : settings.organisations)
        if (ids.empty() || std::ranges::find(ids, one.id) != ids.end())
            widest = std::max(widest, width(one.label()));
    return widest;
}

int sync_once(const Flags& flags, const Arguments& arguments) {
    set_up_logging(flags);
    config::Settings settings = settings_of(flags, arguments);
    if (settings.organisations.empty())
        throw Refusal(Exit::configuration,
                      flags.config + ": no organisation is configured: add an [[organisation]]");
    auto ids = ids_of(settings, arguments.organisations);
    boost::asio::io_context io(1);
    store::Lock lock(settings.mirror.database, "sync");
    sync::OpenMirror mirror(settings,
                            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
                            std::chrono::seconds{10});
    api::SystemClock clock(io.get_executor());
    ProgressDisplay display(io, label_width(settings, ids), colored(flags, STDOUT_FILENO));
    auto say = [&](const std::string& sentence) {
        display.clear();
        std::cerr << "versori-mirror: " << sentence << "\n";
    };
    if (!mirror.notice.empty())
        say(mirror.notice);
    sync::Feed feed(io.get_executor(), mirror.database, clock, {say, say});
    feed.configure(settings.changes);
    feed.deliver_now(); // before there is anything new: it notices a mirror older than what was told of it
    auto round = sync::Round::make(io, settings, mirror);
    if (!round)
        throw Refusal(Exit::problem, round.error().message);

    int status = Exit::done;
    sync::Round::Calls calls;
    calls.progress = [&](const auto& walker, const auto& progress) { display.advance(walker, progress); };
    calls.pause = [&](const auto& walker, const auto& pause) { display.pause(walker, pause); };
    calls.ended = [&](const sync::Ended& ended) {
        display.close(ended);
        if (!ended.failure.empty()) {
            say(ended.walker.label() + ": " + ended.failure);
            status = Exit::database;
            return;
        }
        for (const std::string& warning : sync::walk_warnings(ended.walker.label(), ended.result))
            say(warning);
        bool well = ended.result.complete() && ended.result.held_reason.empty();
        if (!well && status == Exit::done)
            status = Exit::problem;
    };
    boost::asio::signal_set signals(io, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code error, int) {
        if (error)
            return;
        status = Exit::problem;
        (*round)->stop({});
    });
    (*round)->walk_once(ids, arguments.approve_deletions, std::move(calls));
    (*round)->when_done([&] {
        signals.cancel();
        display.end();
    });
    io.run();
    feed.deliver_now();
    return status;
}

} // namespace

void add_sync(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("sync", "Walks each organisation once, then exits");
    auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("-o,--organisation", arguments->organisations,
                     "only this one, by id or name; repeatable")
        ->type_name("ORG");
    command->add_flag("--approve-deletions", arguments->approve_deletions,
                      "delete what is missing upstream, whatever the guard says");
    command
        ->add_option("--token-file", arguments->token_file,
                     "without a configuration: the token's file (else VERSORI_TOKEN)")
        ->type_name("FILE");
    command->add_option("--url", arguments->url, "without a configuration: the platform")->type_name("URL");
    command->add_option("--page-size", arguments->page_size, "without a configuration: connectors a page")
        ->type_name("N");
    command->callback([&chosen, arguments] {
        chosen.run = [&chosen, arguments] { return sync_once(chosen.flags, *arguments); };
    });
}

} // namespace versori::cli
