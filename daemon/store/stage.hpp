#pragma once

#include "daemon/model/digest.hpp"
#include "daemon/model/document.hpp"
#include "daemon/store/mirror.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versori::store {

// What a walk has read and not yet written: documents, in a temporary database of its own, so that a walk of
// any size takes little memory. One that is larger than a batch is written in the order of the keys, whatever
// the order it was read in: rows that lie together are then written together, which makes it several times
// faster.
//
// A connector that comes twice stands here once, as it came last; so does a credential, whichever connectors
// embed it. A connector whose copy of a credential is not the one that counts is written without its digest,
// so that the next walk reads it again: its copy counts as soon as it is the last one, or the only one.
class Stage {
public:
    // `mirror` names the mirror in messages.
    explicit Stage(std::string mirror);
    ~Stage();
    Stage(Stage&&) noexcept;
    Stage& operator=(Stage&&) noexcept;

    bool empty() const { return count_ == 0; }
    std::size_t bytes() const { return bytes_; } // not yet written

    // `digest`: of the bytes the document was made from. What a credential's copy leaves unsaid it has from
    // the copy before it. Throws StoreError.
    void put(const model::Document& connector, std::vector<model::Document> credentials,
             const model::Digest& digest);

    struct Waiting {
        model::Digest digest;
        std::string updated_at;
    };
    std::optional<Waiting> find(std::string_view connector_id);
    // The copy of a credential that counts so far; empty when there is none.
    model::Document credential(std::string_view credential_id);

    // Writes whole documents until more than `limit` bytes are written, or all. REQUIRES: a transaction is
    // open, and nothing is put between the first call and the one that wrote the last. Throws StoreError.
    void write(const Act&, std::size_t limit, Mirror&);

private:
    struct Temporary;

    void open();
    std::int64_t put_credential(model::Document credential);
    void forget_uses(std::string_view connector_id);
    std::string copy(std::int64_t position); // of a credential, packed
    void start_reading(std::string_view in_order_of_ids, std::string_view in_order_of_reading);
    std::size_t write_credentials(const Act&, std::size_t limit, Mirror&);
    std::size_t write_connectors(const Act&, std::size_t limit, Mirror&);
    bool counts(std::string_view uses);

    std::string mirror_;
    std::unique_ptr<Temporary> temporary_; // made with the first document
    std::size_t bytes_ = 0;
    std::int64_t count_ = 0; // of connectors
    bool copies_differ_ = false, writing_ = false, credentials_written_ = false, by_id_ = false;
};

} // namespace versori::store
