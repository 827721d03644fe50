#include "tests/process/markdown.hpp"

#include <fstream>
#include <iterator>
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

std::string indented(const std::string& path, const std::string& beginning) {
    std::ifstream file(path);
    std::string out;
    for (std::string line; std::getline(file, line);) {
        bool inside = line.starts_with("    ");
        if (inside && (!out.empty() || line.substr(4).starts_with(beginning)))
            out += line.substr(4) + "\n";
        else if (!out.empty())
            return out;
    }
    if (out.empty())
        throw std::runtime_error(path + " has no indented block that begins with " + beginning);
    return out;
}

std::string printed(const std::string& path, const std::string& command) {
    std::ifstream file(path);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.find("`" + command + "`") == text.npos)
        throw std::runtime_error(path + " does not print " + command);
    return command;
}

std::vector<std::string> statements(const std::string& sql) {
    std::vector<std::string> out;
    for (std::size_t begin = 0, end; (end = sql.find(";\n", begin)) != sql.npos; begin = end + 2)
        out.push_back(sql.substr(begin, end + 2 - begin));
    return out;
}

} // namespace versori::process
