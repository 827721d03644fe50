#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/model/time.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/lock.hpp"
#include "daemon/sync/normalisation.hpp"

#include <string_view>

namespace versori::sync {

// A mirror that this process alone writes.
struct OpenMirror {
    // Locks, opens and migrates. `command` is run or sync. Throws store::LockHeld and store::StoreError.
    OpenMirror(const config::Settings&, std::string_view command, model::Time now);

    // Makes its organisations those of the settings, and its rows obey `secrets.variables`: what is secret by
    // now does not stay readable until the next walk.
    void configure(const config::Settings&, model::Time now);

    store::Lock lock;
    store::Database database;
    Normalisation normalisation;
};

} // namespace versori::sync
