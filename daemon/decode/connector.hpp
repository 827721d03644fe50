#pragma once

#include "daemon/decode/drift.hpp"
#include "daemon/decode/secrets.hpp"
#include "daemon/model/document.hpp"
#include "daemon/model/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace versori::decode {

// One element of a page as rows. `credentials` holds each credential once, the copy that stands last, and
// what that copy leaves unsaid from the ones before it.
struct Connector {
    model::Document document{model::Subject::connector};
    std::vector<model::Document> credentials;
};

// Why a connector could not be normalised (fidelity rule 7). Names no value.
struct Rejection {
    std::string reason;
    std::string json_path; // within the connector: $.connections[2].createdAt
};

// Changes when a new version of this code makes other rows of the same document (fidelity rule 11).
inline constexpr int normalisation_version = 1;

// Turns connectors into rows. Secrets end here: of a secret member only the fingerprint goes on.
class ConnectorDecoder {
public:
    ConnectorDecoder(const Fingerprinter& fingerprint, const SecretNames& secret_names, Drift& drift)
        : fingerprint_(fingerprint), secret_names_(secret_names), drift_(drift) {}

    // `raw`: the bytes of one connector's JSON object, valid UTF-8. Both documents come sorted.
    boost::system::result<Connector, Rejection> decode(std::string_view raw);

private:
    const Fingerprinter& fingerprint_;
    const SecretNames& secret_names_;
    Drift& drift_;
    model::JsonParser parser_;
};

} // namespace versori::decode
