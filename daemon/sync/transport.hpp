#pragma once

#include "daemon/api/transport.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace versori::sync {

// The way to the platform of the settings, through a proxy where they or the environment name one. Fails with
// proxy when the proxy's URL cannot be used.
Result<std::unique_ptr<api::Transport>> make_transport(boost::asio::io_context&, const config::Settings&);

} // namespace versori::sync
