#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace versori::model {

// What is mirrored, described once: decode fills rows of these tables, diff compares them, store writes them.
// A test holds the list against the DDL in schema/.

// A row's owner: the document that it lives and dies with.
enum class Subject : std::uint8_t { connector, credential };

enum class Kind : std::uint8_t { text, time, boolean, integer, json };

enum class Need : std::uint8_t {
    computed, // no member of the API's object: decode works it out
    optional, // NULL when the member is missing or null
    required, // without it the connector cannot be normalised
};

struct Column {
    std::string_view name;
    Kind kind;
    Need need = Need::computed;
    std::string_view member = {}; // of the API's object
    std::string_view known =
        {}; // the documented values, separated by '|'; others are kept and noted as drift
};

enum class TableId : std::uint8_t {
    connectors,
    connector_tags,
    connector_variables,
    auth_schemes,
    auth_scheme_messages,
    connections,
    connection_variables,
    connection_credentials,
    versions,
    version_messages,
    credentials,
    credential_errors,
    credential_usages,
};
inline constexpr std::size_t table_count = 13;

// `columns` leaves out organisation_id, which leads every table and its primary key. The first `key_size`
// columns are the rest of the primary key; the first of them is the subject's id.
struct Table {
    std::string_view name;
    Subject subject;
    std::span<const Column> columns;
    std::size_t key_size;
    std::string_view label; // the column by which a person knows a row among its siblings

    std::span<const Column> key() const { return columns.first(key_size); }
    std::size_t column(std::string_view name) const; // REQUIRES: there is one
};

const Table& table(TableId);

// The subject's tables, parents before children; the first one holds the subject's own row.
std::span<const TableId> tables_of(Subject);

// Nothing when no mirrored table has that name.
const TableId* find_table(std::string_view name);

} // namespace versori::model
