#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace versori::emit {

// A value with its labels, name to value.
struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value;
};

// Samples of one name. Counters end in `_total`.
struct Family {
    enum class Type { gauge, counter };
    std::string name, help;
    Type type;
    std::vector<Sample> samples;
};

// The text format of Prometheus. Families without samples are left out.
std::string exposition(const std::vector<Family>&);

// Replaces the file at once, readable by everybody: a reader sees the old text or the new one. Gives a
// sentence for a person when that fails, and leaves the old file.
std::string replace_file(const std::string& path, const std::string& text);

} // namespace versori::emit
