#pragma once

namespace versori::store {

class Database;

// From here on SQLite takes large blocks from the C++ heap (see model/wiped.hpp), each page cache as one.
// Has to come before the first use of SQLite; does nothing after it.
void take_memory_from_heap();

// Gives back what is cached of the database: the next queries read it again. REQUIRES: no query is open.
void give_back_cache(Database&);

} // namespace versori::store
