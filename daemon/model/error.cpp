#include "daemon/model/error.hpp"

namespace versori {
namespace {

class Category final : public std::error_category {
public:
    const char* name() const noexcept override { return "versori-mirror"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::cancelled:
            return "stopped on request";
        case errc::timeout:
            return "the time limit was reached";
        case errc::resolve:
            return "the host name could not be resolved";
        case errc::connect:
            return "no connection could be made";
        case errc::tls:
            return "the TLS handshake failed";
        case errc::proxy:
            return "the proxy failed";
        case errc::connection_lost:
            return "the connection was lost";
        case errc::bad_http:
            return "the answer is not HTTP";
        case errc::too_large:
            return "the answer is larger than max_page_bytes";
        case errc::bad_status:
            return "the platform answered with an error";
        case errc::denied:
            return "the platform refused the token";
        case errc::not_found:
            return "the platform found nothing there";
        case errc::gone:
            return "the platform answered that this is gone (410)";
        case errc::foreign_origin:
            return "the URL points to another origin";
        case errc::bad_page:
            return "the page is not what List Connectors documents";
        case errc::no_token:
            return "the token could not be read";
        }
        return "unknown error";
    }
};

} // namespace

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

} // namespace versori
