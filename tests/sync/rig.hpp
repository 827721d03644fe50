#pragma once

#include "daemon/sync/head_look.hpp"
#include "daemon/sync/walk.hpp"
#include "tests/platform/direct_transport.hpp"
#include "tests/platform/expected.hpp"

#include <SQLiteCpp/Database.h>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace versori::sync {

// Time that only sleeping and the test itself move.
class HandClock final : public api::Clock {
public:
    std::chrono::steady_clock::time_point now() const override { return time_; }
    model::Time wall() const override { return wall_; }
    boost::asio::awaitable<bool> sleep(std::chrono::milliseconds) override;
    std::function<void()> on_sleep;
    bool stopped = false; // every sleep ends as if the program did
    void advance(std::chrono::milliseconds by) { time_ += by, wall_ += by; }

private:
    std::chrono::steady_clock::time_point time_{std::chrono::hours{1000}};
    model::Time wall_ = std::chrono::sys_days{std::chrono::year{2025} / 7 / 1};
};

// A directory of its own, in memory where the system has that; gone with the object.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// A simulated platform, a mirror and what walks the one into the other, without a network. The mirror is of
// the world's first organisation.
class Rig {
public:
    explicit Rig(platform::World world, int page_size = 10);
    // The organisation ORG with plain connectors of these ids, listed in this order.
    explicit Rig(std::initializer_list<const char*> connectors, int page_size = 10);
    ~Rig();

    // One scheduled walk with its repeats; then the clock moves on by `interval`. Told after each page:
    // `on_page`.
    WalkResult walk();
    std::function<void(const Progress&)> on_page;

    // A look at the head of the list in pages of this size, without retries.
    HeadResult look(int page_size);

    // What stands in the mirror, and what would if it were made anew from the platform as it is.
    platform::Tables rows();
    platform::Tables expected() const;

    // The connectors in the mirror, sorted, with a space between them.
    std::string connectors();
    // The rows of a query, columns joined by spaces and NULL as `-`.
    std::vector<std::string> select(const std::string& sql);
    std::string value(const std::string& sql); // of the first row

    // The change records made since the last call as `op table key changed evidence`: the key's values joined
    // by `/`, the names of changed columns by `,`; what is empty is left out.
    std::vector<std::string> news();
    std::int64_t last_seq();

    // A plain connector, most recently updated unless told otherwise.
    platform::Connector& add(const std::string& id);
    platform::Connector& add(const std::string& id, model::Time updated_at);
    // Plain things on a connector, whose time moves; a credential is made when it is new. All links embed the
    // scheme `scheme`.
    platform::Connection& connect(const std::string& connector, const std::string& connection);
    void link(const std::string& connector, const std::string& connection, const std::string& link,
              const std::string& credential);
    platform::Version& add_version(const std::string& connector, const std::string& version);

    platform::Connector& connector(const std::string& id) { return world.connector(org, id); }
    platform::Credential& credential(const std::string& id) { return world.credential(org, id); }
    platform::Organisation& organisation() { return world.organisation(org); }
    void remove(const std::string& id) { world.remove(org, id); }
    void touch(const std::string& id) { world.touch(org, id); }

    // Runs each of these before one list request, in order; nothing before those that follow.
    void before_pages(std::vector<std::function<void()>> steps);

    // From now on the walks use a normalisation with these names of secret variables.
    void renormalise(std::vector<std::string> secret_variables);

    platform::World world;
    platform::Platform platform;
    std::string org;
    HandClock clock;
    std::chrono::milliseconds interval = std::chrono::minutes{5};
    WalkPlan plan;

    SQLite::Database& reader() { return *reader_; }
    store::Database& database() { return *database_; }
    std::string path() const { return (directory_.path() / "mirror.db").string(); }

    static const std::string key; // of the fingerprints

private:
    void start(int page_size);
    std::unique_ptr<api::Client> make_client(const api::Client::Options&);
    template <class Result>
    Result finish(boost::asio::awaitable<Result>);

    TemporaryDirectory directory_;
    boost::asio::io_context context_;
    platform::DirectTransport transport_{platform};
    std::unique_ptr<api::Client> client_;
    api::Client::Options head_options_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<SQLite::Database> reader_;
    std::unique_ptr<Normalisation> normalisation_;
    PageMemory memory_;
    std::int64_t told_ = 0;
};

} // namespace versori::sync
