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

PageReader::PageReader(std::string organisation, const Normalisation& normalisation,
                       store::Database& database, store::Mirror& mirror, PageMemory* memory)
    : organisation_(std::move(organisation)), normalisation_(normalisation), database_(database),
      mirror_(mirror), memory_(memory),
      decoder_(normalisation.fingerprint, normalisation.secret_names, drift_) {}

void PageReader::start_interval(std::int64_t interval, std::set<std::string, std::less<>> rejected) {
    interval_ = interval;
    rejected_ = std::move(rejected);
}

void PageReader::start_attempt() {
    rejects_ = rows_listed_ = 0;
    unreadable_ = met_known_ = false;
    unchanged_ = true;
    read_again_.clear();
    drift_.clear();
    if (memory_)
        memory_->begin(database_.data_version());
}

void PageReader::end_attempt(bool complete) {
    if (memory_)
        memory_->end(complete && unchanged_, database_.data_version());
}

Result<decode::Page> PageReader::split(std::string_view body, Batch& batch) {
    std::optional<decode::Page> known;
    if (memory_ && unchanged_) {
        page_digest_ = decode::digest(body, normalisation_.seed);
        known = memory_->recall(page_digest_);
    }
    recalled_ = known.has_value();
    if (recalled_)
        return *std::move(known);
    auto page = take_apart(body, batch);
    if (page && !page->total_count)
        drift_.note("$.totalCount", "missing or no count");
    return page;
}

Result<decode::Page> PageReader::take_apart(std::string_view body, Batch& batch) {
    {
        store::Snapshot snapshot(database_);
        looks_.clear();
        auto is_known = [&](const decode::Element& element) {
            return looks_.emplace_back(look_at(element, batch)).passed_over;
        };
        if (auto page = splitter_.split_known(body, is_known))
            return *std::move(page);
    }
    looks_.clear();
    return splitter_.split(body);
}

void PageReader::read(const decode::Page& page, fidelity::Ledger& ledger, Batch& batch) {
    if (recalled_) {
        for (const decode::Element& element : page.elements)
            rows_listed_ += ledger.listed(element.id);
        return;
    }
    store::Snapshot snapshot(database_);
    for (std::size_t i = 0; i < page.elements.size(); ++i) {
        const decode::Element& element = page.elements[i];
        if (!element.id.empty()) {
            read_element(element, looks_.empty() ? look_at(element, batch) : looks_[i], ledger, batch);
            continue;
        }
        ledger.unreadable();
        unreadable_ = true;
        reject("", {"an element of the list has no readable id", "$.connectors"}, batch);
    }
    if (memory_ && unchanged_)
        memory_->keep(page_digest_, page);
}

void PageReader::reject(std::string connector_id, decode::Rejection rejection, Batch& batch) {
    unchanged_ = false;
    ++rejects_;
    if (interval_ != no_interval)
        batch.reject(std::move(connector_id), std::move(rejection));
}

void PageReader::complete(Batch& batch) {
    if (!unreadable_ && forgive(""))
        batch.unreject("");
}

// True when the connector was rejected until now.
bool PageReader::forgive(std::string_view connector_id) {
    auto found = rejected_.find(connector_id);
    if (found == rejected_.end())
        return false;
    rejected_.erase(found);
    unchanged_ = false;
    return true;
}

PageReader::Look PageReader::look_at(const decode::Element& element, Batch& batch) {
    Look out{decode::digest(element.raw, normalisation_.seed), mirror_.known(organisation_, element.id),
             false};
    if (read_again_.contains(element.id))
        return out;
    if (auto waiting = batch.find(element.id))
        out.passed_over = waiting->digest == out.digest;
    else
        out.passed_over = out.known && out.known->digest == out.digest;
    return out;
}

void PageReader::read_element(const decode::Element& element, const Look& look, fidelity::Ledger& ledger,
                              Batch& batch) {
    bool fresh = ledger.listed(element.id);
    rows_listed_ += fresh && look.known;
    if (!look.passed_over) {
        unchanged_ = false;
        if (!look_into(element, look, ledger, batch))
            return;
    } else {
        met_known_ = true;
        if (look.known && !look.known->doubted_updated_at.empty()) {
            unchanged_ = false;
            batch.trust_again(std::string(element.id));
        }
    }
    if (forgive(element.id))
        batch.unreject(std::string(element.id));
}

// False when it is rejected, or older than what is known.
bool PageReader::look_into(const decode::Element& element, const Look& look, fidelity::Ledger& ledger,
                           Batch& batch) {
    const auto& known = look.known;
    auto connector = decoder_.decode(element.raw);
    std::string id(element.id);
    if (!connector) {
        reject(std::move(id), connector.error(), batch);
        return false;
    }
    auto mine = updated_at(connector->document);
    auto waiting = batch.find(id);
    std::string newest;
    if (waiting)
        newest = waiting->updated_at;
    else if (known)
        newest = mirror_.updated_at(organisation_, id);
    met_known_ |= !waiting && mine <= newest;
    if (mine < newest) {
        bool doubted = known && known->doubted_updated_at == mine;
        bool outside = interval_ == no_interval;
        if (waiting || !doubted || outside || known->doubted_interval == interval_) {
            ledger.stale(id);
            if (!waiting && !doubted && !outside)
                batch.doubt(std::move(id), std::string(mine));
            return false;
        }
    }
    take(std::move(*connector), look.digest, batch);
    return true;
}

void PageReader::take(decode::Connector connector, const model::Digest& digest, Batch& batch) {
    unchanged_ = false;
    for (model::Document& credential : connector.credentials) {
        model::Document before = batch.credential(credential.id());
        if (before.empty())
            before = mirror_.load(model::Subject::credential, organisation_, credential.id());
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

bool PageReader::read_single(std::string_view body, std::string_view id, bool listed, Batch& batch) {
    if (model::find_invalid_utf8(body) != body.npos)
        return false;
    auto connector = decoder_.decode(body);
    if (!connector || connector->document.id() != id)
        return false;
    if (listed)
        return true;
    auto mine = updated_at(connector->document);
    auto waiting = batch.find(id);
    if (mine >= (waiting ? waiting->updated_at : mirror_.updated_at(organisation_, id)))
        take(std::move(*connector), decode::digest(body, normalisation_.seed), batch);
    return true;
}

} // namespace versori::sync
