#include "daemon/config/problem.hpp"

namespace versori::config {

std::string to_string(const Problem& problem) {
    std::string text = problem.file;
    if (problem.line)
        text += ':' + std::to_string(problem.line) + ':' + std::to_string(problem.column);
    if (!text.empty())
        text += ": ";
    if (!problem.key.empty())
        text += problem.key + ": ";
    return text + problem.message;
}

} // namespace versori::config
