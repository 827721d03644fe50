#include "tests/process/markdown.hpp"

#include <fstream>
#include <stdexcept>

namespace versori::process {

std::vector<Block> blocks(const std::string& path, const std::string& language) {
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    std::vector<Block> out;
    std::string heading;
    bool inside = false, wanted = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("```")) {
            inside = !inside;
            wanted = inside && line == "```" + language;
            if (wanted)
                out.push_back({heading, ""});
        } else if (wanted) {
            out.back().text += line + "\n";
        } else if (!inside && line.starts_with("#")) {
            heading = line.substr(line.find_first_not_of("# "));
        }
    }
    return out;
}

} // namespace versori::process
