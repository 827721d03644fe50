#pragma once

#include "daemon/emit/delivery.hpp"

#include <sys/uio.h>

#include <functional>
#include <string>
#include <vector>

namespace versori::emit {

// What logs call an organisation, by its id.
using Labels = std::function<std::string(const std::string& organisation_id)>;

// The fields of a change record's journal entry, each `NAME=value`.
std::vector<std::string> journal_fields(const model::ChangeRecord&, std::string_view organisation_label);

// Change records as entries of the systemd journal. Where there is no journal when it is made, their
// sentences go to standard output, a line each.
class Journal final : public Delivery {
public:
    // For tests.
    struct Port {
        std::string socket = "/run/systemd/journal/socket";
        std::function<int(const iovec*, int)> send = {}; // gives 0 or -errno; empty: sd_journal_sendv
        int output = 1;                                  // a file descriptor
    };
    explicit Journal(Labels labels) : Journal(std::move(labels), Port{}) {}
    Journal(Labels, Port);

    std::string_view name() const override { return "journal"; }
    Taken take(std::span<const model::ChangeRecord>) override;

private:
    std::string send(const model::ChangeRecord&);
    std::string print(const model::ChangeRecord&);

    Labels labels_;
    Port port_;
    bool printing_;
};

} // namespace versori::emit
