#include "tests/sync/rig.hpp"

#include <SQLiteCpp/Statement.h>
#include <boost/asio/co_spawn.hpp>

#include <cstdlib>
#include <exception>

namespace versori::sync {
namespace {

namespace asio = boost::asio;
using platform::Tables;

platform::World plain_world(std::initializer_list<const char*> connectors) {
    platform::World world;
    platform::Organisation& organisation = world.organisations.emplace_back();
    organisation.id = "ORG";
    organisation.name = "acme";
    auto when = world.now;
    for (const char* id : connectors) {
        platform::Connector& connector = organisation.connectors.emplace_back();
        connector.id = connector.name = id;
        connector.organisation_id = organisation.id;
        connector.created_at = world.now - std::chrono::hours{1000};
        connector.updated_at = when -= std::chrono::minutes{1};
    }
    return world;
}

std::string joined(const std::vector<std::string>& columns, const std::string& separator) {
    std::string out;
    for (const std::string& column : columns)
        out += (out.empty() ? "" : separator) + column;
    return out;
}

std::string shown(const SQLite::Column& column) {
    return column.isNull() ? "-" : column.getString();
}

} // namespace

const std::string Rig::key(32, 'k');

asio::awaitable<bool> HandClock::sleep(std::chrono::milliseconds time) {
    advance(time);
    if (on_sleep)
        on_sleep();
    co_return !stopped;
}

TemporaryDirectory::TemporaryDirectory() {
    namespace fs = std::filesystem;
    fs::path where = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string name = (where / "versori-rig-XXXXXX").string();
    if (!::mkdtemp(name.data()))
        throw std::runtime_error("no temporary directory can be made in " + where.string());
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

Rig::Rig(platform::World of, int page_size) : world(std::move(of)), platform(world) {
    start(page_size);
}

Rig::Rig(std::initializer_list<const char*> connectors, int page_size)
    : Rig(plain_world(connectors), page_size) {}

Rig::~Rig() = default;

void Rig::start(int page_size) {
    platform.remember_asked = false;
    org = world.organisations.front().id;
    api::Client::Options options;
    options.endpoint = *api::parse_endpoint("http://localhost" + platform.base_path);
    options.organisation_id = org;
    options.page_size = page_size;
    options.limits.retry_limit = 2;
    client_ = make_client(options);
    options.limits.retry_limit = 0;
    head_options_ = std::move(options);
    renormalise({"*secret*", "*token*", "*password*", "*key*"});
    plan.organisation = org;
    plan.scope = "http://localhost, no filter";
    open();
}

void Rig::close() {
    reader_.reset();
    database_.reset();
}

void Rig::open() {
    memory_ = {};
    database_ = std::make_unique<store::Database>(path(), store::Database::Mode::write, clock.wall());
    reader_ = std::make_unique<SQLite::Database>(path(), SQLite::OPEN_READONLY, 1000);
    if (!database_->try_begin())
        throw std::runtime_error("the mirror is locked");
    store::Transaction transaction(*database_);
    store::Bookkeeping bookkeeping(*database_);
    bookkeeping.abandon_running(clock.wall());
    bookkeeping.configure({{org, world.organisations.front().name}}, clock.wall());
    transaction.commit();
}

void Rig::renormalise(std::vector<std::string> secret_variables) {
    std::span bytes(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
    normalisation_ = std::make_unique<Normalisation>(bytes, std::move(secret_variables));
}

std::unique_ptr<api::Client> Rig::make_client(const api::Client::Options& options) {
    return std::make_unique<api::Client>(transport_, clock, options, [] { return 0.5; });
}

template <class Result>
Result Rig::finish(asio::awaitable<Result> work) {
    Result result;
    std::exception_ptr thrown;
    asio::co_spawn(context_, std::move(work), [&](std::exception_ptr error, Result got) {
        thrown = error;
        result = std::move(got);
    });
    context_.restart();
    context_.run();
    if (thrown)
        std::rethrow_exception(thrown);
    return result;
}

WalkResult Rig::walk() {
    Walk walk(plan, *client_, clock, *database_, *normalisation_, &memory_);
    if (on_page)
        walk.on_progress(on_page);
    auto result = finish(walk.run());
    clock.advance(interval);
    return result;
}

HeadResult Rig::look(int page_size) {
    head_options_.page_size = page_size;
    auto client = make_client(head_options_);
    HeadLook look(plan, *client, clock, *database_, *normalisation_, memory_);
    return finish(look.run());
}

Tables Rig::rows() {
    Tables tables;
    for (const auto& [table, columns] : platform::mirrored_columns()) {
        auto& rows = tables[table];
        SQLite::Statement query(*reader_, "SELECT " + joined(columns, ", ") + " FROM " + table +
                                              " WHERE organisation_id = ?");
        query.bind(1, org);
        while (query.executeStep()) {
            platform::Row row;
            for (int i = 0; i < query.getColumnCount(); ++i) {
                SQLite::Column column = query.getColumn(i);
                row.push_back(column.isNull() ? std::nullopt : std::optional(column.getString()));
            }
            rows.insert(std::move(row));
        }
    }
    return tables;
}

Tables Rig::expected() const {
    return platform::expected_rows(platform, org, key);
}

std::string Rig::connectors() {
    return joined(select("SELECT connector_id FROM connectors ORDER BY connector_id"), " ");
}

std::vector<std::string> Rig::select(const std::string& sql) {
    std::vector<std::string> rows;
    SQLite::Statement query(*reader_, sql);
    while (query.executeStep()) {
        std::vector<std::string> columns;
        columns.reserve(static_cast<std::size_t>(query.getColumnCount()));
        for (int i = 0; i < query.getColumnCount(); ++i)
            columns.push_back(shown(query.getColumn(i)));
        rows.push_back(joined(columns, " "));
    }
    return rows;
}

std::string Rig::value(const std::string& sql) {
    auto rows = select(sql);
    return rows.empty() ? "" : rows.front();
}

std::vector<std::string> Rig::news() {
    SQLite::Statement query(
        *reader_, "SELECT op, coalesce(table_name, ''), "
                  "coalesce((SELECT group_concat(value, '/') FROM json_each(changes.key)), ''), "
                  "coalesce((SELECT group_concat(value, ',') FROM json_each(changes.changed)), ''), "
                  "coalesce(evidence, ''), seq FROM changes WHERE seq > ? ORDER BY seq");
    query.bind(1, told_);
    std::vector<std::string> out;
    while (query.executeStep()) {
        std::string line;
        for (int i = 0; i < 5; ++i)
            if (std::string part = query.getColumn(i).getString(); !part.empty())
                line += (line.empty() ? "" : " ") + part;
        out.push_back(std::move(line));
        told_ = query.getColumn(5).getInt64();
    }
    return out;
}

std::int64_t Rig::last_seq() {
    return std::stoll(value("SELECT coalesce(max(seq), 0) FROM changes"));
}

platform::Connector& Rig::add(const std::string& id) {
    return add(id, world.stamp());
}

platform::Connector& Rig::add(const std::string& id, model::Time updated_at) {
    std::string made = world.import_connector(org, updated_at, id);
    platform::Connector& connector = world.connector(org, made);
    platform::Connector plain;
    plain.id = plain.name = id;
    plain.organisation_id = org;
    plain.created_at = connector.created_at;
    plain.updated_at = updated_at;
    return connector = std::move(plain);
}

platform::Connection& Rig::connect(const std::string& connector, const std::string& id) {
    touch(connector);
    platform::Connection connection;
    connection.id = connection.name = id;
    connection.created_at = connection.updated_at = world.now;
    return this->connector(connector).connections.emplace_back(std::move(connection));
}

void Rig::link(const std::string& connector, const std::string& connection, const std::string& id,
               const std::string& credential) {
    if (!organisation().credentials.contains(credential)) {
        platform::Credential made;
        made.id = made.name = credential;
        made.organisation_id = org;
        organisation().credentials.emplace(credential, std::move(made));
    }
    platform::ConnectionCredential link;
    link.id = id;
    link.auth_scheme.id = "scheme";
    link.credential_id = credential;
    touch(connector);
    auto& links = world.connection(org, connector, connection).action;
    if (!links)
        links.emplace();
    links->push_back(std::move(link));
}

platform::Version& Rig::add_version(const std::string& connector, const std::string& id) {
    touch(connector);
    platform::Version version;
    version.id = version.name = id;
    version.created_at = version.updated_at = world.now;
    return this->connector(connector).versions.emplace_back(std::move(version));
}

void Rig::before_pages(std::vector<std::function<void()>> steps) {
    auto left = std::make_shared<std::vector<std::function<void()>>>(std::move(steps));
    platform.between_requests = [left, at = std::size_t{0}]() mutable {
        if (at >= left->size())
            return;
        auto& step = (*left)[at++];
        if (step)
            step();
    };
}

} // namespace versori::sync
