#pragma once

#include "daemon/store/database.hpp"

#include <string>

namespace versori::sync {

// A reader that stays in a transaction keeps the write-ahead log from being written to the database, and it
// grows until that ends. Told once each time.
class LogWatch {
public:
    struct Said {
        bool warning = false;
        std::string sentence; // empty: nothing to say
    };
    // After a walk. Costs the look at the file's size as long as that is usual. Throws store::StoreError.
    Said look(store::Database&);

private:
    bool told_ = false;
};

} // namespace versori::sync
