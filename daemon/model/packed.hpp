#pragma once

#include "daemon/model/document.hpp"

#include <string>
#include <string_view>

namespace versori::model {

// A document as bytes: what `unpack` makes the same document of. For this process alone, not a format.
std::string pack(const Document&);

// REQUIRES: `bytes` are those of a document of this subject.
Document unpack(Subject, std::string_view bytes);

} // namespace versori::model
