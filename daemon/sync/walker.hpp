#pragma once

#include "daemon/api/client.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/config/token.hpp"
#include "daemon/sync/head_look.hpp"
#include "daemon/sync/schedule.hpp"
#include "daemon/sync/walk.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace versori::sync {

// What all organisations' walks share. Must outlive them.
struct Shared {
    api::Transport& transport;
    api::Clock& clock;
    store::Database& database;
    const Normalisation& normalisation;
    std::function<double()> random; // in [0, 1)
};

// One configured organisation: its client, its token, walk after walk.
class Walker {
public:
    Walker(const config::Settings&, const config::Organisation&, Shared);

    const std::string& id() const { return organisation_.id; }
    const std::string& label() const { return organisation_.label(); }

    struct Options {
        bool approve_deletions = false;
        bool scheduled = false; // another walk follows: next_attempt_at says when
        std::function<void(const Progress&)> on_progress = {};
        std::function<void(const api::Pause&)> on_pause = {};
    };
    // One scheduled walk, with the token as it is now. Throws store::StoreError.
    boost::asio::awaitable<WalkResult> walk(Options);

    // A look at the head of the list, in small pages and without retries. Throws store::StoreError.
    boost::asio::awaitable<HeadResult> look_at_head();

    // When the walk that ended said the next one is due.
    model::Time next_attempt() const { return next_attempt_; }

    // Whether the token may be another than the last walk's.
    bool token_changed() const;
    // The file the token comes from; empty for other sources.
    std::string token_file() const;

private:
    boost::asio::awaitable<WalkResult> refuse(const std::string& reason, const Options&);
    model::Time decide_next(model::Time began, bool complete, std::int64_t failures);
    std::string after_denial() const;

    config::Organisation organisation_;
    std::string scheme_; // the word before the token
    Shared shared_;
    api::Client client_;
    api::Client head_client_;
    WalkPlan plan_;
    PageMemory memory_;
    Schedule schedule_;
    std::optional<config::TokenStamp> stamp_;
    model::Time next_attempt_{};
};

api::Endpoint endpoint_of(const config::Url&);

// How one organisation is asked for.
api::Client::Options client_options(const config::Settings&, const config::Organisation&);
std::optional<api::ErrorBody> read_error(std::string_view body);

// The platform and the filter an organisation is read with, for people.
std::string scope_of(const config::Settings&, const config::Organisation&);

} // namespace versori::sync
