#pragma once

#include "tests/platform/platform.hpp"

#include <span>
#include <stdexcept>

namespace versori::platform {

// A parameter that is missing or wrong: becomes a 400.
struct BadParameter : std::runtime_error {
    using runtime_error::runtime_error;
};

// One request: what the placeholders of its path stand for, and its parameters.
struct Call {
    Platform& platform;
    const Target& target;
    std::vector<std::string> ids;

    World& world() const { return platform.world; }
    std::string text(const char* name, std::string otherwise = {}) const;
    std::string needed(const char* name) const;
    std::uint64_t number(const char* name, std::uint64_t otherwise) const;

    std::string organisation(const std::string& given) const; // its id, given id or name
    std::string org() const { return organisation(ids.at(0)); }
    std::string connector() const; // likewise
};

struct Route {
    const char* method;
    const char* path;       // a segment in capitals stands for an id
    const char* parameters; // for people
    Json::Object (*handle)(const Call&);
};

// Everything the control endpoint does to the world, to behaviour and to faults. A BadParameter or a
// std::out_of_range that comes out is the caller's mistake.
std::span<const Route> control_routes();

} // namespace versori::platform
