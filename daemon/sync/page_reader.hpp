#pragma once

#include "daemon/decode/page.hpp"
#include "daemon/fidelity/ledger.hpp"
#include "daemon/sync/batch.hpp"
#include "daemon/sync/normalisation.hpp"

#include <set>
#include <string>
#include <string_view>

namespace versori::sync {

// Turns pages into what is to be written, one page at a time. Reads the mirror, writes nothing.
//
// A connector whose bytes are those its rows were made from is passed over, unless it embeds a credential of
// which this walk has read another copy before: then its own copy, read later, has to win.
class PageReader {
public:
    PageReader(std::string organisation, const Normalisation&, store::Mirror&);

    // A new interval begins: `rejected` are the connectors that have a row in `rejects`.
    void start_interval(std::int64_t interval, std::set<std::string> rejected);
    void start_attempt();

    Result<decode::Page> split(std::string_view body) { return splitter_.split(body, drift_); }

    // Puts the elements of a page into ledger and batch. REQUIRES: `page` was split from a body that still
    // lives.
    void read(const decode::Page& page, fidelity::Ledger&, Batch&);

    // A connector by itself, as Get Connector gives it: put into the batch when it is not older than what is
    // known. False when it is not the connector `id` in a form that can be normalised.
    bool read_single(std::string_view body, std::string_view id, Batch&);

    // The attempt read all pages: the reject of elements without an id ends where there were none.
    void complete(Batch&);

    decode::Drift& drift() { return drift_; }
    std::int64_t rejects() const { return rejects_; } // of this attempt

private:
    void read_element(const decode::Element&, fidelity::Ledger&, Batch&);
    void take(decode::Connector, const model::Digest&, Batch&);
    bool passed_over(const decode::Element&, const model::Digest&, const std::optional<store::Known>&,
                     const Batch&);

    std::string organisation_;
    const Normalisation& normalisation_;
    store::Mirror& mirror_;
    decode::PageSplitter splitter_;
    decode::Drift drift_;
    decode::ConnectorDecoder decoder_;
    std::int64_t interval_ = 0;
    std::int64_t rejects_ = 0;
    bool unreadable_ = false; // an element of this attempt had no id
    std::set<std::string> rejected_;
    std::set<std::string> read_again_; // connectors that embed a credential of which another copy was read
};

} // namespace versori::sync
