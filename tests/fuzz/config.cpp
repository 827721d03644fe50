// A configuration: settings, or problems that each say where.
#include "daemon/config/load.hpp"
#include "daemon/model/json.hpp"
#include "tests/fuzz/expect.hpp"

#include <algorithm>

using namespace versori;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = fuzz::text_of(data, size);
    auto loaded = config::load(text, "f.toml");
    if (loaded.has_value())
        return 0;
    expect(!loaded.error().empty(), "what is refused has a problem");
    auto lines = std::uint32_t(std::ranges::count(text, '\n')) + 1;
    std::pair before{0u, 0u};
    for (const auto& problem : loaded.error()) {
        expect(problem.file == "f.toml", "a problem names the file");
        expect(problem.line >= 1 && problem.line <= lines, "a problem names a line of the file");
        expect(problem.column >= 1 && problem.column <= size + 1, "a problem names a column");
        expect(!problem.message.empty(), "a problem has a sentence");
        std::pair place{problem.line, problem.column};
        expect(before <= place, "problems stand in the file's order");
        before = place;
        auto line = to_string(problem);
        expect(model::find_invalid_utf8(line) == line.npos, "a problem is readable text");
        expect(std::ranges::none_of(line, [](unsigned char c) { return c < ' ' || c == 127; }),
               "a problem is one line, without control characters");
    }
    return 0;
}
