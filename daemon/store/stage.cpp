#include "daemon/store/stage.hpp"

#include "daemon/model/change.hpp"
#include "daemon/model/packed.hpp"
#include "daemon/store/memory.hpp"
#include "daemon/store/query.hpp"

#include <bitset>
#include <cstring>
#include <functional>
#include <utility>

namespace versori::store {

using model::Document;
using model::Subject;

namespace {

// uses: the copies that a connector embeds, see Uses. version: which of the copies that came counts. What is
// looked up for each that comes again is narrow, so that it stays in memory; the copies' text lies apart.
const char* const tables = R"(
CREATE TABLE connectors (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, updated_at TEXT NOT NULL, digest BLOB NOT NULL,
    uses BLOB NOT NULL, document BLOB NOT NULL);
CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL, users INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE copies (position INTEGER PRIMARY KEY, credential_id TEXT NOT NULL, document BLOB NOT NULL);
)";

// Credentials with the version of the copy: for each the version in eight bytes, then the length of the id in
// eight, then the id.
class Uses {
public:
    static void add(std::string& out, std::int64_t version, std::string_view credential_id) {
        std::int64_t numbers[] = {version, static_cast<std::int64_t>(credential_id.size())};
        out.append(reinterpret_cast<const char*>(numbers), sizeof numbers) += credential_id;
    }
    // `visit(version, credential_id)` for each, until it says false; whether it never did.
    template <class Visit>
    static bool all(std::string_view uses, Visit visit) {
        while (!uses.empty()) {
            std::int64_t numbers[2];
            std::memcpy(numbers, uses.data(), sizeof numbers);
            auto size = static_cast<std::size_t>(numbers[1]);
            if (!visit(numbers[0], uses.substr(sizeof numbers, size)))
                return false;
            uses.remove_prefix(sizeof numbers + size);
        }
        return true;
    }
};

std::string_view updated_at(const Document& connector) {
    static const std::size_t column = model::table(model::TableId::connectors).column("updated_at");
    return model::text_of(connector.row(model::TableId::connectors, 0)[column]);
}

model::Digest digest_of(std::string_view blob) {
    model::Digest out{};
    std::memcpy(out.data(), blob.data(), std::min(blob.size(), out.size()));
    return out;
}

// A Bloom filter: never false for an id that was added, true for few others. It spares look-ups.
class BloomFilter {
public:
    void add(std::string_view id) {
        auto [a, b] = bits(id);
        bits_.set(a).set(b);
    }
    bool may_hold(std::string_view id) const {
        auto [a, b] = bits(id);
        return bits_[a] && bits_[b];
    }

private:
    static constexpr std::size_t size = 1 << 19;
    static std::pair<std::size_t, std::size_t> bits(std::string_view id) {
        std::size_t hash = std::hash<std::string_view>{}(id);
        return {hash % size, hash / size % size};
    }
    std::bitset<size> bits_;
};

} // namespace

struct Stage::Temporary {
    explicit Temporary(const std::string& mirror) : database(Database::temporary(mirror)) {}
    std::unique_ptr<Database> database;
    std::unique_ptr<Query> reading; // what is being written to the mirror
    BloomFilter connectors;         // by id
    std::int64_t copies = 0;        // how many stand in the table
};

Stage::Stage(std::string mirror) : mirror_(std::move(mirror)) {}
Stage::~Stage() = default;
Stage::Stage(Stage&&) noexcept = default;
Stage& Stage::operator=(Stage&&) noexcept = default;

void Stage::open() {
    if (temporary_)
        return;
    temporary_ = std::make_unique<Temporary>(mirror_);
    temporary_->database->execute(tables);
    temporary_->database->execute("BEGIN");
}

void Stage::put(const Document& connector, std::vector<Document> credentials, const model::Digest& digest) {
    open();
    std::string_view id = connector.id();
    if (temporary_->connectors.may_hold(id))
        forget_uses(id);
    temporary_->connectors.add(id);
    std::string uses;
    for (Document& credential : credentials) {
        std::string credential_id(credential.id());
        Uses::add(uses, put_credential(std::move(credential)), credential_id);
    }
    std::string packed = model::pack(connector);
    Query(*temporary_->database, "INSERT OR REPLACE INTO connectors (id, updated_at, digest, uses, document) "
                                 "VALUES (?, ?, ?, ?, ?)")
        .with(id, updated_at(connector), digest)
        .with_blob(uses)
        .with_blob(packed)
        .run();
    bytes_ += packed.size();
    ++count_;
}

// When the connector came before.
void Stage::forget_uses(std::string_view connector_id) {
    std::string uses;
    {
        Query query(*temporary_->database, "SELECT length(document), uses FROM connectors WHERE id = ?");
        if (!query.with(connector_id).step())
            return;
        bytes_ -= static_cast<std::size_t>(query.integer(0));
        --count_;
        uses = query.blob(1);
    }
    Uses::all(uses, [&](std::int64_t, std::string_view credential_id) {
        Query(*temporary_->database, "UPDATE credentials SET users = users - 1 WHERE id = ?")
            .with(credential_id)
            .run();
        return true;
    });
}

