#pragma once

#include "daemon/emit/delivery.hpp"

#include <cstdint>
#include <string>

namespace versori::emit {

// Change records as lines of JSON in a file of mode 0640. At `max_size` it becomes `path.1`, that one
// `path.2`, and so on up to `path.keep`.
//
// The file itself tells how far it has come: opening it cuts off a torn last line, and records that it holds
// are not written again. So whatever the moment of a crash, each record stands in it exactly once. Lines are
// on disk before they count as taken. A file moved or removed by others is begun anew; a file that others
// wrote is refused.
class File final : public Delivery {
public:
    struct Settings {
        std::string path;
        std::uint64_t max_size = 64 << 20;
        int keep = 5;
    };
    explicit File(Settings settings) : settings_(std::move(settings)) {}
    ~File() override { reopen(); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::string_view name() const override { return "file"; }
    Located locate() override;
    Taken take(std::span<const model::ChangeRecord>) override;
    void reopen() override;

private:
    void open_unless_open();
    void open();
    void recover();
    void begin_another();
    std::size_t write_some(std::span<const model::ChangeRecord>);
    void write(std::string_view lines);
    void flush();
    bool holds(const model::ChangeRecord&) const;
    std::string numbered(int number) const { return settings_.path + "." + std::to_string(number); }

    Settings settings_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    std::optional<Position> last_;
};

} // namespace versori::emit
