#include "daemon/store/stage.hpp"

#include "daemon/model/change.hpp"
#include "daemon/model/packed.hpp"
#include "daemon/store/query.hpp"

#include <cstring>
#include <utility>

namespace versori::store {

using model::Document;
using model::Subject;

namespace {

// version: which of the copies that came counts. uses: the copy that each connector embeds.
const char* const tables = R"(
CREATE TABLE connectors (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, updated_at TEXT NOT NULL, digest BLOB NOT NULL,
    document BLOB NOT NULL);
CREATE TABLE credentials (
    id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, users INTEGER NOT NULL, document BLOB NOT NULL);
CREATE TABLE uses (
    connector_id TEXT NOT NULL, credential_id TEXT NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (connector_id, credential_id)) WITHOUT ROWID;
)";

std::string_view updated_at(const Document& connector) {
    static const std::size_t column = model::table(model::TableId::connectors).column("updated_at");
    return model::text_of(connector.row(model::TableId::connectors, 0)[column]);
}

model::Digest digest_of(std::string_view blob) {
    model::Digest out{};
    std::memcpy(out.data(), blob.data(), std::min(blob.size(), out.size()));
    return out;
}

} // namespace

Stage::Stage(std::string mirror) : mirror_(std::move(mirror)) {}
Stage::~Stage() = default;
Stage::Stage(Stage&&) noexcept = default;
Stage& Stage::operator=(Stage&&) noexcept = default;

void Stage::open() {
    if (database_)
        return;
    database_ = Database::temporary(mirror_);
    database_->execute(tables);
    database_->execute("BEGIN");
}

void Stage::put(const Document& connector, std::vector<Document> credentials, const model::Digest& digest) {
    open();
    std::string_view id = connector.id();
    forget_uses(id);
    for (Document& credential : credentials)
        put_credential(std::move(credential), id);
    std::string packed = model::pack(connector);
    Query(*database_,
          "INSERT OR REPLACE INTO connectors (id, updated_at, digest, document) VALUES (?, ?, ?, ?)")
        .with(id, updated_at(connector), digest)
        .with_blob(packed)
        .run();
    bytes_ += packed.size();
    ++count_;
}

// When the connector came before.
void Stage::forget_uses(std::string_view connector_id) {
    {
        Query query(*database_, "SELECT length(document) FROM connectors WHERE id = ?");
        if (!query.with(connector_id).step())
            return;
        bytes_ -= static_cast<std::size_t>(query.integer(0));
        --count_;
    }
    Query(*database_, "UPDATE credentials SET users = users - 1 WHERE id IN "
                      "(SELECT credential_id FROM uses WHERE connector_id = ?)")
        .with(connector_id)
        .run();
    Query(*database_, "DELETE FROM uses WHERE connector_id = ?").with(connector_id).run();
}

void Stage::put_credential(Document credential, std::string_view connector_id) {
    std::string id(credential.id()), packed = model::pack(credential);
    std::int64_t version = 1;
    bool came = false, same = false;
    {
        Query query(*database_, "SELECT version, document FROM credentials WHERE id = ?");
        came = query.with(id).step();
        if (came) {
            version = query.integer(0);
            same = query.blob(1) == packed;
            if (!same) {
                Document before = model::unpack(Subject::credential, query.blob(1));
                credential.inherit(before);
                version += !model::diff(before, credential).empty();
                packed = model::pack(credential);
            }
        }
    }
    if (!came)
        Query(*database_, "INSERT INTO credentials VALUES (?, ?, 1, ?)")
            .with(id, version)
            .with_blob(packed)
            .run();
    else if (same)
        Query(*database_, "UPDATE credentials SET users = users + 1 WHERE id = ?").with(id).run();
    else
        Query(*database_, "UPDATE credentials SET users = users + 1, version = ?, document = ? WHERE id = ?")
            .with(version)
            .with_blob(packed)
            .with(id)
            .run();
    Query(*database_, "INSERT INTO uses VALUES (?, ?, ?)").with(connector_id, id, version).run();
    if (!came)
        bytes_ += packed.size();
}

std::optional<Stage::Waiting> Stage::find(std::string_view connector_id) {
    if (count_ == 0)
        return {};
    Query query(*database_, "SELECT digest, updated_at FROM connectors WHERE id = ?");
    if (!query.with(connector_id).step())
        return {};
    return Waiting{digest_of(query.blob(0)), std::string(query.text(1))};
}

Document Stage::credential(std::string_view credential_id) {
    if (count_ > 0) {
        Query query(*database_, "SELECT document FROM credentials WHERE id = ?");
        if (query.with(credential_id).step())
            return model::unpack(Subject::credential, query.blob(0));
    }
    return Document(Subject::credential);
}

void Stage::write(const Act& act, std::size_t limit, Mirror& mirror) {
    if (count_ == 0)
        return;
    if (!std::exchange(writing_, true))
        by_id_ = bytes_ > limit;
    std::size_t size = 0;
    if (!credentials_written_)
        size = write_credentials(act, limit, mirror);
    if (credentials_written_)
        size += write_connectors(act, limit - std::min(limit, size), by_id_, mirror);
    bytes_ -= std::min(bytes_, size);
}

// Those that no connector embeds any more do not count.
std::size_t Stage::write_credentials(const Act& act, std::size_t limit, Mirror& mirror) {
    Query query(*database_, "SELECT id, document FROM credentials WHERE users > 0 AND id > ? ORDER BY id");
    query.with(written_);
    std::size_t size = 0;
    while (size <= limit) {
        if (!query.step()) {
            credentials_written_ = true;
            written_.clear();
            return size;
        }
        Document document = model::unpack(Subject::credential, query.blob(1));
        mirror.put(act, document);
        written_ = query.text(0);
        size += query.blob(1).size();
    }
    return size;
}

std::size_t Stage::write_connectors(const Act& act, std::size_t limit, bool by_id, Mirror& mirror) {
    static const std::string select =
        "SELECT id, document, digest, EXISTS (SELECT 1 FROM uses u JOIN credentials c ON c.id = "
        "u.credential_id "
        "WHERE u.connector_id = k.id AND u.version <> c.version) FROM connectors k WHERE id > ? ORDER BY ";
    Query query(*database_, select + (by_id ? "id" : "position"));
    query.with(written_);
    std::size_t size = 0;
    while (size <= limit || !by_id) {
        if (!query.step()) {
            count_ = 0;
            bytes_ = 0;
            return size;
        }
        Document document = model::unpack(Subject::connector, query.blob(1));
        mirror.put(act, document);
        bool counts = query.integer(3) == 0;
        mirror.remember(act, query.text(0), counts ? std::optional(digest_of(query.blob(2))) : std::nullopt);
        if (by_id)
            written_ = query.text(0);
        size += query.blob(1).size();
    }
    return size;
}

} // namespace versori::store
