#include "tests/property/naive.hpp"

#include "daemon/api/requests.hpp"
#include "daemon/decode/page.hpp"
#include "tests/property/history.hpp"

#include <set>

namespace versori::property {
namespace {

class OnePass {
public:
    OnePass(platform::Platform& platform, std::string organisation)
        : platform_(platform), organisation_(std::move(organisation)) {}

    // What was deleted. An incomplete pass deletes nothing.
    std::vector<std::string> walk() {
        std::set<std::string> seen;
        if (!read(seen))
            return {};
        std::vector<std::string> deleted;
        for (const std::string& id : rows_)
            if (!seen.contains(id))
                deleted.push_back(id);
        rows_ = std::move(seen);
        return deleted;
    }

private:
    bool read(std::set<std::string>& seen) {
        auto endpoint = *api::parse_endpoint("http://localhost" + platform_.base_path);
        std::string cursor;
        do {
            platform::Ask ask;
            ask.target = api::page_target(endpoint.path, organisation_, page_size, cursor, {});
            auto answer = platform_.answer(ask);
            auto page = splitter_.split(answer.body);
            if (answer.status != 200 || answer.wire != platform::Wire::normal || !page)
                return false;
            for (const auto& element : page->elements)
                seen.emplace(element.id);
            cursor.clear();
            if (!page->next.empty())
                cursor = *api::next_cursor(page->next, endpoint);
        } while (!cursor.empty());
        return true;
    }

    platform::Platform& platform_;
    std::string organisation_;
    decode::PageSplitter splitter_;
    std::set<std::string> rows_;
};

} // namespace

std::int64_t false_deletions_of_one_pass(const Terms& terms) {
    auto world = terms.world();
    platform::Platform platform(world);
    platform.remember_asked = false;
    std::string organisation = world.organisations.front().id;
    History history(terms, platform, organisation);
    OnePass mirror(platform, organisation);
    history.begin();
    std::int64_t wrong = 0;
    for (int i = 0; i < terms.walks; ++i) {
        for (const std::string& id : mirror.walk())
            wrong += history.exists(id);
        history.between_walks();
    }
    return wrong;
}

} // namespace versori::property
