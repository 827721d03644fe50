#include "daemon/sync/log_watch.hpp"

#include "daemon/store/place.hpp"

namespace versori::sync {
namespace {
constexpr std::int64_t usual = 64 << 20; // what SQLite leaves of a log after a large transaction
}

LogWatch::Said LogWatch::look(store::Database& database) {
    std::string path = database.path() + "-wal";
    if (!told_ && store::sight_of(path).size <= usual)
        return {};
    auto [bytes, pending] = database.checkpoint(told_);
    if (!told_ && pending > 0 && bytes > usual) {
        told_ = true;
        return {true, path + " has grown to " + std::to_string(bytes >> 20) +
                          " MiB, because a reader holds an old state of the mirror in a transaction; it "
                          "shrinks when that ends"};
    }
    if (!told_ || pending > 0)
        return {};
    told_ = false;
    return {false, path + " is small again"};
}

} // namespace versori::sync
