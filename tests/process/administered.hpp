#pragma once

#include "tests/process/site.hpp"

#include <string>

namespace versori::process {

// A mirror of three organisations with a past: a baseline, edits ten days ago, edits yesterday, edits today.
// acme is read completely; of globex some connectors cannot be read and one is missing; initech is in
// trouble.
class Administered : public Site {
public:
    Administered();

    const std::string& acme() const { return world.organisations[0].id; }
    const std::string& globex() const { return world.organisations[1].id; }
    const std::string& initech() const { return world.organisations[2].id; }

    model::Time begun;          // no record of today is older
    platform::World baseline;   // as first read
    platform::World last_week;  // after the edits of ten days ago
    std::string ten_days_ago;   // when those were recorded
    std::string shopify;        // the connector that is now called so
    std::string released;       // the credential whose last use went ten days ago
    std::string busy, renamed;  // a connector, and its connection that was renamed yesterday
    std::string drafty, draft;  // a connector, and its version that was published yesterday
    std::string unread, broken; // globex: never readable; not readable since today
    std::string missing;        // globex: no longer listed, and nobody may ask about it

private:
    void prepare();
    void edit_ten_days_ago();
    void edit_yesterday();
    void edit_today();
    void sync(int status = 0);
    // Moves the records after `seq` to that time, as SQLite's date() takes it.
    std::string move(int seq, const std::string& time);
    int newest() const { return std::stoi(one("SELECT max(seq) FROM changes")); }
};

} // namespace versori::process
