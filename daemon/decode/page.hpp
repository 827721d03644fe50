#pragma once

#include "daemon/model/error.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versori::decode {

// One element of `connectors`. `raw` points into the body that was split, `id` there or into the splitter's
// memory: both are valid until the next page.
struct Element {
    std::string_view raw; // its bytes, empty when it is no object
    std::string_view id;  // empty when it has no readable one
};

struct Page {
    std::optional<std::int64_t> total_count; // nothing when missing or no count, which is drift
    std::vector<Element> elements;
    std::string next; // empty on the last page: absent, null and "" mean the same
};

// Takes a page apart without decoding its connectors, which are looked at one by one later. Keeps its memory
// from page to page.
class PageSplitter {
public:
    // Fails with errc::bad_page when `body` is not JSON in UTF-8, nested absurdly, or has no array
    // `connectors`.
    Result<Page> split(std::string_view body);

    // The same without parsing the elements, when all of them are known: `known` is asked about each, and
    // says whether exactly these bytes have been an element with this id of a page that was split. Then
    // nothing is left to be wrong with the page but what stands between them. Nothing when one is not known
    // or the page is of an unusual form, and `split` decides.
    std::optional<Page> split_known(std::string_view body, const std::function<bool(const Element&)>& known);

private:
    std::string buffer_, outline_;
};

// The platform's error object.
struct ErrorBody {
    std::string code;
    std::string message;
};

// Nothing when the body is anything else, such as a gateway's page.
std::optional<ErrorBody> parse_error_body(std::string_view body);

} // namespace versori::decode
