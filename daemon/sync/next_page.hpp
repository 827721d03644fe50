#pragma once

#include "daemon/api/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace versori::sync {

// The page after the one that is worked on: asked for before that work begins, so that it arrives meanwhile.
class NextPage {
public:
    explicit NextPage(api::Client& client) : client_(client) {}

    // Sends the request and does not wait for the answer. REQUIRES: nothing is outstanding.
    boost::asio::awaitable<void> ask(std::string cursor);

    // The answer to what was asked; fails with cancelled when the awaiting coroutine is. REQUIRES: asked.
    boost::asio::awaitable<Result<api::Response>> take();

    // Ends what is outstanding. Whoever asked calls this before the client may go.
    boost::asio::awaitable<void> drop();

private:
    struct Request;
    boost::asio::awaitable<void> arrival();

    api::Client& client_;
    std::shared_ptr<Request> request_;
};

} // namespace versori::sync
