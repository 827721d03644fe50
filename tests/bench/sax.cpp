// sax FILE...: reads the files, then parses each in place once, with a handler that ignores everything: what
// a look at every byte of the pages costs at the least. Prints wall seconds.
#include <rapidjson/reader.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

int main(int count, char** arguments) {
    std::vector<std::string> pages;
    for (int i = 1; i < count; ++i) {
        std::ifstream in(arguments[i], std::ios::binary);
        pages.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    rapidjson::BaseReaderHandler<> handler;
    auto begin = std::chrono::steady_clock::now();
    for (std::string& page : pages) {
        rapidjson::InsituStringStream stream(page.data());
        if (!rapidjson::Reader().Parse<rapidjson::kParseInsituFlag>(stream, handler)) {
            std::fprintf(stderr, "sax: a page is not JSON\n");
            return 1;
        }
    }
    std::printf("%.6f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
