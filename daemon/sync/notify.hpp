#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace versori::sync {

// What systemd is told; nothing happens where it does not listen.
void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_alive();

// How often systemd wants a sign of life; nothing when it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace versori::sync
