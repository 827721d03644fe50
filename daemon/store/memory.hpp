#pragma once

namespace versori::store {

class Database;

// From here on SQLite's pages lie together in blocks of the C++ heap that go back to the system when they are
// empty (see model/wiped.hpp). What SQLite is given is no secret and is not overwritten. Has to come before
// the first use of SQLite; does nothing after it.
void take_memory_from_heap();

// Gives back what is cached of the database: the next queries read it again. REQUIRES: no query is open.
void give_back_cache(Database&);

} // namespace versori::store
