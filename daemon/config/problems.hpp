#pragma once

#include "daemon/config/kind.hpp"
#include "daemon/config/problem.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace versori::config {

// Gathers what is wrong with one file.
class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}

    void add(Place place, std::string key, std::string message) {
        list_.push_back({file_, place.line, place.column, std::move(key), std::move(message)});
    }

    void add(const std::string& key, const std::vector<Complaint>& complaints) {
        for (const auto& complaint : complaints)
            add(complaint.place, key, complaint.message);
    }

    bool empty() const { return list_.empty(); }

    std::vector<Problem> in_order() {
        std::stable_sort(list_.begin(), list_.end(), [](const Problem& a, const Problem& b) {
            return std::pair{a.line, a.column} < std::pair{b.line, b.column};
        });
        return list_;
    }

private:
    std::string file_;
    std::vector<Problem> list_;
};

} // namespace versori::config
