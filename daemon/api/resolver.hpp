#pragma once

#include "daemon/model/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace versori::api {

using Addresses = std::vector<boost::asio::ip::address>;

// Finds the addresses of a host, at least one; blocks. Called on a thread of its own.
using Lookup = std::function<Result<Addresses>(const std::string& host)>;

// The system's resolver.
Result<Addresses> system_lookup(const std::string& host);

// Waits for `lookup` no longer than until `deadline`. Asio's resolver cannot be cancelled while the system's
// is busy and would hold up the end of the program by as much; a lookup given up here ends alone. Fails with
// resolve, timeout or cancelled. An address needs no lookup.
boost::asio::awaitable<Result<Addresses>> resolve(Lookup lookup, std::string host,
                                                  std::chrono::steady_clock::time_point deadline);

} // namespace versori::api
