#include "daemon/sync/page_memory.hpp"

#include <string_view>

namespace versori::sync {

void PageMemory::begin(std::int64_t data_version) {
    if (under_way_ || data_version != data_version_)
        pages_ = {};
    under_way_ = true;
    data_version_ = data_version;
    at_ = 0;
}

std::optional<decode::Page> PageMemory::recall(const model::Digest& bytes) {
    if (at_ >= pages_.size() || pages_[at_].bytes != bytes)
        return {};
    const Known& known = pages_[at_++];
    decode::Page out{known.total_count, {}, known.next};
    for (std::string_view rest = known.ids; !rest.empty();) {
        std::size_t end = rest.find('\0');
        out.elements.push_back({{}, rest.substr(0, end)});
        rest.remove_prefix(end + 1);
    }
    return out;
}

void PageMemory::keep(const model::Digest& bytes, const decode::Page& page) {
    Known known{bytes, page.total_count, page.next, {}};
    std::size_t size = 0;
    bool plain = page.total_count.has_value();
    for (const decode::Element& element : page.elements) {
        size += element.id.size() + 1;
        plain &= element.id.find('\0') == element.id.npos;
    }
    if (!plain)
        known.bytes = {};
    known.ids.reserve(size);
    for (const decode::Element& element : page.elements)
        (known.ids += element.id) += '\0';
    pages_.resize(at_);
    pages_.push_back(std::move(known));
    ++at_;
}

void PageMemory::end(bool unchanged, std::int64_t data_version) {
    under_way_ = false;
    if (unchanged && data_version == data_version_)
        pages_.resize(at_);
    else
        pages_ = {};
}

} // namespace versori::sync
