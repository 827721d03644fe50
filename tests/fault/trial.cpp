#include "tests/fault/trial.hpp"

#include "daemon/emit/file.hpp"
#include "daemon/store/query.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace versori::fault {
namespace {

namespace fs = std::filesystem;

platform::World world(const Trial::Terms& terms) {
    return platform::World::seeded({.seed = terms.seed, .organisations = 1, .connectors = terms.connectors});
}

std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

Trial::Trial(const Terms& terms) : rig(world(terms), 2), terms_(terms), random_(terms.seed) {
    rig.plan.baseline_rows = true;
    rig.plan.guard = {1'000'000, 100};
    rig.interval = std::chrono::hours{25};
    rig.on_page = [this](const sync::Progress&) { turn(); };
    vfs.on_change = [this](const fakes::DiskOperation& operation) {
        disk.apply(operation);
        if (log_)
            log_->push_back(operation);
    };
    restart({}, {});
}

Trial::~Trial() {
    vfs.on_change = nullptr;
}

void Trial::edit(int count) {
    for (int i = 0; i < count; ++i)
        rig.world.random_mutation(random_, rig.org);
    keep_connectors();
}

void Trial::remove_connector() {
    auto& connectors = rig.organisation().connectors;
    rig.remove(connectors[random_() % connectors.size()].id);
    keep_connectors();
}

void Trial::keep_connectors() {
    auto& connectors = rig.organisation().connectors;
    while (connectors.size() < static_cast<std::size_t>(terms_.connectors))
        rig.world.create(rig.org);
    expected_.reset();
}

sync::WalkResult Trial::walk() {
    auto result = rig.walk();
    deliver();
    return result;
}

void Trial::deliver() {
    feed_->deliver_now();
}

std::string Trial::walk_or_fail() {
    try {
        walk();
        return {};
    } catch (const store::StoreError& error) {
        return error.what();
    }
}

// As in the service, where a database that fails ends no walk by the feed's turn.
void Trial::turn() {
    try {
        feed_->turn();
    } catch (const store::StoreError&) {
    }
}

Trial::Recording Trial::record(const std::function<void()>& work) {
    Recording out{disk, {}, {}};
    told = told.past();
    log_ = &out.operations;
    work();
    log_ = nullptr;
    out.told = told;
    return out;
}

void Trial::restart(const fakes::Disk& found, const Told& so_far) {
    place(found, so_far);
    start();
}

bool Trial::restart_or_fail(const fakes::Disk& found, const Told& so_far, fakes::FaultVfs::Fault fault) {
    place(found, so_far);
    vfs.fail(std::move(fault));
    try {
        rig.open();
    } catch (const store::StoreError&) {
    } catch (const SQLite::Exception&) { // the test's own reader met it
    }
    return vfs.heal() > 0;
}

void Trial::reopen() {
    rig.close();
    start();
}

void Trial::place(const fakes::Disk& found, const Told& so_far) {
    auto* log = std::exchange(log_, nullptr);
    feed_.reset();
    replay_.reset();
    rig.close();
    found.write_to(rig.directory());
    disk = found;
    told = so_far.past();
    log_ = log;
    std::ofstream(feed_directory_.path() / "changes.jsonl", std::ios::binary) << told.lines("file");
}

void Trial::start() {
    rig.open();
    if (!terms_.pragma.empty())
        rig.database().execute(terms_.pragma.c_str());
    replay_ = std::make_unique<property::Replay>(rig.reader());
    auto warning = [this](const std::string& text) { warnings.push_back(text); };
    feed_ = std::make_unique<sync::Feed>(context_.get_executor(), rig.database(), rig.clock,
                                         sync::Feed::Calls{warning, [](const std::string&) {}});
    auto moment = [this] { return log_ ? log_->size() : 0; };
    sync::Feed::Deliveries deliveries;
    deliveries.push_back(std::make_unique<Noted>("log", nullptr, told, moment));
    if (terms_.file)
        deliveries.push_back(std::make_unique<Noted>(
            "file",
            std::make_unique<emit::File>(emit::File::Settings{feed_directory_.path() / "changes.jsonl"}),
            told, moment));
    feed_->use(std::move(deliveries), std::chrono::days{36500});
}

Findings Trial::look() {
    store::Outbox outbox(rig.database());
    return {damage(), told.contradiction(outbox)};
}

Findings Trial::look_and_walk() {
    Findings found = look();
    if (!found.torn.empty() || !found.lost.empty())
        return found;
    deliver();
    auto result = walk();
    if (result.missing > 0) {
        rig.plan.approve_deletions = !result.held_reason.empty();
        walk();
        rig.plan.approve_deletions = false;
    }
    found = look();
    if (found.lost.empty())
        found.lost = difference();
    if (found.lost.empty() && terms_.file)
        found.lost = file_fault();
    return found;
}

std::string Trial::damage() {
    if (auto said = rig.value("PRAGMA integrity_check"); said != "ok")
        return said;
    constexpr const char* empty_when_whole[] = {
        "SELECT 'a reference to ' || parent FROM pragma_foreign_key_check",
        "SELECT 'the known connectors are not those that have rows' FROM "
        "(SELECT organisation_id, connector_id FROM connectors UNION ALL "
        "SELECT organisation_id, connector_id FROM _connectors) "
        "GROUP BY organisation_id, connector_id HAVING count(*) <> 2",
        "SELECT 'a mark beyond the records' FROM _deliveries "
        "WHERE seq > (SELECT coalesce(max(seq), 0) FROM changes)",
        "SELECT 'a walk with records that are not there' FROM walks "
        "WHERE last_seq > (SELECT coalesce(max(seq), 0) FROM changes)",
        "SELECT 'records of a walk that is not there' FROM changes "
        "WHERE walk_id NOT IN (SELECT walk_id FROM walks)",
    };
    for (const char* sql : empty_when_whole)
        if (auto said = rig.value(sql); !said.empty())
            return said;
    return replay_->check();
}

const Tables& Trial::expected() {
    if (!expected_)
        expected_ = rig.expected();
    return *expected_;
}

std::string Trial::difference() {
    for (const auto& [table, rows] : rig.rows())
        if (rows != expected().at(table))
            return "the rows of " + table + " are not those of the platform";
    return {};
}

// Each record of the table stands in the file exactly once, in order, under the present mirror_id.
std::string Trial::file_fault() {
    std::string lines, id = rig.value("SELECT mirror_id FROM mirror");
    store::Outbox outbox(rig.database());
    for (const model::ChangeRecord& record : outbox.read(0, rig.last_seq(), 1'000'000, 1'000'000'000))
        (lines += model::json_line(record)) += '\n';
    std::string file = content(feed_directory_.path() / "changes.jsonl");
    return file.ends_with(lines) && file.substr(0, file.size() - lines.size()).find(id) == file.npos
               ? ""
               : "the file does not hold every record exactly once";
}

bool Trial::at_rest() {
    store::Database other(rig.path(), store::Database::Mode::write, rig.clock.wall());
    if (rig.database().in_transaction() || !other.try_begin())
        return false;
    other.rollback();
    store::Query checkpoint(other, "PRAGMA wal_checkpoint(TRUNCATE)");
    return checkpoint.step() && checkpoint.integer(0) == 0;
}

void Trial::write_beside() {
    store::Database other(rig.path(), store::Database::Mode::write, rig.clock.wall());
    if (!other.try_begin())
        throw std::runtime_error("the mirror is locked");
    store::Transaction transaction(other);
    store::Bookkeeping(other).set_setting("beside", std::to_string(++written_beside_));
    transaction.commit();
}

} // namespace versori::fault
