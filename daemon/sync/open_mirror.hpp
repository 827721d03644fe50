#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/model/time.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/seen.hpp"
#include "daemon/sync/normalisation.hpp"

#include <chrono>
#include <string>

namespace versori::sync {

// A mirror that this process alone writes, because it holds the mirror's store::Lock.
struct OpenMirror {
    // Opens, migrates and judges. Throws store::StoreError; store::Busy when another process keeps it locked
    // for longer than `patience`.
    OpenMirror(const config::Settings&, model::Time now, std::chrono::milliseconds patience);

    // Makes its organisations those of the settings, and its rows obey `secrets.variables`: what is secret by
    // now does not stay readable until the next walk. Throws as above.
    void configure(const config::Settings&, model::Time now, std::chrono::milliseconds patience);

    // What a person should know of how it was found, a sentence; empty: nothing.
    std::string notice;
    store::Database database;
    store::Seen seen;
    Normalisation normalisation;
};

} // namespace versori::sync
