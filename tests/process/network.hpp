#pragma once

#include "tests/process/site.hpp"

#include <string>

namespace versori::process {

// What one `sync` said and did.
struct Synced {
    int status = -1;
    std::string line; // what it said: one line, or all of it; see Network::plain
    std::string walk; // `outcome|requests|retries` of its last walk
};

// One organisation and its mirror, with something between the two. Every sync checks that the token shows
// nowhere.
class Network {
public:
    explicit Network(int connectors = 20, platform::ServerOptions server = {});

    // The configuration: quick retries, pages of seven, `keys` in [platform], `sections` besides. `url` is
    // the simulated platform's unless it is given.
    void configure(const std::string& keys = {}, const std::string& sections = {}, std::string url = {});

    // Upstream, one connector gets another name and one is new.
    void edit();

    void fail(platform::Fault, int times = 0); // the next requests, or all of them
    // At most `times` requests (0: all) for a page that is not the first.
    void fail_later_pages(platform::Fault, int times = 0);
    void heal(); // no faults any more

    Synced sync(const Environment& = {}, std::vector<std::string> before = {});

    // `text` without what differs from run to run: the organisation's name in front, the path of its list
    // (`PATH`), ports (`PORT`), dates (`DATE`) and how long it took (`T`).
    std::string plain(std::string text) const;

    std::string asked_sizes(); // `first` of each request since the last call
    std::string difference();  // of the mirror's rows and the world; empty when there is none
    platform::Tables rows() const { return site.tables(organisation); }

    Site site;
    std::string organisation;
};

} // namespace versori::process
