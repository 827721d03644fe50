#include "daemon/sync/watcher.hpp"

#include <boost/asio/buffer.hpp>

#include <sys/inotify.h>

#include <cstring>
#include <set>

namespace versori::sync {

Watcher::Watcher(const boost::asio::any_io_executor& executor) : inotify_(executor) {
    int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0)
        return; // out of watches or descriptors: timers do without
    inotify_.assign(descriptor);
    read();
}

void Watcher::watch_file(const std::string& path, std::function<void()> call) {
    add(path, IN_MODIFY, std::move(call));
}

void Watcher::watch_directory_of(const std::string& path, std::function<void()> call) {
    auto slash = path.rfind('/');
    std::string directory = slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    add(directory, IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE, std::move(call));
}

void Watcher::add(const std::string& path, std::uint32_t events, std::function<void()> call) {
    if (!inotify_.is_open())
        return;
    int watch = ::inotify_add_watch(inotify_.native_handle(), path.c_str(), events);
    if (watch >= 0)
        calls_[watch].push_back(std::move(call));
}

void Watcher::read() {
    inotify_.async_read_some(boost::asio::buffer(buffer_),
                             [this](boost::system::error_code error, std::size_t size) {
                                 if (error)
                                     return;
                                 tell(size);
                                 read();
                             });
}

void Watcher::tell(std::size_t size) {
    std::set<int> touched;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
        inotify_event event;
        std::memcpy(&event, buffer_.data() + at, sizeof event);
        touched.insert(event.wd);
        at += sizeof event + event.len;
    }
    for (int watch : touched)
        for (const auto& call : calls_[watch])
            call();
}

} // namespace versori::sync
