#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace versori::sync {

// Tells of changes in the file system, without looking at it in between (inotify).
class Watcher {
public:
    explicit Watcher(const boost::asio::any_io_executor&);

    // `call` runs when the file is written to. The file must exist; where it cannot be watched nothing
    // happens.
    void watch_file(const std::string& path, std::function<void()> call);
    // `call` runs when something in the directory is made, replaced, written or given other rights.
    void watch_directory_of(const std::string& path, std::function<void()> call);

private:
    void add(const std::string& path, std::uint32_t events, std::function<void()> call);
    void read();
    void tell(std::size_t size);

    boost::asio::posix::stream_descriptor inotify_;
    std::map<int, std::vector<std::function<void()>>> calls_; // by watch
    alignas(8) std::array<char, 4096> buffer_;
};

} // namespace versori::sync
