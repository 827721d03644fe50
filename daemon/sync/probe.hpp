#pragma once

#include "daemon/api/clock.hpp"
#include "daemon/api/transport.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace versori::sync {

// What asking the platform for one page of an organisation showed.
struct Probe {
    std::vector<std::string> passed; // of DNS, TCP, TLS, token, page, in this order; what is certain
    std::string failed;              // the step that did not; empty: all is well
    std::string problem;             // a sentence that says what to do
    std::size_t connectors = 0;      // on the page
    std::optional<std::int64_t> total_count;
    std::chrono::milliseconds took{};
    bool everybody = false; // the platform was not reached, whatever the organisation
};

// Asks once, without a retry.
boost::asio::awaitable<Probe> probe(const config::Settings&, const config::Organisation&, api::Transport&,
                                    api::Clock&);

// What a failure means for the steps, and the advice that goes with it. Pure.
Probe explain_failure(const config::Settings&, const config::Organisation&, const Failure&);

} // namespace versori::sync
