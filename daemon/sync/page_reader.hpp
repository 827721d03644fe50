#pragma once

#include "daemon/decode/page.hpp"
#include "daemon/fidelity/ledger.hpp"
#include "daemon/sync/batch.hpp"
#include "daemon/sync/normalisation.hpp"
#include "daemon/sync/page_memory.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versori::sync {

// Turns pages into what is to be written, one page at a time. Reads the mirror, writes nothing.
//
// A page that came with the same bytes last time is not even looked into: see PageMemory. A connector whose
// bytes are those its rows were made from is passed over, and not parsed where all of its page are, unless it
// embeds a credential of which this walk has read another copy before: then its own copy, read later, has to
// win.
class PageReader {
public:
    // `memory` is null when there is nothing to recall and no walk that will.
    PageReader(std::string organisation, const Normalisation&, store::Database&, store::Mirror&,
               PageMemory* memory);

    // A new interval begins: `rejected` are the connectors that have a row in `rejects`. Outside of one
    // nothing is doubted or rejected, and no doubt ends in belief (fidelity rule 1).
    static constexpr std::int64_t no_interval = 0;
    void start_interval(std::int64_t interval, std::set<std::string, std::less<>> rejected);
    void start_attempt();

    // Takes a page apart. It is valid until the next one, and as long as the body lives. `batch` is what
    // waits to be written.
    Result<decode::Page> split(std::string_view body, Batch&);

    // Puts the elements of the page that was split last into ledger and batch.
    void read(const decode::Page& page, fidelity::Ledger&, Batch&);

    // A connector by itself, as Get Connector gives it: put into the batch when it is not older than what is
    // known, and not `listed` by this attempt. What the list says of it counts then, and the list's order
    // says which copy of a credential is the last. False when it is not the connector `id` in a form that can
    // be normalised.
    bool read_single(std::string_view body, std::string_view id, bool listed, Batch&);

    // The attempt read all pages: the reject of elements without an id ends where there were none.
    void complete(Batch&);

    // The attempt is over, and what it found is written.
    void end_attempt(bool complete);

    decode::Drift& drift() { return drift_; }
    std::int64_t rejects() const { return rejects_; }         // of this attempt
    std::int64_t rows_listed() const { return rows_listed_; } // connectors with a row that it listed
    // It listed a connector that is not newer than its row.
    bool met_known() const { return met_known_; }

private:
    // An element beside what the mirror has of it.
    struct Look {
        model::Digest digest;
        std::optional<store::Known> known;
        bool passed_over;
    };

    Result<decode::Page> take_apart(std::string_view body, Batch&);
    Look look_at(const decode::Element&, Batch&);
    void read_element(const decode::Element&, const Look&, fidelity::Ledger&, Batch&);
    bool look_into(const decode::Element&, const Look&, fidelity::Ledger&, Batch&);
    void reject(std::string connector_id, decode::Rejection, Batch&);
    bool forgive(std::string_view connector_id);
    void take(decode::Connector, const model::Digest&, Batch&);

    std::string organisation_;
    const Normalisation& normalisation_;
    store::Database& database_;
    store::Mirror& mirror_;
    PageMemory* memory_;
    decode::PageSplitter splitter_;
    decode::Drift drift_;
    decode::ConnectorDecoder decoder_;
    std::int64_t interval_ = 0;
    std::int64_t rejects_ = 0, rows_listed_ = 0;
    bool unreadable_ = false; // an element of this attempt had no id
    bool met_known_ = false;
    bool unchanged_ = true;       // every element of this attempt was passed over
    bool recalled_ = false;       // the page that was split last
    model::Digest page_digest_{}; // of it, when it may be recalled or kept
    std::vector<Look> looks_;     // at its elements, if it was not parsed
    std::set<std::string, std::less<>> rejected_;
    std::set<std::string, std::less<>>
        read_again_; // connectors that embed a credential of which another copy was read
};

} // namespace versori::sync
