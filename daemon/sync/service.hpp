#pragma once

#include "daemon/config/load.hpp"
#include "daemon/config/settings.hpp"

#include <functional>

namespace versori::sync {

// The service: walks every organisation on its schedule and delivers the changes, until SIGTERM or SIGINT.
//   HUP   reads the configuration by `reload` and all tokens again; keeps the present one when it is wrong
//   USR1  walks every organisation now
// Logs through spdlog. Throws store::LockHeld and store::StoreError when the mirror cannot be opened.
void serve(config::Settings, const std::function<config::Loaded()>& reload);

} // namespace versori::sync
