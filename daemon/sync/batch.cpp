#include "daemon/sync/batch.hpp"

#include "daemon/model/change.hpp"

#include <optional>
#include <utility>

namespace versori::sync {

using model::TableId;

bool Batch::empty() const {
    return items_.empty() && doubts_.empty() && trusted_.empty() && unrejected_.empty() &&
           rejections_.empty();
}

void Batch::put(decode::Connector connector, const model::Digest& digest) {
    std::string id(connector.document.id());
    outvoted_.erase(id);
    for (model::Document& credential : connector.credentials)
        put_credential(std::move(credential), id);
    bytes_ += connector.document.bytes();
    if (auto earlier = by_id_.find(id); earlier != by_id_.end())
        items_.erase(earlier->second);
    items_.push_back({std::move(connector.document), digest});
    by_id_[id] = std::prev(items_.end());
}

void Batch::put_credential(model::Document credential, const std::string& connector_id) {
    bytes_ += credential.bytes();
    auto at = credentials_.find(credential.id());
    if (at == credentials_.end()) {
        std::string id(credential.id());
        at = credentials_.emplace(std::move(id), Copy{std::move(credential), {}}).first;
    } else {
        Copy& copy = at->second;
        credential.inherit(copy.document);
        if (!model::diff(copy.document, credential).empty()) {
            outvoted_.insert(copy.connectors.begin(), copy.connectors.end());
            outvoted_.erase(connector_id);
            copy.connectors.clear();
        }
        copy.document = std::move(credential);
    }
    at->second.connectors.push_back(connector_id);
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

const model::Document* Batch::find(std::string_view connector_id) const {
    auto found = by_id_.find(std::string(connector_id));
    return found == by_id_.end() ? nullptr : &found->second->document;
}

const model::Digest* Batch::digest_of(std::string_view connector_id) const {
    auto found = by_id_.find(std::string(connector_id));
    return found == by_id_.end() ? nullptr : &found->second->digest;
}

const model::Document* Batch::credential(std::string_view credential_id) const {
    auto found = credentials_.find(credential_id);
    return found == credentials_.end() ? nullptr : &found->second.document;
}

void Batch::write(const store::Act& act, std::int64_t interval, store::Mirror& mirror,
                  store::Bookkeeping& bookkeeping) {
    std::set<std::string_view> used;
    std::size_t link = model::table(TableId::connection_credentials).column("credential_id");
    for (const Item& item : items_)
        for (std::size_t i = 0; i < item.document.rows(TableId::connection_credentials).size(); ++i)
            used.insert(model::text_of(item.document.row(TableId::connection_credentials, i)[link]));
    for (auto& [id, copy] : credentials_)
        if (used.contains(id))
            mirror.put(act, copy.document);
    for (Item& item : items_) {
        mirror.put(act, item.document);
        bool outvoted = outvoted_.contains(item.document.id());
        mirror.remember(act, item.document.id(), outvoted ? std::nullopt : std::optional(item.digest));
    }
    for (const auto& [id, updated_at] : doubts_)
        mirror.doubt(act, id, updated_at, interval);
    for (const std::string& id : trusted_)
        mirror.trust_again(act, id);
    for (const std::string& id : unrejected_)
        bookkeeping.unreject(act.organisation, id);
    for (const auto& [id, rejection] : rejections_)
        bookkeeping.reject(act.organisation, id, rejection.reason, rejection.json_path, act.time);
    *this = Batch();
}

} // namespace versori::sync
