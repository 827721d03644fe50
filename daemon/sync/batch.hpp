#pragma once

#include "daemon/decode/connector.hpp"
#include "daemon/model/digest.hpp"
#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/mirror.hpp"
#include "daemon/store/stage.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versori::sync {

// What a walk has read and not yet written: documents, and what is to be noted of connectors that gave none.
class Batch {
public:
    // `mirror` names the mirror in messages.
    explicit Batch(std::string mirror) : mirror_(std::move(mirror)), stage_(mirror_) {}

    bool has_documents() const { return !stage_.empty(); }
    std::size_t bytes() const { return stage_.bytes(); } // of documents not yet written

    void put(decode::Connector connector, const model::Digest& digest);
    void doubt(std::string connector_id, std::string updated_at);
    void trust_again(std::string connector_id);
    void reject(std::string connector_id, decode::Rejection rejection);
    void unreject(std::string connector_id);

    // The document of a connector that waits here; nothing when none does.
    std::optional<store::Stage::Waiting> find(std::string_view connector_id) {
        return stage_.find(connector_id);
    }
    // The copy of a credential that waits here; empty when none does.
    model::Document credential(std::string_view credential_id) { return stage_.credential(credential_id); }

    // REQUIRES of both: a transaction is open.

    // Writes about `bytes` of the documents, whole connectors only. Nothing may be put from here on until all
    // is written.
    void write_some(const store::Act&, std::size_t bytes, store::Mirror&);
    // Writes everything that is left and forgets it. `interval` names the interval of the doubts.
    void write(const store::Act&, std::int64_t interval, store::Mirror&, store::Bookkeeping&);

private:
    std::string mirror_;
    store::Stage stage_;
    std::map<std::string, std::string> doubts_;
    std::vector<std::string> trusted_, unrejected_;
    std::vector<std::pair<std::string, decode::Rejection>> rejections_;
};

} // namespace versori::sync
