#pragma once

#include "tests/process/program.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace versori::process {

// What systemd would hear from a service with this NOTIFY_SOCKET.
class Notifications {
public:
    explicit Notifications(std::string path)
        : path_(std::move(path)), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        path_.copy(at.sun_path, sizeof at.sun_path - 1);
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
            throw std::runtime_error("no socket at " + path_);
    }
    ~Notifications() { ::close(socket_); }
    Notifications(const Notifications&) = delete;
    Notifications& operator=(const Notifications&) = delete;

    const std::string& path() const { return path_; }

    void clear() {
        collect();
        heard_.clear();
    }

    // How many of them contain the text.
    std::ptrdiff_t count(const std::string& text) {
        collect();
        return std::ranges::count_if(heard_,
                                     [&](const std::string& one) { return one.find(text) != one.npos; });
    }

    bool wait_for(const std::string& text) {
        return eventually([&] { return count(text) > 0; });
    }

private:
    void collect() {
        char buffer[4096];
        for (ssize_t size; (size = ::recv(socket_, buffer, sizeof buffer, 0)) >= 0;)
            heard_.emplace_back(buffer, static_cast<std::size_t>(size));
    }

    std::string path_;
    int socket_;
    std::vector<std::string> heard_;
};

} // namespace versori::process