// Gives the version of the copy.
std::int64_t Stage::put_credential(Document credential) {
    Database& database = *temporary_->database;
    std::string id(credential.id()), packed = model::pack(credential);
    std::int64_t position = 0, version = 1;
    {
        Query query(database, "SELECT position, version FROM credentials WHERE id = ?");
        if (query.with(id).step()) {
            position = query.integer(0);
            version = query.integer(1);
        }
    }
    if (position == 0) {
        position = ++temporary_->copies;
        Query(database, "INSERT INTO credentials (id, position, version, users) VALUES (?, ?, ?, 1)")
            .with(id, position, version)
            .run();
        Query(database, "INSERT INTO copies (position, credential_id, document) VALUES (?, ?, ?)")
            .with(position, id)
            .with_blob(packed)
            .run();
        bytes_ += packed.size();
        return version;
    }
    if (std::string known = copy(position); known != packed) {
        Document before = model::unpack(Subject::credential, known);
        credential.inherit(before);
        if (!model::diff(before, credential).empty()) {
            ++version;
            copies_differ_ = true;
        }
        packed = model::pack(credential);
        Query(database, "UPDATE copies SET document = ? WHERE position = ?")
            .with_blob(packed)
            .with(position)
            .run();
    }
    Query(database, "UPDATE credentials SET users = users + 1, version = ? WHERE id = ?")
        .with(version, id)
        .run();
    return version;
}

std::string Stage::copy(std::int64_t position) {
    Query query(*temporary_->database, "SELECT document FROM copies WHERE position = ?");
    query.with(position).step();
    return std::string(query.blob(0));
}

std::optional<Stage::Waiting> Stage::find(std::string_view connector_id) {
    if (count_ == 0 || !temporary_->connectors.may_hold(connector_id))
        return {};
    Query query(*temporary_->database, "SELECT digest, updated_at FROM connectors WHERE id = ?");
    if (!query.with(connector_id).step())
        return {};
    return Waiting{digest_of(query.blob(0)), std::string(query.text(1))};
}

Document Stage::credential(std::string_view credential_id) {
    if (count_ > 0) {
        Query query(*temporary_->database, "SELECT position FROM credentials WHERE id = ?");
        if (query.with(credential_id).step())
            return model::unpack(Subject::credential, copy(query.integer(0)));
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
        size += write_connectors(act, limit - std::min(limit, size), mirror);
    bytes_ -= std::min(bytes_, size);
}

// In the order of the ids by their index: sorting would write all of it once more, and take memory with its
// size.
void Stage::start_reading(std::string_view in_order_of_ids, std::string_view in_order_of_reading) {
    Database& database = *temporary_->database;
    if (by_id_) {
        database.execute("PRAGMA cache_size = -512");
        give_back_cache(database);
    }
    temporary_->reading = std::make_unique<Query>(database, by_id_ ? in_order_of_ids : in_order_of_reading);
}

// Those that no connector embeds any more do not count.
std::size_t Stage::write_credentials(const Act& act, std::size_t limit, Mirror& mirror) {
    if (!temporary_->reading)
        start_reading(
            "SELECT document, users FROM credentials CROSS JOIN copies USING (position) ORDER BY id",
            "SELECT document, users FROM copies CROSS JOIN credentials ON id = credential_id "
            "ORDER BY copies.position");
    Query& query = *temporary_->reading;
    std::size_t size = 0;
    while (size <= limit) {
        if (!query.step()) {
            credentials_written_ = true;
            temporary_->reading.reset();
            return size;
        }
        if (query.integer(1) == 0)
            continue;
        Document document = model::unpack(Subject::credential, query.blob(0));
        mirror.put(act, document);
        size += query.blob(0).size();
    }
    return size;
}

std::size_t Stage::write_connectors(const Act& act, std::size_t limit, Mirror& mirror) {
    if (!temporary_->reading)
        start_reading("SELECT id, document, digest, uses FROM connectors ORDER BY id",
                      "SELECT id, document, digest, uses FROM connectors ORDER BY position");
    Query& query = *temporary_->reading;
    std::size_t size = 0;
    while (size <= limit || !by_id_) {
        if (!query.step()) {
            temporary_->reading.reset();
            count_ = 0;
            bytes_ = 0;
            return size;
        }
        Document document = model::unpack(Subject::connector, query.blob(1));
        mirror.put(act, document);
        mirror.remember(act, query.text(0),
                        counts(query.blob(3)) ? std::optional(digest_of(query.blob(2))) : std::nullopt);
        size += query.blob(1).size();
    }
    return size;
}

// Whether the copies that a connector embeds are those that count.
bool Stage::counts(std::string_view uses) {
    return !copies_differ_ || Uses::all(uses, [&](std::int64_t version, std::string_view credential_id) {
        Query query(*temporary_->database, "SELECT version FROM credentials WHERE id = ?");
        return query.with(credential_id).step() && query.integer(0) == version;
    });
}

} // namespace versori::store
