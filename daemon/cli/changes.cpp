#include "daemon/cli/command.hpp"
#include "daemon/cli/commit_watch.hpp"
#include "daemon/cli/output.hpp"
#include "daemon/cli/writing.hpp"
#include "daemon/emit/sentence.hpp"
#include "daemon/store/outbox.hpp"

#include <CLI/CLI.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>

namespace versori::cli {
namespace {

struct Arguments {
    std::optional<std::int64_t> since;
    bool follow = false;
    std::optional<std::string> organisation;
    std::string table, op, connector, format = "text";
};

// The mirror as it is at the path now.
struct Source {
    explicit Source(const std::string& path)
        : database(path, store::Database::Mode::read,
                   std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())),
          outbox(database) {
        ::stat(path.c_str(), &file);
    }
    // Whether a restored or rebuilt mirror has taken its place.
    bool replaced() const {
        struct stat now;
        return ::stat(database.path().c_str(), &now) == 0 &&
               (now.st_dev != file.st_dev || now.st_ino != file.st_ino);
    }

    struct stat file = {};
    store::Database database;
    store::Outbox outbox;
};

// 2026-07-01T12:00:00.000000Z without the fraction.
std::string to_seconds(const std::string& time) {
    return time.size() > 20 ? time.substr(0, 19) + "Z" : time;
}

std::string text_line(const model::ChangeRecord& record, const std::string& label, bool colored) {
    std::string when = to_seconds(record.time) + " " + std::to_string(record.seq) + " ";
    std::string what = emit::sentence(record, label, emit::Detail::values);
    if (!colored)
        return when + what + "\n";
    static constexpr const char* colors[] = {"\033[32m", "\033[33m", "\033[31m", "\033[36m"}; // by Op
    return "\033[2m" + when + "\033[0m" + colors[static_cast<int>(record.op)] + what + "\033[0m\n";
}

class Changes {
public:
    Changes(const Flags& flags, const Arguments& arguments)
        : path_(database_path(flags)), arguments_(arguments),
          colored_(arguments.format == "text" && colored(flags, STDOUT_FILENO)) {
        filter_.table = arguments.table;
        filter_.op = arguments.op;
        filter_.connector = arguments.connector;
    }

    int run() {
        std::optional<CommitWatch> watch;
        if (arguments_.follow) {
            end_on_signals();
            watch.emplace(path_);
        }
        source_ = std::make_unique<Source>(path_);
        if (arguments_.organisation)
            filter_.organisation = find_organisation(source_->database, *arguments_.organisation);
        start();
        while (print_new() && watch && watch->wait())
            look_again();
        return Exit::done;
    }

private:
    void start() {
        extent_ = source_->outbox.extent();
        after_ = arguments_.since.value_or(extent_.first_seq - 1);
        refuse_pruned();
        if (after_ > extent_.newest_seq)
            throw Refusal(Exit::problem, "the mirror's newest change record is " +
                                             std::to_string(extent_.newest_seq) + ", there is no " +
                                             std::to_string(after_) +
                                             " yet: is that a number of another mirror? This one's "
                                             "mirror_id is " +
                                             extent_.mirror_id);
    }

    void refuse_pruned() const {
        if (after_ >= extent_.first_seq - 1)
            return;
        throw Refusal(Exit::problem, "the change records before " + std::to_string(extent_.first_seq) +
                                         " are gone (changes.retention), so nothing can be told since " +
                                         std::to_string(after_) +
                                         "; read the tables anew, then go on with --since " +
                                         std::to_string(extent_.first_seq - 1) + " or later");
    }

    // False when nobody reads any more.
    bool print_new() {
        constexpr std::size_t limit = 500, bytes = 1 << 20;
        while (after_ < extent_.newest_seq) {
            auto records = source_->outbox.read(after_, extent_.newest_seq, limit, bytes, filter_);
            std::string text;
            for (const model::ChangeRecord& record : records)
                text += arguments_.format == "json"
                            ? model::json_line(record) + "\n"
                            : text_line(record, source_->outbox.label(record.organisation_id), colored_);
            if (!print(text))
                return false;
            after_ = records.empty() ? extent_.newest_seq : records.back().seq;
        }
        return true;
    }

    void look_again() {
        if (source_->replaced())
            source_ = std::make_unique<Source>(path_);
        std::string before = std::exchange(extent_, source_->outbox.extent()).mirror_id;
        if (extent_.mirror_id == before) {
            refuse_pruned();
            return;
        }
        std::cerr << "versori-mirror: this is another mirror now, mirror_id " << extent_.mirror_id
                  << " instead of " << before << "; its change records follow from the first\n";
        after_ = extent_.first_seq - 1;
    }

    std::string path_;
    const Arguments& arguments_;
    bool colored_;
    store::ChangeFilter filter_;
    std::unique_ptr<Source> source_;
    store::Extent extent_;
    std::int64_t after_ = 0;
};

std::string is_table(std::string& name) {
    return model::find_table(name) ? "" : "no mirrored table is called " + name;
}

} // namespace

void add_changes(CLI::App& app, Chosen& chosen) {
    auto* command = app.add_subcommand("changes", "What changed, one line a change");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("--since", arguments->since, "only records after this seq")
        ->check(CLI::Validator(CLI::NonNegativeNumber).description(""))
        ->type_name("SEQ");
    command->add_flag("--follow", arguments->follow, "go on with new ones until interrupted");
    command->add_option("-o,--organisation", arguments->organisation, "only this one, by id or name")
        ->type_name("ORG");
    command->add_option("--table", arguments->table, "only rows of this table")
        ->check(CLI::Validator(is_table, "", "table"))
        ->type_name("T");
    command->add_option("--op", arguments->op, "insert, update, delete or baseline")
        ->check(CLI::IsMember({"insert", "update", "delete", "baseline"}).description(""))
        ->type_name("OP");
    command->add_option("--connector", arguments->connector, "only what hangs on this connector")
        ->type_name("ID");
    command->add_option("--format", arguments->format, "text, or json: one object a line")
        ->check(CLI::IsMember({"text", "json"}).description(""))
        ->type_name("FORMAT")
        ->capture_default_str();
    command->callback([&chosen, arguments] {
        chosen.run = [&chosen, arguments] { return Changes(chosen.flags, *arguments).run(); };
    });
}

} // namespace versori::cli
