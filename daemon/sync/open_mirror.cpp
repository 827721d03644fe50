#include "daemon/sync/open_mirror.hpp"

#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/key.hpp"
#include "daemon/store/mirror.hpp"
#include "daemon/store/overview.hpp"

namespace versori::sync {
namespace {

Normalisation normalisation_of(const config::Settings& settings) {
    return Normalisation(store::fingerprint_key(settings.mirror.database), settings.secrets.variables);
}

void begin(store::Database& database, std::chrono::milliseconds patience) {
    auto end = std::chrono::steady_clock::now() + patience;
    while (!database.try_begin()) // waits for a tenth of a second by itself
        if (std::chrono::steady_clock::now() >= end)
            throw store::Busy("another program has been writing " + database.path() + " for " +
                              std::to_string(patience.count() / 1000) + " s; wait until it ends");
}

} // namespace

OpenMirror::OpenMirror(const config::Settings& settings, model::Time now, std::chrono::milliseconds patience)
    : notice(store::Seen::set_log_aside(settings.mirror.database, now)),
      database(settings.mirror.database, store::Database::Mode::write, now, patience), seen(database),
      normalisation(normalisation_of(settings)) {
    begin(database, patience);
    store::Transaction transaction(database);
    std::string judged = seen.judge();
    store::Bookkeeping(database).abandon_running(now);
    transaction.commit();
    seen.watch();
    notice += (notice.empty() || judged.empty() ? "" : "; ") + judged;
    configure(settings, now, patience);
}

void OpenMirror::configure(const config::Settings& settings, model::Time now,
                           std::chrono::milliseconds patience) {
    normalisation = normalisation_of(settings);
    store::Bookkeeping bookkeeping(database);
    std::vector<store::Bookkeeping::Named> organisations;
    for (const config::Organisation& organisation : settings.organisations)
        organisations.push_back({organisation.id, organisation.name});
    begin(database, patience);
    store::Transaction transaction(database);
    bookkeeping.configure(organisations, now);
    for (const config::Organisation& organisation : settings.organisations)
        store::Overview(database).set_interval(organisation.id, settings.interval_of(organisation));
    if (bookkeeping.setting("normalisation") != normalisation.id) {
        store::Mirror(database).scrub_variables(
            [&](std::string_view name) { return normalisation.secret_names.match(name); });
        bookkeeping.set_setting("normalisation", normalisation.id);
    }
    transaction.commit();
}

} // namespace versori::sync
