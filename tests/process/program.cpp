#include "tests/process/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

extern char** environ;

namespace versori::process {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds moment{5};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<std::string> surroundings(const Environment& added) {
    std::vector<std::string> out;
    for (char** at = environ; *at; ++at) {
        std::string entry = *at;
        if (!added.contains(entry.substr(0, entry.find('='))))
            out.push_back(entry);
    }
    for (const auto& [name, value] : added)
        out.push_back(name + "=" + value);
    return out;
}

void drain(int file, std::string& into) {
    char buffer[65536];
    for (ssize_t size; (size = ::read(file, buffer, sizeof buffer)) > 0;)
        into.append(buffer, static_cast<std::size_t>(size));
}

} // namespace

std::string mirror_binary() {
    const char* other = std::getenv("VERSORI_MIRROR_BINARY");
    return other ? other : VERSORI_MIRROR_BINARY;
}

Program::Program(std::vector<std::string> arguments, const std::string& directory,
                 const Environment& environment) {
    int out[2], err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    auto variables = surroundings(environment);
    auto argv = pointers(arguments), envp = pointers(variables);
    id_ = ::fork();
    if (id_ == 0) {
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(err[1], STDERR_FILENO);
        if (::chdir(directory.c_str()) == 0)
            ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
    ::fcntl(out_, F_SETFL, O_NONBLOCK);
    ::fcntl(err_, F_SETFL, O_NONBLOCK);
}

Program::~Program() {
    if (running()) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    ::close(out_);
    ::close(err_);
}

void Program::signal(int signal) {
    ::kill(id_, signal);
}

void Program::collect() {
    drain(out_, so_far_.out);
    drain(err_, so_far_.err);
}

bool Program::running() {
    int status = 0;
    if (!status_ && ::waitpid(id_, &status, WNOHANG) == id_)
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return !status_;
}

bool Program::says(const std::string& text, std::chrono::milliseconds patience) {
    return eventually([&] { return said().find(text) != std::string::npos; }, patience);
}

std::string Program::said() {
    collect();
    return so_far_.err + so_far_.out;
}

Outcome Program::wait(std::chrono::milliseconds patience) {
    eventually(
        [&] {
            collect();
            return !running();
        },
        patience);
    collect();
    so_far_.status = status_.value_or(-1);
    return so_far_;
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds patience) {
    const char* slowness = std::getenv("VERSORI_SLOWNESS");
    for (auto end = Clock::now() + patience * (slowness ? std::atoi(slowness) : 1);;) {
        if (holds())
            return true;
        if (Clock::now() >= end)
            return false;
        std::this_thread::sleep_for(moment);
    }
}

} // namespace versori::process
