#include "daemon/sync/walker.hpp"

#include "daemon/decode/page.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace versori::sync {
namespace {

std::vector<std::string> split_tags(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string tag; std::getline(in, tag, ',');)
        out.push_back(tag);
    return out;
}

// The token is in memory while a walk goes on, not between walks.
class Authorized {
public:
    Authorized(api::Client& client, model::Secret authorization) : client_(client) {
        client_.authorize(std::move(authorization));
    }
    ~Authorized() { client_.authorize(model::Secret()); }
    Authorized(const Authorized&) = delete;
    Authorized& operator=(const Authorized&) = delete;

private:
    api::Client& client_;
};

WalkPlan plan_of(const config::Settings& settings, const config::Organisation& organisation) {
    WalkPlan plan;
    plan.organisation = organisation.id;
    plan.scope = scope_of(settings, organisation);
    plan.commit_batch = settings.mirror.commit_batch;
    plan.settle_attempts = settings.fidelity.settle_attempts;
    plan.inquiry = {settings.fidelity.confirm_deletions,
                    static_cast<std::size_t>(settings.fidelity.confirm_limit)};
    plan.guard = {settings.fidelity.guard_count, static_cast<double>(settings.fidelity.guard_percent)};
    plan.baseline_rows = settings.changes.baseline == config::Baseline::rows;
    plan.deadline = settings.schedule.walk_deadline;
    return plan;
}

api::Client::Options head_options(api::Client::Options options) {
    constexpr int head_page_size = 10;
    options.page_size = std::min(options.page_size, head_page_size);
    options.limits.retry_limit = 0;
    return options;
}

} // namespace

api::Endpoint endpoint_of(const config::Url& url) {
    return {url.tls(), url.host, std::to_string(url.port), url.path};
}

api::Client::Options client_options(const config::Settings& settings,
                                    const config::Organisation& organisation) {
    api::Client::Options out;
    out.endpoint = endpoint_of(settings.platform.url);
    out.organisation_id = organisation.id;
    out.filters = {split_tags(organisation.tags), organisation.categories, organisation.protocol,
                   organisation.name_contains};
    out.page_size = settings.page_size_of(organisation);
    out.limits.retry_limit = settings.platform.retry_limit;
    out.limits.max_delay = settings.platform.retry_max_delay;
    out.max_page_bytes = settings.platform.max_page_bytes;
    return out;
}

std::optional<api::ErrorBody> read_error(std::string_view body) {
    auto error = decode::parse_error_body(body);
    if (!error)
        return {};
    return api::ErrorBody{std::move(error->code), std::move(error->message)};
}

std::string scope_of(const config::Settings& settings, const config::Organisation& organisation) {
    std::string filter;
    auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            filter += (filter.empty() ? " with " : ", ") + std::string(name) + " = " + value;
    };
    add("tags", organisation.tags);
    for (const std::string& category : organisation.categories)
        add("category", category);
    add("protocol", organisation.protocol);
    add("name_contains", organisation.name_contains);
    return config::to_string(settings.platform.url) + (filter.empty() ? " without a filter" : filter);
}

Walker::Walker(const config::Settings& settings, const config::Organisation& organisation, Shared shared)
    : organisation_(organisation), scheme_(settings.platform.authorization), shared_(std::move(shared)),
      client_(shared_.transport, shared_.clock, client_options(settings, organisation), shared_.random,
              read_error),
      head_client_(shared_.transport, shared_.clock, head_options(client_options(settings, organisation)),
                   shared_.random, read_error),
      plan_(plan_of(settings, organisation)), schedule_{settings.interval_of(organisation),
                                                        settings.schedule.jitter} {
    plan_.after_denial = after_denial();
}

std::string Walker::token_file() const {
    auto file = std::get_if<config::TokenFile>(&organisation_.token);
    return file ? file->path : std::string();
}

bool Walker::token_changed() const {
    return config::token_stamp(organisation_.token) != stamp_;
}

std::string Walker::after_denial() const {
    if (auto file = std::get_if<config::TokenFile>(&organisation_.token))
        return "a new token in " + file->path + " is noticed at once";
    if (auto variable = std::get_if<config::TokenEnv>(&organisation_.token))
        return "the token comes from the environment variable " + variable->name +
               ", so a new one needs a restart";
    return "the token comes from the systemd credential " +
           std::get<config::TokenCredential>(organisation_.token).name + ", so a new one needs a restart";
}

model::Time Walker::decide_next(model::Time began, bool complete, std::int64_t failures) {
    model::Time now = shared_.clock.wall();
    next_attempt_ = complete ? schedule_.after_success(began, now, shared_.random())
                             : Schedule::after_failure(now, static_cast<int>(failures), client_.not_before());
    return next_attempt_;
}

boost::asio::awaitable<WalkResult> Walker::walk(Options options) {
    stamp_ = config::token_stamp(organisation_.token);
    auto token = config::read_token(organisation_.token);
    if (!token) {
        WalkResult refused = co_await refuse(token.error().message, options);
        co_return refused;
    }
    Authorized authorized(client_, model::Secret({scheme_, " ", token->value()}));
    token->wipe();
    client_.on_pause(options.on_pause);

    WalkPlan plan = plan_;
    plan.approve_deletions = options.approve_deletions;
    model::Time began = shared_.clock.wall();
    if (!options.scheduled)
        memory_ = {};
    else
        plan.next_attempt = [this, began](bool complete, std::int64_t failures) {
            return decide_next(began, complete, failures);
        };
    Walk walk(std::move(plan), client_, shared_.clock, shared_.database, shared_.normalisation,
              options.scheduled ? &memory_ : nullptr);
    walk.on_progress(std::move(options.on_progress));
    WalkResult result = co_await walk.run();
    co_return result;
}

boost::asio::awaitable<HeadResult> Walker::look_at_head() {
    auto token = config::read_token(organisation_.token);
    if (!token)
        co_return HeadResult{token.error().message};
    Authorized authorized(head_client_, model::Secret({scheme_, " ", token->value()}));
    token->wipe();
    HeadLook look(plan_, head_client_, shared_.clock, shared_.database, shared_.normalisation, memory_);
    HeadResult result = co_await look.run();
    co_return result;
}

// No token, no request.
boost::asio::awaitable<WalkResult> Walker::refuse(const std::string& reason, const Options& options) {
    WalkResult result;
    result.ending = WalkResult::Ending::cancelled;
    while (!shared_.database.try_begin()) {
        bool go_on = co_await shared_.clock.sleep(std::chrono::milliseconds{100});
        if (!go_on)
            co_return result;
    }
    store::Transaction transaction(shared_.database);
    store::Bookkeeping bookkeeping(shared_.database);
    model::Time now = shared_.clock.wall();
    bookkeeping.set_state(organisation_.id, "denied", reason, now);
    auto failures = bookkeeping.standing(organisation_.id).consecutive_failures;
    if (options.scheduled)
        bookkeeping.set_next_attempt(organisation_.id, decide_next(now, false, failures));
    transaction.commit();
    result.ending = WalkResult::Ending::denied;
    result.reason = reason;
    co_return result;
}

} // namespace versori::sync
