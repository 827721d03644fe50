#include "daemon/sync/transport.hpp"

#include "daemon/api/https_transport.hpp"
#include "daemon/sync/walker.hpp"

#include <cstdlib>

namespace versori::sync {

Result<std::unique_ptr<api::Transport>> make_transport(boost::asio::io_context& io,
                                                       const config::Settings& settings) {
    api::HttpsTransport::Options options;
    options.endpoint = endpoint_of(settings.platform.url);
    auto proxy = api::choose_proxy(options.endpoint, settings.platform.proxy,
                                   [](const char* name) { return std::getenv(name); });
    if (!proxy)
        return proxy.error();
    options.connect_timeout = settings.platform.connect_timeout;
    options.request_timeout = settings.platform.request_timeout;
    options.max_page_bytes = settings.platform.max_page_bytes;
    options.ca_file = settings.platform.ca_file;
    options.proxy = std::move(*proxy);
    return std::unique_ptr<api::Transport>(new api::HttpsTransport(io.get_executor(), std::move(options)));
}

} // namespace versori::sync
