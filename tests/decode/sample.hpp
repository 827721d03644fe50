#pragma once

#include "daemon/decode/connector.hpp"
#include "daemon/model/change.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

namespace versori::decode {

inline constexpr std::array<std::uint8_t, 32> sample_key = {'k', 'e', 'y'};

inline std::string fingerprint(std::string_view canonical_json) {
    return Fingerprinter(sample_key)(canonical_json);
}

// The JSON of a connector; each part as text.
struct Sample {
    std::string_view connections = "[]";
    std::string_view schemes = "[]";
    std::string_view versions = "[]";
    std::string_view more = {}; // members with a comma before each

    std::string text() const {
        return R"({"id":"C","organisationId":"O","name":"Shop","public":false,"protocol":"http",)"
               R"("createdAt":"2025-01-01T00:00:00Z","updatedAt":"2025-01-02T00:00:00Z","connections":)" +
               std::string(connections) + R"(,"authSchemeConfigs":)" + std::string(schemes) +
               R"(,"versions":)" + std::string(versions) + std::string(more) + "}";
    }
};

// A connection with these members besides the required ones.
inline std::string sample_connection(std::string_view more, std::string_view id = "N") {
    return R"({"id":")" + std::string(id) +
           R"(","name":"prod","createdAt":"2025-01-01T00:00:00Z","updatedAt":"2025-01-01T00:00:00Z")" +
           std::string(more) + "}";
}

// A connection with one link to this credential, as JSON.
inline std::string sample_use(std::string_view credential) {
    return "[" +
           sample_connection(R"(,"credentials":{"action":[{"id":"L","credential":)" +
                             std::string(credential) + "}]}") +
           "]";
}

// What became of a connector.
struct Decoded {
    explicit Decoded(std::string_view json) {
        Fingerprinter fingerprint(sample_key);
        SecretNames names({"*secret*", "*token*", "pin?"});
        ConnectorDecoder decoder(fingerprint, names, drift);
        auto outcome = decoder.decode(json);
        if (outcome.has_value())
            connector = std::move(*outcome);
        else
            rejection = outcome.error().json_path + ": " + outcome.error().reason;
    }
    explicit Decoded(const Sample& sample) : Decoded(std::string_view(sample.text())) {}

    // Each row's key and its other columns, one a line.
    std::string rows(model::TableId id) const {
        std::string out;
        auto subject = model::table(id).subject;
        auto add = [&](const model::Document& document) {
            for (const model::Change& change : model::diff(model::Document(subject), document))
                if (change.table == id)
                    out += model::key_json(change) + " " + model::row_json(id, change.after) + "\n";
        };
        if (subject == model::Subject::connector)
            add(connector.document);
        else
            for (const model::Document& credential : connector.credentials)
                add(credential);
        return out;
    }

    // Of the table's first row, one column as JSON; `none` when there is no row.
    std::string column(model::TableId id, std::string_view name) const {
        const model::Document& document = model::table(id).subject == model::Subject::connector
                                              ? connector.document
                                              : connector.credentials.at(0);
        if (document.rows(id).empty())
            return "none";
        model::JsonParser parser;
        auto row = parser.parse(model::row_json(id, document.row(id, 0)));
        REQUIRE(row.has_value());
        auto value = row->find(name);
        REQUIRE(value.has_value());
        return model::canonical(*value);
    }

    // `path: kind`, one a line.
    std::string surprises() const {
        std::string out;
        for (const auto& [where, count] : drift.notes())
            out += where.first + ": " + where.second + "\n";
        return out;
    }

    // All that goes on from here.
    std::string everything() const {
        std::string out = rejection + surprises();
        for (std::size_t i = 0; i < model::table_count; ++i)
            out += rows(static_cast<model::TableId>(i));
        return out;
    }

    Drift drift;
    Connector connector;
    std::string rejection; // `path: reason`, empty when there is none
};

} // namespace versori::decode
