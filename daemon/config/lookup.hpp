#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/model/error.hpp"

#include <string>
#include <string_view>

namespace versori::config {

struct UnknownOrganisation {
    std::string message; // a sentence with the ones that are configured
};

// The organisation of that id, else of that name. It lives as long as `settings`.
boost::system::result<const Organisation*, UnknownOrganisation>
find_organisation(const Settings& settings, std::string_view id_or_name);

} // namespace versori::config
