#pragma once

#include <string>
#include <string_view>

namespace versori::decode {

// Where in a connector's JSON the decoder is: a chain on the stack, written out only when there is something
// to say.
class Path {
public:
    Path() = default;
    Path(const Path& parent, std::string_view name) : parent_(&parent), name_(name) {}
    Path(const Path& parent, std::size_t index) : parent_(&parent), index_(static_cast<long>(index)) {}
    Path(const Path&& gone_too_soon, std::string_view) = delete;
    Path(const Path&& gone_too_soon, std::size_t) = delete;

    std::string exact() const { return text(true); }    // $.connections[2].name
    std::string general() const { return text(false); } // $.connections[*].name

private:
    std::string text(bool exact) const {
        if (!parent_)
            return "$";
        std::string out = parent_->text(exact);
        if (index_ < 0)
            return (out += '.') += name_;
        return out += exact ? "[" + std::to_string(index_) + "]" : "[*]";
    }

    const Path* parent_ = nullptr;
    std::string_view name_;
    long index_ = -1;
};

} // namespace versori::decode
