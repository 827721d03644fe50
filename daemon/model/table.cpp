#include "daemon/model/table.hpp"

#include <array>
#include <cstdlib>

namespace versori::model {
namespace {

using enum Kind;
using enum Need;

constexpr Column connectors[] = {
    {"connector_id", text, required, "id"},
    {"owner_organisation_id", text, required, "organisationId"},
    {"name", text, required, "name"},
    {"public", boolean, required, "public"},
    {"protocol", text, required, "protocol", "http|bigquery"},
    {"base_url", text, optional, "baseUrl"},
    {"dataset_id", text, optional, "datasetId"},
    {"documentation_url", text, optional, "documentationURL"},
    {"image_url", text, optional, "imageURL"},
    {"created_at", time, required, "createdAt"},
    {"updated_at", time, required, "updatedAt"},
    {"extra", json},
};
constexpr Column connector_tags[] = {
    {"connector_id", text},
    {"tag", text},
    {"position", integer},
    {"value", text},
};
constexpr Column connector_variables[] = {
    {"connector_id", text}, {"name", text, required, "name"}, {"occurrence", integer},
    {"value", text},        {"secret_fingerprint", text},
};
constexpr Column auth_schemes[] = {
    {"connector_id", text},
    {"auth_scheme_id", text, required, "id"},
    {"position", integer},
    {"scheme_type", text, required, "schemeType", "none|api-key|basic-auth|oauth2|hmac|certificate"},
    {"description", text, optional, "description"},
    {"settings", json},
    {"secret_fingerprint", text},
};
constexpr Column auth_scheme_messages[] = {
    {"connector_id", text},
    {"auth_scheme_id", text},
    {"position", integer},
    {"severity", text, required, "severity", "info|warning|error"},
    {"text", text, required, "text"},
    {"detail", json, optional, "detail"},
    {"extra", json},
};
constexpr Column connections[] = {
    {"connector_id", text},
    {"connection_id", text, required, "id"},
    {"name", text, required, "name"},
    {"created_at", time, required, "createdAt"},
    {"updated_at", time, required, "updatedAt"},
    {"extra", json},
};
constexpr Column connection_variables[] = {
    {"connector_id", text},  {"connection_id", text}, {"name", text, required, "name"},
    {"occurrence", integer}, {"value", text},         {"secret_fingerprint", text},
};
constexpr Column connection_credentials[] = {
    {"connector_id", text},   {"connection_id", text},
    {"purpose", text},        {"connection_credential_id", text, required, "id"},
    {"position", integer},    {"credential_id", text},
    {"auth_scheme_id", text}, {"auth_scheme", json},
    {"extra", json},
};
constexpr Column versions[] = {
    {"connector_id", text},
    {"version_id", text, required, "id"},
    {"name", text, required, "name"},
    {"description", text, optional, "description"},
    {"is_latest", boolean, required, "isLatest"},
    {"is_default", boolean, required, "isDefault"},
    {"created_at", time, required, "createdAt"},
    {"updated_at", time, required, "updatedAt"},
    {"published_at", time, optional, "publishedAt"},
    {"extra", json},
};
constexpr Column version_messages[] = {
    {"connector_id", text},
    {"version_id", text},
    {"position", integer},
    {"severity", text, required, "severity", "info|warning|error"},
    {"text", text, required, "text"},
    {"detail", json, optional, "detail"},
    {"extra", json},
};
constexpr Column credentials[] = {
    {"credential_id", text, required, "id"},
    {"owner_organisation_id", text, required, "organisationId"},
    {"type", text, required, "type",
     "none|string|binary|basic-auth|oauth2-client|oauth2-code|oauth2-password|oauth2-token|custom-function|"
     "certificate|jwt-bearer"},
    {"name", text, required, "name"},
    {"data", json},
    {"secret_fingerprint", text},
    {"valid", boolean},
    {"usages_loaded", boolean},
    {"expires_at", time, optional, "expiresAt"},
};
constexpr Column credential_errors[] = {
    {"credential_id", text},
    {"position", integer},
    {"text", text},
};
constexpr Column credential_usages[] = {
    {"credential_id", text},
    {"connection_id", text},
    {"connection_name", text},
    {"connector_id", text},
    {"connector_name", text},
    {"connector_protocol", text},
    {"connector_organisation_id", text},
    {"extra", json},
};

using enum Subject;

constexpr Table tables[table_count] = {
    {"connectors", connector, connectors, 1, "name"},
    {"connector_tags", connector, connector_tags, 3, "tag"},
    {"connector_variables", connector, connector_variables, 3, "name"},
    {"auth_schemes", connector, auth_schemes, 2, "auth_scheme_id"},
    {"auth_scheme_messages", connector, auth_scheme_messages, 3, "position"},
    {"connections", connector, connections, 2, "name"},
    {"connection_variables", connector, connection_variables, 4, "name"},
    {"connection_credentials", connector, connection_credentials, 4, "purpose"},
    {"versions", connector, versions, 2, "name"},
    {"version_messages", connector, version_messages, 3, "position"},
    {"credentials", credential, credentials, 1, "name"},
    {"credential_errors", credential, credential_errors, 2, "position"},
    {"credential_usages", credential, credential_usages, 2, "connection_name"},
};

constexpr auto ids = [] {
    std::array<TableId, table_count> all{};
    for (std::size_t i = 0; i < table_count; ++i)
        all[i] = static_cast<TableId>(i);
    return all;
}();
constexpr std::size_t connector_tables = static_cast<std::size_t>(TableId::credentials);

} // namespace

const Table& table(TableId id) {
    return tables[static_cast<std::size_t>(id)];
}

std::span<const TableId> tables_of(Subject subject) {
    std::span all{ids};
    return subject == connector ? all.first(connector_tables) : all.subspan(connector_tables);
}

const TableId* find_table(std::string_view name) {
    for (const TableId& id : ids)
        if (table(id).name == name)
            return &id;
    return nullptr;
}

std::size_t Table::column(std::string_view wanted) const {
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].name == wanted)
            return i;
    std::abort();
}

} // namespace versori::model
