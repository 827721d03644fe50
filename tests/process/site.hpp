#pragma once

#include "tests/platform/expected.hpp"
#include "tests/platform/server.hpp"
#include "tests/platform/world.hpp"
#include "tests/process/program.hpp"

#include <memory>
#include <string>
#include <vector>

namespace versori::process {

// A simulated platform on loopback, a directory, and the real binary in it.
class Site {
public:
    explicit Site(platform::SeedOptions seed = {}, platform::ServerOptions server = {});
    ~Site();

    std::string path(const std::string& name) const { return directory_ + "/" + name; }
    const std::string& directory() const { return directory_; }
    void write(const std::string& name, const std::string& text, unsigned mode = 0600) const;
    std::string read(const std::string& name) const;

    // versori-mirror.toml for all organisations of the world, `sections` before them. The interval is an
    // hour unless the sections have a [schedule].
    void configure(const std::string& sections = {}) const;
    // One [[organisation]] with its token file.
    std::string organisation(std::size_t index, const std::string& more = {}) const;

    // versori-mirror with -c versori-mirror.toml before the arguments.
    Outcome mirror(std::vector<std::string> arguments, const Environment& environment = {}) const;
    std::unique_ptr<Program> start(std::vector<std::string> arguments,
                                   const Environment& environment = {}) const;
    // versori-mirror with exactly these arguments.
    Outcome bare(std::vector<std::string> arguments, const Environment& environment = {}) const;

    // Rows of the mirror, read beside whoever writes it: columns joined by `|`, NULL as `-`.
    std::vector<std::string> query(const std::string& sql) const;
    std::string one(const std::string& sql) const; // the first of them, or empty

    void execute(const std::string& sql) const; // a write beside whoever writes it
    // As if the mirror had known its connectors for an hour: young ones are not believed to be gone.
    void age() const;

    // The thirteen tables as the mirror has them, and as they should be.
    platform::Tables tables(const std::string& organisation) const;
    platform::Tables expected(const std::string& organisation);
    std::vector<std::string> organisations();

    platform::World world;
    platform::Platform platform;
    platform::Server server;

private:
    std::string directory_;
};

// The tables that differ, with a few rows of each side; empty when all are equal.
std::string difference(const platform::Tables& actual, const platform::Tables& expected);

} // namespace versori::process
