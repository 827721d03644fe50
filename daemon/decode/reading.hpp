#pragma once

#include "daemon/decode/connector.hpp"
#include "daemon/decode/path.hpp"

#include <initializer_list>
#include <map>
#include <optional>
#include <vector>

namespace versori::decode {

// What reading one connector shares: where surprises and the first obstacle go, and the generic way of
// filling a row from an object by the table's description.
class Reading {
public:
    Reading(const Fingerprinter& fingerprint, const SecretNames& secret_names, Drift& drift)
        : fingerprint(fingerprint), secret_names(secret_names), drift(drift) {}

    const Fingerprinter& fingerprint;
    const SecretNames& secret_names;
    Drift& drift;
    std::optional<Rejection> rejection; // the first one

    void reject(const Path&, std::string reason);
    void note_unknown(const Path&, model::Json);
    void note_wrong_type(const Path&, model::Json);

    using Members = std::vector<model::Member>;

    // What `fill` of the table left over: a member that has a column came in a wrong type.
    void note_left_over(model::TableId, const Members&, const Path&);

    // Fills the columns that have a member in `object` and returns the members that no column took, those in
    // `elsewhere` left out: unknown ones, and optional ones of an unexpected type. A missing or wrong
    // required member is a rejection.
    Members fill(model::Document&, model::TableId, model::Row, model::Json object,
                 std::initializer_list<std::string_view> elsewhere, const Path&);

    // `members` as the text of an `extra` column: NULL when there are none.
    model::Value extra(model::Document&, Members members);
    // The same inside a secret-bearing object: of each member only its type and fingerprint.
    std::string redacted(model::Json value) const;
    model::Value redacted_extra(model::Document&, Members members);

    // The elements of an array member. Null counts as empty and is noted; a missing one is a rejection if
    // `required`.
    std::vector<model::Json> array(model::Json object, std::string_view name, bool required, const Path&);

private:
    bool take(model::Document&, const model::Column&, model::Value&, model::Json, const Path&);
};

void set(model::TableId, model::Row, std::string_view column, model::Value);

// One file each: what hangs on a connector.
struct OwnScheme {
    std::string comparable;          // as Scheme's
    std::optional<model::Json> json; // unless something in it was drift, to be noted of each copy
};
using Schemes = std::map<std::string, OwnScheme, std::less<>>; // a connector's, by id
Schemes read_schemes(Reading&, model::Document&, model::Json connector, const Path&);
void read_connections(Reading&, Connector&, model::Json connector, Schemes, const Path&);
void read_versions(Reading&, model::Document&, model::Json connector, const Path&);
void read_credential(Reading&, Connector&, model::Json credential, const Path&);
void read_variables(Reading&, model::Document&, model::TableId, std::initializer_list<std::string_view> key,
                    std::vector<model::Json> variables, const Path&);
void read_messages(Reading&, model::Document&, model::TableId, std::initializer_list<std::string_view> key,
                   std::vector<model::Json> messages, bool secret_bearing, const Path&);

// An AuthSchemeConfig by itself: the columns of its row, and all that tells copies apart as one canonical
// text.
struct Scheme {
    std::string_view id;
    model::Json json;
    Split split;
    std::string secret_fingerprint; // empty without secret members
    std::string comparable;         // JSON of its public members and the fingerprint
};
std::optional<Scheme> read_scheme(Reading&, model::Json, const Path&);
void add_scheme(Reading&, model::Document&, const Scheme&, std::optional<std::size_t> position, const Path&);

} // namespace versori::decode
