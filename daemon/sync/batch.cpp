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
    digests_.erase(id);
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
        at = credentials_.emplace(std::move(id), Copy{std::move(credential)}).first;
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

void Batch::write(const store::Act& act, std::int64_t interval, bool last, store::Mirror& mirror,
                  store::Bookkeeping& bookkeeping) {
    write_credentials(act, last, mirror);
    write_connectors(act, mirror);
    if (last)
        write_digests(act, mirror);
    for (const auto& [id, updated_at] : doubts_)
        mirror.doubt(act, id, updated_at, interval);
    for (const std::string& id : trusted_)
        mirror.trust_again(act, id);
    for (const std::string& id : unrejected_)
        bookkeeping.unreject(act.organisation, id);
    for (const auto& [id, rejection] : rejections_)
        bookkeeping.reject(act.organisation, id, rejection.reason, rejection.json_path, act.time);

    Batch rest;
    if (!last) {
        rest.credentials_ = std::move(credentials_);
        rest.outvoted_ = std::move(outvoted_);
        rest.digests_ = std::move(digests_);
    }
    *this = std::move(rest);
}

// Leaves those that wait. Copies that only a document embeds which was read again without them do not count.
void Batch::write_credentials(const store::Act& act, bool last, store::Mirror& mirror) {
    std::set<std::string_view> used;
    std::size_t link = model::table(TableId::connection_credentials).column("credential_id");
    for (const Item& item : items_)
        for (std::size_t i = 0; i < item.document.rows(TableId::connection_credentials).size(); ++i)
            used.insert(model::text_of(item.document.row(TableId::connection_credentials, i)[link]));
    for (auto at = credentials_.begin(); at != credentials_.end();) {
        Copy& copy = at->second;
        bool counts = copy.waits || used.contains(at->first);
        copy.waits = counts && !last && mirror.changes(act, copy.document);
        if (counts && !copy.waits)
            mirror.put(act, copy.document);
        at = copy.waits ? std::next(at) : credentials_.erase(at);
    }
}

void Batch::write_connectors(const store::Act& act, store::Mirror& mirror) {
    for (const auto& [credential, copy] : credentials_)
        for (const std::string& id : copy.connectors)
            if (auto item = by_id_.find(id); item != by_id_.end())
                digests_[id] = item->second->digest;
    for (Item& item : items_) {
        std::string id(item.document.id());
        bool counts = !outvoted_.contains(id) && !digests_.contains(id);
        mirror.put(act, item.document);
        mirror.remember(act, id, counts ? std::optional(item.digest) : std::nullopt);
    }
}

void Batch::write_digests(const store::Act& act, store::Mirror& mirror) {
    for (const auto& [id, digest] : digests_)
        if (!outvoted_.contains(id))
            mirror.remember(act, id, digest);
}

} // namespace versori::sync
