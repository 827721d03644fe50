#pragma once

#include "daemon/decode/connector.hpp"
#include "daemon/model/digest.hpp"
#include "daemon/store/bookkeeping.hpp"
#include "daemon/store/mirror.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace versori::sync {

// What a walk has read and not yet written. A connector that comes twice stands here once, as it came last;
// so does a credential, whichever connectors embed it.
//
// A connector whose copy of a credential is not the one that counts is written without its digest, so that
// the next walk reads it again: its copy counts as soon as it is the last one, or the only one.
class Batch {
public:
    bool empty() const;
    std::size_t bytes() const { return bytes_; }

    void put(decode::Connector connector, const model::Digest& digest);
    void doubt(std::string connector_id, std::string updated_at);
    void trust_again(std::string connector_id);
    void reject(std::string connector_id, decode::Rejection rejection);
    void unreject(std::string connector_id);

    // The document of a connector that waits here; nothing when none does.
    const model::Document* find(std::string_view connector_id) const;
    const model::Digest* digest_of(std::string_view connector_id) const;
    // The copy of a credential that waits here; nothing when none does.
    const model::Document* credential(std::string_view credential_id) const;

    // Writes everything and forgets it. REQUIRES: a transaction is open. `interval` names the interval of the
    // doubts. Before the attempt's `last` write, changes of credentials that the mirror has wait on: another
    // copy may come and count, and what is not written cannot be taken back as a change of its own.
    void write(const store::Act&, std::int64_t interval, bool last, store::Mirror&, store::Bookkeeping&);

private:
    struct Item {
        model::Document document;
        model::Digest digest;
    };
    using Items = std::list<Item>; // in the order of reading

    struct Copy {
        model::Document document;
        std::vector<std::string> connectors = {}; // that embed it so
        bool waits = false;                       // past a write that was not the last
    };
    void put_credential(model::Document credential, const std::string& connector_id);
    void write_credentials(const store::Act&, bool last, store::Mirror&);
    void write_connectors(const store::Act&, store::Mirror&);
    void write_digests(const store::Act&, store::Mirror&);

    Items items_;
    std::unordered_map<std::string, Items::iterator> by_id_;
    std::map<std::string, Copy, std::less<>> credentials_;
    std::set<std::string, std::less<>> outvoted_;  // connectors one of whose copies does not count
    std::map<std::string, model::Digest> digests_; // of connectors written whose credentials wait
    std::map<std::string, std::string> doubts_;
    std::vector<std::string> trusted_, unrejected_;
    std::vector<std::pair<std::string, decode::Rejection>> rejections_;
    std::size_t bytes_ = 0;
};

} // namespace versori::sync
