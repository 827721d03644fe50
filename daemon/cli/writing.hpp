#pragma once

#include "daemon/store/database.hpp"

#include <functional>
#include <string>

namespace versori::cli {

// Does the work in one transaction on a mirror that a daemon may be writing meanwhile; waits for its turn.
// Throws store::StoreError, also where there is no mirror.
void write_beside_daemon(const std::string& path,
                         const std::function<void(store::Database&, model::Time now)>& work);

// The organisation of the mirror with this id or name. Throws Refusal(usage).
std::string find_organisation(store::Database&, const std::string& id_or_name);

} // namespace versori::cli
