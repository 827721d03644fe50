#pragma once

#include "tests/platform/resources.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

// How the simulated platform treats what the API leaves open.
namespace versori::platform {

enum class CursorKind {
    offset, // counts connectors: drifts with every edit
    keyset, // holds the sort key of the last connector: "older than this"
    id,     // holds the id of the last connector: continues behind wherever it is now
};

// What an id cursor answers when its connector is gone.
enum class GoneCursor { gone_410, bad_request_400, empty_page };

enum class Order { updated, id, name }; // updated: most recent first, then by id; the others ascending

// When totalCount is taken, compared with the list.
enum class CountTime {
    before, // before `between_requests` runs
    with,   // at the same moment
    after,  // after the list was taken and `after_list` has run
};

struct Total {
    CountTime time = CountTime::with;
    std::optional<std::int64_t> cap;   // never more than this
    std::optional<std::int64_t> fixed; // always this
    bool counts_invisible = false;     // counts what `visible` hides too
};

enum class NextForm {
    opaque,
    absolute, // a URL of the origin that was asked
    relative, // a path with a query
    query,    // "?after=…" alone
    foreign,  // a URL of `foreign_origin`, which a client must refuse
};
enum class NextEnd { absent, null, empty };

enum class Get {
    honest,
    always_404,             // the platform's error object, whether it exists or not
    not_found_for_imported, // likewise, for connectors of another owner
    forbidden,              // 403
    server_error,           // 500
    gateway_404,            // a 404 that is not the platform's: HTML
};

struct Behaviour {
    CursorKind cursor = CursorKind::offset;
    GoneCursor gone_cursor = GoneCursor::gone_410;
    Order order = Order::updated;
    Total total;
    NextForm next = NextForm::opaque;
    NextEnd end = NextEnd::absent;
    std::string foreign_origin = "http://evil.example";
    bool trailing_empty_page = false; // the last full page has a next that leads to an empty one
    std::size_t page_maximum = 1000;  // answers fewer than asked for above this
    std::size_t page_refused = 0;     // answers 400 above this; 0: never
    Get get = Get::honest;
    std::size_t lag = 0; // lists show the state this many edits ago (World::remember must reach so far)
    int denied = 0;      // answers every request of the organisation with this: 401, 403 or 404
    std::function<bool(const Connector&)>
        visible;               // what the token may see, in lists and in Get; empty: everything
    Json::Object page_members; // undocumented members of each page
};

// How the server puts an answer on the wire.
enum class Wire {
    normal,
    close,            // closes instead of answering
    reset,            // resets instead of answering
    cut,              // half of the body, then closes
    long_length,      // Content-Length larger than the body, then closes
    short_length,     // Content-Length smaller than the body
    chunked,          // a correct chunked body
    cut_chunk,        // closes inside a chunk
    drip,             // `piece` bytes at a time, `pause` between them
    silent,           // says nothing until the client gives up
    continue_first,   // 100 Continue, then the answer
    header_flood,     // headers without end
    http_10,          // HTTP/1.0, no Content-Length, closes at the end
    garbage,          // not HTTP
    bomb,             // a small gzip body that inflates to `inflated` bytes
    body_without_end, // a body that goes on as long as the client reads
};

struct Answer {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers; // besides Content-Type, Content-Length and Date
    std::string body;
    std::string content_type = "application/json";
    Wire wire = Wire::normal;
    std::chrono::milliseconds delay{0}; // before the first byte
    std::chrono::milliseconds pause{100};
    std::size_t piece = 1;
    std::size_t inflated = 0;
};

struct Ask {
    std::string method = "GET";
    std::string target; // path and query
    std::string authorization;
    std::string host = "localhost"; // the Host header
    bool tls = false;
};

// What goes wrong with one request: another answer, or the right one changed by `edit`.
struct Fault {
    std::optional<Answer> answer;
    std::function<void(Answer&)> edit;

    static Fault status(unsigned status, std::vector<std::pair<std::string, std::string>> headers = {});
    static Fault with(Answer);
    static Fault on_wire(Wire);
};

} // namespace versori::platform
