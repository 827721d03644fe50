#include "daemon/fidelity/id_set.hpp"

#include <cstring>
#include <functional>
#include <stdexcept>

namespace versori::fidelity {

std::string_view IdSet::view(std::size_t at) const {
    std::uint32_t length;
    std::memcpy(&length, text_.data() + at, sizeof length);
    return std::string_view(text_).substr(at + sizeof length, length);
}

std::size_t IdSet::next(std::size_t at) const {
    return at + sizeof(std::uint32_t) + view(at).size();
}

std::size_t IdSet::slot(std::string_view id) const {
    std::size_t mask = slots_.size() - 1;
    std::size_t i = std::hash<std::string_view>{}(id)&mask;
    while (slots_[i] && view(slots_[i] - 1) != id)
        i = (i + 1) & mask;
    return i;
}

void IdSet::grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, 0);
    for (std::size_t at = 0; at < text_.size(); at = next(at))
        slots_[slot(view(at))] = static_cast<std::uint32_t>(at + 1);
}

bool IdSet::insert(std::string_view id) {
    if ((count_ + 1) * 4 > slots_.size() * 3)
        grow();
    std::size_t i = slot(id);
    if (slots_[i])
        return false;
    if (text_.size() + id.size() > UINT32_MAX - 16)
        throw std::length_error("more connector ids than fit in memory");
    slots_[i] = static_cast<std::uint32_t>(text_.size() + 1);
    auto length = static_cast<std::uint32_t>(id.size());
    text_.append(reinterpret_cast<const char*>(&length), sizeof length).append(id);
    ++count_;
    return true;
}

bool IdSet::contains(std::string_view id) const {
    return !slots_.empty() && slots_[slot(id)];
}

void IdSet::merge(const IdSet& other) {
    other.for_each([&](std::string_view id) { insert(id); });
}

} // namespace versori::fidelity
