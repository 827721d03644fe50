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

void begin(store::Database& database) {
    for (int i = 0; i < 100; ++i)
        if (database.try_begin())
            return;
    throw store::StoreError("another program has been writing " + database.path() +
                            " for ten seconds; wait until it ends");
}

} // namespace

OpenMirror::OpenMirror(const config::Settings& settings, std::string_view command, model::Time now)
    : lock(settings.mirror.database, command),
      database(settings.mirror.database, store::Database::Mode::write, now),
      normalisation(normalisation_of(settings)) {
    store::Bookkeeping bookkeeping(database);
    begin(database);
    store::Transaction transaction(database);
    bookkeeping.abandon_running(now);
    transaction.commit();
    configure(settings, now);
}

void OpenMirror::configure(const config::Settings& settings, model::Time now) {
    normalisation = normalisation_of(settings);
    store::Bookkeeping bookkeeping(database);
    std::vector<store::Bookkeeping::Named> organisations;
    for (const config::Organisation& organisation : settings.organisations)
        organisations.push_back({organisation.id, organisation.name});
    begin(database);
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
