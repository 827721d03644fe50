#include "daemon/sync/batch.hpp"

#include <limits>

namespace versori::sync {

void Batch::put(decode::Connector connector, const model::Digest& digest) {
    stage_.put(connector.document, std::move(connector.credentials), digest);
}

void Batch::doubt(std::string connector_id, std::string updated_at) {
    doubts_[std::move(connector_id)] = std::move(updated_at);
}

void Batch::trust_again(std::string connector_id) {
    trusted_.push_back(std::move(connector_id));
}

void Batch::reject(std::string connector_id, decode::Rejection rejection) {
    rejections_.emplace_back(std::move(connector_id), std::move(rejection));
}

void Batch::unreject(std::string connector_id) {
    unrejected_.push_back(std::move(connector_id));
}

void Batch::write_some(const store::Act& act, std::size_t bytes, store::Mirror& mirror) {
    stage_.write(act, bytes, mirror);
}

void Batch::write(const store::Act& act, std::int64_t interval, store::Mirror& mirror,
                  store::Bookkeeping& bookkeeping) {
    stage_.write(act, std::numeric_limits<std::size_t>::max(), mirror);
    for (const auto& [id, updated_at] : doubts_)
        mirror.doubt(act, id, updated_at, interval);
    for (const std::string& id : trusted_)
        mirror.trust_again(act, id);
    for (const std::string& id : unrejected_)
        bookkeeping.unreject(act.organisation, id);
    for (const auto& [id, rejection] : rejections_)
        bookkeeping.reject(act.organisation, id, rejection.reason, rejection.json_path, act.time);
    *this = Batch(mirror_);
}

} // namespace versori::sync
