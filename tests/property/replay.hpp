#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace versori::property {

// A copy of the mirrored tables made from change records alone, held beside the mirror in temporary tables.
class Replay {
public:
    explicit Replay(SQLite::Database& mirror);

    // Applies the records that came since, then compares. Empty when the copy is the mirror and every record
    // fitted onto the rows before it; otherwise what broke. Nothing is compared before the first baseline.
    std::string check();

private:
    struct Statements {
        std::unique_ptr<SQLite::Statement> insert, remove, differing;
    };

    void prepare(const std::string& table);
    std::string apply(std::int64_t seq, const std::string& op, const std::string& table);
    std::string compare();

    SQLite::Database& mirror_;
    std::map<std::string, Statements> tables_;
    std::int64_t seq_ = 0;
    bool based_ = false;
};

} // namespace versori::property
