#include "daemon/sync/notify.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>

namespace versori::sync {
namespace {

std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20; }, ' ');
    return text;
}

} // namespace

void notify_ready(const std::string& status) {
    ::sd_notify(0, ("READY=1\nSTATUS=" + one_line(status)).c_str());
}

void notify_status(const std::string& status) {
    ::sd_notify(0, ("STATUS=" + one_line(status)).c_str());
}

void notify_reloading() {
    ::sd_notify(0, "RELOADING=1");
}

void notify_stopping() {
    ::sd_notify(0, "STOPPING=1\nSTATUS=Stopping.");
}

void notify_alive() {
    ::sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0)
        return {};
    return std::chrono::microseconds(microseconds);
}

} // namespace versori::sync
