#pragma once

#include "daemon/api/transport.hpp"
#include "tests/platform/platform.hpp"

namespace versori::platform {

// The platform without a network, for walks that are to run fast: every request is answered at once, and
// faults on the wire become the failure that the daemon's client makes of them. `delay`, `pause` and
// compression are not played.
class DirectTransport final : public api::Transport {
public:
    explicit DirectTransport(Platform& platform) : platform_(platform) {}

    boost::asio::awaitable<Result<api::Response>> send(api::Request) override;

private:
    Platform& platform_;
};

} // namespace versori::platform
