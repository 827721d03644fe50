#pragma once

#include "daemon/decode/connector.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace versori::sync {

// How documents become rows: the code's version, the fingerprint key and the secret names. Rows made by
// another normalisation are made again without change records (fidelity rule 11).
struct Normalisation {
    Normalisation(std::span<const std::uint8_t> key, std::vector<std::string> secret_variables);

    decode::Fingerprinter fingerprint;
    decode::SecretNames secret_names;
    std::string id;     // the same for the same rules; tells nothing of the key
    std::uint64_t seed; // of the documents' digests, so that no digest outlives its normalisation
};

} // namespace versori::sync
