#pragma once

#include "tests/platform/behaviour.hpp"
#include "tests/platform/stream.hpp"

namespace versori::platform {

struct Sending {
    bool gzip = false;      // the client takes it, and the body is not compressed yet
    bool keep_alive = true; // what the client asked for
};

// Puts an answer on the wire as `answer.wire` says. False when the connection is to be closed or is gone.
boost::asio::awaitable<bool> send(Stream&, Answer, Sending);

} // namespace versori::platform
