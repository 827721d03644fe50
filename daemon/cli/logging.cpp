#include "daemon/cli/logging.hpp"

#include "daemon/model/json.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace versori::cli {
namespace {

// The message as a JSON string.
class Quoted : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        std::string text = model::quoted({message.payload.data(), message.payload.size()});
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Quoted>(); }
};

// The journal takes `<4>` at a line's start for its priority.
class Priority : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        static constexpr std::string_view digits = "7764322";
        std::string text = {'<', digits[static_cast<std::size_t>(message.level)], '>'};
        out.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Priority>(); }
};

bool is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat info;
    if (!stream || ::fstat(STDERR_FILENO, &info) != 0)
        return false;
    return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) == stream;
}

} // namespace

void set_up_logging(const Flags& flags) {
    auto logger = colored(flags, STDERR_FILENO) ? spdlog::stderr_color_st("versori-mirror")
                                                : spdlog::stderr_logger_st("versori-mirror");
    bool journal = is_journal();
    auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
    formatter->add_flag<Quoted>('*').add_flag<Priority>('&');
    std::string prefix = journal ? "%&" : "";
    if (flags.log_format == "json")
        formatter->set_pattern(prefix + R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","message":%*})");
    else
        formatter->set_pattern(prefix + (journal ? "%v" : "%Y-%m-%dT%H:%M:%SZ %^%l%$ %v"));
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(flags.log_level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace versori::cli
