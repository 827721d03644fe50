#include "daemon/model/secret.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace versori::model {

Secret::Secret(std::string_view value) : Secret({value}) {}

Secret::Secret(std::initializer_list<std::string_view> parts) {
    for (std::string_view part : parts)
        size_ += part.size();
    bytes_.reset(new char[size_]);
    char* to = bytes_.get();
    for (std::string_view part : parts)
        to = std::copy(part.begin(), part.end(), to);
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

Secret::~Secret() {
    wipe();
}

void Secret::wipe() noexcept {
    if (bytes_)
        explicit_bzero(bytes_.get(), std::exchange(size_, 0));
}

} // namespace versori::model
