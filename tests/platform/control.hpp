#pragma once

#include "tests/platform/platform.hpp"

namespace versori::platform {

// The control endpoint: edits of the world, faults and behaviour, by simple requests without a body. `GET /`
// says which. Organisations go by id or name, connectors by id or a name that only one has.
Answer control(Platform&, const Ask&);

} // namespace versori::platform
