#include "daemon/cli/output.hpp"

#include "daemon/cli/command.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace versori::cli {
namespace {

volatile std::sig_atomic_t signalled = 0;
int wake[2] = {-1, -1};

void on_signal(int) {
    int kept = errno;
    signalled = 1;
    [[maybe_unused]] ssize_t wrote = ::write(wake[1], "", 1);
    errno = kept;
}

} // namespace

void end_on_signals() {
    if (::pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        throw Refusal(Exit::problem, "no pipe can be made: " + std::string(std::strerror(errno)));
    struct sigaction action = {};
    action.sa_handler = on_signal; // without SA_RESTART: a write that waits for a reader ends
    for (int signal : {SIGINT, SIGTERM})
        ::sigaction(signal, &action, nullptr);
}

bool ended() {
    return signalled != 0;
}

int end_descriptor() {
    return wake[0];
}

bool print(std::string_view text) {
    while (!text.empty()) {
        if (ended())
            return false;
        ssize_t wrote = ::write(STDOUT_FILENO, text.data(), text.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && errno == EPIPE)
            return false;
        if (wrote < 0)
            throw Refusal(Exit::problem,
                          "standard output cannot be written: " + std::string(std::strerror(errno)));
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

} // namespace versori::cli
