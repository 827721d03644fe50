#include "daemon/emit/metrics.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace versori::emit {
namespace {

std::string escaped(const std::string& text, bool quotes) {
    std::string out;
    for (char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\\' || (c == '"' && quotes))
            (out += '\\') += c;
        else
            out += c;
    }
    return out;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.15g", value);
    return text;
}

void add(std::string& out, const std::string& name, const Sample& sample) {
    out += name;
    char before = '{';
    for (const auto& [label, value] : sample.labels) {
        out += before;
        out += label + "=\"" + escaped(value, true) + "\"";
        before = ',';
    }
    out += sample.labels.empty() ? " " : "} ";
    out += number(sample.value) + "\n";
}

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

std::string exposition(const std::vector<Family>& families) {
    std::string out;
    for (const Family& family : families) {
        if (family.samples.empty())
            continue;
        out += "# HELP " + family.name + " " + escaped(family.help, false) + "\n";
        out += "# TYPE " + family.name + (family.type == Family::Type::gauge ? " gauge\n" : " counter\n");
        for (const Sample& sample : family.samples)
            add(out, family.name, sample);
    }
    return out;
}

std::string replace_file(const std::string& path, const std::string& text) {
    std::string fresh = path + ".new";
    int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool well = descriptor >= 0 && ::fchmod(descriptor, 0644) == 0 && write_all(descriptor, text);
    int why = well ? 0 : errno;
    if (descriptor >= 0 && ::close(descriptor) != 0 && why == 0)
        why = errno;
    if (why == 0 && ::rename(fresh.c_str(), path.c_str()) != 0)
        why = errno;
    if (why == 0)
        return {};
    ::unlink(fresh.c_str());
    return "cannot write the metrics to " + path + ": " + std::strerror(why);
}

} // namespace versori::emit
