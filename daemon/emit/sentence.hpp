#pragma once

#include "daemon/model/record.hpp"

#include <string>
#include <string_view>

namespace versori::emit {

enum class Detail {
    names,  // updated: name
    values, // updated: name "staging" → "production", where both are short
};

// The record in one sentence for a person: `acme: connection Shopify / production updated: name`. Spans such
// as `expires in 7 days` count from the record's own time, so a record has the same sentence for ever.
// Control characters in what the platform sent are shown as spaces.
std::string sentence(const model::ChangeRecord&, std::string_view organisation_label, Detail = Detail::names);

} // namespace versori::emit
