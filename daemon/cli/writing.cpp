#include "daemon/cli/writing.hpp"

#include "daemon/cli/command.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/seen.hpp"

#include <iostream>

namespace versori::cli {
namespace {

void begin(store::Database& database) {
    constexpr int tries = 600; // each waits a tenth of a second
    for (int i = 0; !database.try_begin(); ++i)
        if (i == tries)
            throw store::StoreError("another program has been writing " + database.path() +
                                    " for a minute; wait until it ends");
}

} // namespace

void write_beside_daemon(const std::string& path,
                         const std::function<void(store::Database&, model::Time now)>& work) {
    auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    store::Seen::set_log_aside(path, now);
    { store::Database there(path, store::Database::Mode::read, now); }
    store::Database database(path, store::Database::Mode::write, now);
    store::Seen seen(database);
    auto in_transaction = [&](const std::function<void()>& one) {
        begin(database);
        store::Transaction transaction(database);
        one();
        transaction.commit();
    };
    std::string judged;
    in_transaction([&] { judged = seen.judge(); });
    if (!judged.empty())
        std::cerr << "versori-mirror: " << judged << "\n";
    seen.watch();
    in_transaction([&] { work(database, now); });
}

std::string find_organisation(store::Database& database, const std::string& wanted) {
    auto found = store::Outbox(database).find_organisations(wanted);
    if (found.size() == 1)
        return found.front();
    if (found.empty())
        throw Refusal(Exit::usage, "the mirror has no organisation \"" + wanted +
                                       "\"; `versori-mirror status` lists them");
    std::string ids;
    for (const std::string& id : found)
        (ids += ids.empty() ? "" : ", ") += id;
    throw Refusal(Exit::usage,
                  "several organisations are called \"" + wanted + "\": give one of the ids " + ids);
}

} // namespace versori::cli
