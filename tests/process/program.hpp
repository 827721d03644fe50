#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace versori::process {

using Environment = std::map<std::string, std::string>;

// What a program left behind. `status` is its exit status, or 128 and the signal that ended it.
struct Outcome {
    int status = -1;
    std::string out, err;
};

// versori-mirror as it was built, or what the environment's VERSORI_MIRROR_BINARY names.
std::string mirror_binary();

// A program under test, its standard output and error collected. It ends with the object.
class Program {
public:
    // `environment` is added to the test's own; `directory` is where it starts.
    Program(std::vector<std::string> arguments, const std::string& directory,
            const Environment& environment = {});
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    pid_t id() const { return id_; }
    void signal(int signal);
    bool running();

    // Whether what it has said so far on standard error or output contains the text within `patience`.
    bool says(const std::string& text, std::chrono::milliseconds patience = std::chrono::seconds{20});

    // Fails (status -1) when it does not end within `patience`.
    Outcome wait(std::chrono::milliseconds patience = std::chrono::seconds{60});

    std::string said(); // standard error and output so far

private:
    void collect();

    pid_t id_ = -1;
    int out_ = -1, err_ = -1;
    std::optional<int> status_;
    Outcome so_far_;
};

// Tries until it holds, at most `patience`, or the environment's VERSORI_SLOWNESS times that.
bool eventually(const std::function<bool()>& holds,
                std::chrono::milliseconds patience = std::chrono::seconds{20});

} // namespace versori::process
