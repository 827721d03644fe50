#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace versori::process {

// Whether this test may look into the memory of processes that do not want it, as root may.
bool may_read_memory(pid_t process);

// The places in the memory a process can write to where `text` stands, each with what surrounds it.
std::vector<std::string> places_in_memory(pid_t process, const std::string& text);

// What /proc/PID/status says of the process, in kB: VmRSS, VmHWM ...
std::int64_t kilobytes(pid_t process, const std::string& field);

// Whether the binary was built with ASan, whose own memory grows as it likes.
bool has_address_sanitizer(const std::string& binary);

} // namespace versori::process
