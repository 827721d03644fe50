#include "daemon/sync/page_reader.hpp"

#include "daemon/decode/digest.hpp"
#include "daemon/model/change.hpp"

#include <utility>

namespace versori::sync {
namespace {

std::string_view updated_at(const model::Document& document) {
    static const std::size_t column = model::table(model::TableId::connectors).column("updated_at");
    return model::text_of(document.row(model::TableId::connectors, 0)[column]);
}

} // namespace

PageReader::PageReader(std::string organisation, const Normalisation& normalisation, store::Mirror& mirror)
    : organisation_(std::move(organisation)), normalisation_(normalisation), mirror_(mirror),
      decoder_(normalisation.fingerprint, normalisation.secret_names, drift_) {}

void PageReader::start_interval(std::int64_t interval, std::set<std::string> rejected) {
    interval_ = interval;
    rejected_ = std::move(rejected);
}

void PageReader::start_attempt() {
    rejects_ = 0;
    unreadable_ = false;
    read_again_.clear();
    drift_.clear();
}

void PageReader::read(const decode::Page& page, fidelity::Ledger& ledger, Batch& batch) {
    for (const decode::Element& element : page.elements) {
        if (!element.id.empty()) {
            ledger.listed(element.id);
            read_element(element, ledger, batch);
            continue;
        }
        ledger.unreadable();
        unreadable_ = true;
        ++rejects_;
        batch.reject("", {"an element of the list has no readable id", "$.connectors"});
    }
}

void PageReader::complete(Batch& batch) {
    if (!unreadable_ && rejected_.erase("") > 0)
        batch.unreject("");
}

bool PageReader::passed_over(const decode::Element& element, const model::Digest& digest,
                             const std::optional<store::Known>& known, const Batch& batch) {
    if (read_again_.contains(element.id))
        return false;
    if (const model::Digest* waiting = batch.digest_of(element.id))
        return *waiting == digest;
    return known && known->digest == digest;
}

void PageReader::read_element(const decode::Element& element, fidelity::Ledger& ledger, Batch& batch) {
    auto digest = decode::digest(element.raw, normalisation_.seed);
    auto known = mirror_.known(organisation_, element.id);
    bool passed_over = this->passed_over(element, digest, known, batch);
    if (passed_over && known && !known->doubted_updated_at.empty())
        batch.trust_again(element.id);
    if (!passed_over) {
        auto connector = decoder_.decode(element.raw);
        if (!connector) {
            ++rejects_;
            batch.reject(element.id, connector.error());
            return;
        }
        auto mine = updated_at(connector->document);
        const model::Document* waiting = batch.find(element.id);
        std::string_view newest = waiting ? updated_at(*waiting)
                                  : known ? std::string_view(known->updated_at)
                                          : "";
        if (mine < newest) {
            bool doubted = known && known->doubted_updated_at == mine;
            if (waiting || !doubted || known->doubted_interval == interval_) {
                ledger.stale(element.id);
                if (!waiting && !doubted)
                    batch.doubt(element.id, std::string(mine));
                return;
            }
        }
        take(std::move(*connector), digest, batch);
    }
    if (rejected_.erase(element.id))
        batch.unreject(element.id);
}

void PageReader::take(decode::Connector connector, const model::Digest& digest, Batch& batch) {
    for (model::Document& credential : connector.credentials) {
        const model::Document* waiting = batch.credential(credential.id());
        model::Document stored(model::Subject::credential);
        if (!waiting)
            stored = mirror_.load(model::Subject::credential, organisation_, credential.id());
        const model::Document& before = waiting ? *waiting : stored;
        if (before.empty())
            continue;
        credential.inherit(before);
        if (model::diff(before, credential).empty())
            continue;
        for (std::string& id : mirror_.users_of(organisation_, credential.id()))
            read_again_.insert(std::move(id));
    }
    batch.put(std::move(connector), digest);
}

bool PageReader::read_single(std::string_view body, std::string_view id, Batch& batch) {
    if (model::find_invalid_utf8(body) != body.npos)
        return false;
    auto connector = decoder_.decode(body);
    if (!connector || connector->document.id() != id)
        return false;
    auto known = mirror_.known(organisation_, id);
    auto mine = updated_at(connector->document);
    const model::Document* waiting = batch.find(id);
    if (waiting ? updated_at(*waiting) <= mine : !known || known->updated_at <= mine)
        take(std::move(*connector), decode::digest(body, normalisation_.seed), batch);
    return true;
}

} // namespace versori::sync
