#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace versori::fidelity {

// A set of ids that costs their bytes and about ten more each: a walk keeps one of all it saw.
class IdSet {
public:
    bool insert(std::string_view id); // false when it was in already
    bool contains(std::string_view id) const;
    std::size_t size() const { return count_; }
    void merge(const IdSet& other);

    // In the order of insertion.
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::size_t at = 0; at < text_.size(); at = next(at))
            visit(view(at));
    }

private:
    std::size_t slot(std::string_view id) const;
    void grow();
    std::string_view view(std::size_t at) const;
    std::size_t next(std::size_t at) const;

    std::string text_;                 // each id with four bytes of length before it
    std::vector<std::uint32_t> slots_; // offset into text_ plus one; 0 is free
    std::size_t count_ = 0;
};

} // namespace versori::fidelity
