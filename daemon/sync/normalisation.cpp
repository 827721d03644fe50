#include "daemon/sync/normalisation.hpp"

#include "daemon/decode/digest.hpp"

#include <algorithm>
#include <cstring>

namespace versori::sync {
namespace {

std::string id_of(const decode::Fingerprinter& fingerprint, std::vector<std::string> globs) {
    std::ranges::sort(globs);
    std::string id =
        std::to_string(decode::normalisation_version) + " key " + fingerprint("normalisation").substr(0, 16);
    for (const std::string& glob : globs)
        id += " " + glob;
    return id;
}

} // namespace

Normalisation::Normalisation(std::span<const std::uint8_t> key, std::vector<std::string> secret_variables)
    : fingerprint(key), secret_names(secret_variables), id(id_of(fingerprint, std::move(secret_variables))) {
    auto digest = decode::digest(id);
    std::memcpy(&seed, digest.data(), sizeof seed);
}

} // namespace versori::sync
