#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace versori::model {

// A secret text. Its bytes lie in one place, which is wiped before it is given back; there is no way to print
// it, and no copy by accident.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view value);
    // The parts one after the other.
    explicit Secret(std::initializer_list<std::string_view> parts);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    // Whoever copies it has to wipe the copy.
    std::string_view value() const { return {bytes_.get(), size_}; }

    // Overwrites the bytes; the value is empty then. Destruction and assignment do the same.
    void wipe() noexcept;

    friend bool operator==(const Secret& a, const Secret& b) { return a.value() == b.value(); }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

} // namespace versori::model
