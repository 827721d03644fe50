#pragma once

#include "daemon/model/time.hpp"

#include <string>

namespace versori::store {

// What a mirror is called that is set aside now: the first such name that is free.
std::string name_aside(const std::string& path, model::Time now);

// REQUIRES of both: the caller holds the mirror's lock. Whatever was there is set aside, never deleted. Both
// throw StoreError and leave the mirror as it was then.

// Sets the mirror aside and begins a new one, which has a new mirror_id. Gives the name of what was set
// aside.
std::string rebuild(const std::string& path, model::Time now);

// Puts a copy of the mirror `backup` in place, under a new mirror_id, since what follows its records is not
// what followed them before. Gives the name of what was set aside; empty when there was nothing.
std::string restore(const std::string& path, const std::string& backup, model::Time now);

} // namespace versori::store
