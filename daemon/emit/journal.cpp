#include "daemon/emit/journal.hpp"

#include "daemon/emit/sentence.hpp"

#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace versori::emit {
namespace {

std::string message_id(model::Op op) {
    static constexpr std::string_view last[] = {"01", "02", "03", "04"};
    return "41c23615affa4c3185466f15f51eaa" + std::string(last[static_cast<std::size_t>(op)]);
}

} // namespace

std::vector<std::string> journal_fields(const model::ChangeRecord& record, std::string_view label) {
    std::vector<std::string> out = {
        "MESSAGE=" + sentence(record, label),
        "PRIORITY=5",
        "MESSAGE_ID=" + message_id(record.op),
        "SYSLOG_IDENTIFIER=versori-mirror",
        "VERSORI_SEQ=" + std::to_string(record.seq),
        "VERSORI_MIRROR_ID=" + record.mirror_id,
        "VERSORI_ORGANISATION_ID=" + record.organisation_id,
        "VERSORI_OP=" + std::string(model::op_name(record.op)),
        "VERSORI_CHANGED=" + record.changed,
        "VERSORI_RECORD=" + model::json_line(record),
    };
    if (record.walk_id)
        out.push_back("VERSORI_WALK_ID=" + std::to_string(*record.walk_id));
    auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value)
            out.push_back(name + *value);
    };
    add("VERSORI_CONNECTOR_ID=", record.connector_id);
    add("VERSORI_TABLE=", record.table_name);
    add("VERSORI_KEY=", record.key);
    add("VERSORI_LABEL=", record.label);
    return out;
}

Journal::Journal(Labels labels, Port port)
    : labels_(std::move(labels)), port_(std::move(port)),
      printing_(::access(port_.socket.c_str(), F_OK) != 0) {
    if (!port_.send)
        port_.send = [](const iovec* fields, int count) { return sd_journal_sendv(fields, count); };
}

Taken Journal::take(std::span<const model::ChangeRecord> records) {
    Taken taken;
    // sd_journal_sendv counts an entry as sent when there is no socket.
    if (!printing_ && ::access(port_.socket.c_str(), F_OK) != 0)
        return {0, "the journal's socket " + port_.socket + " is gone"};
    for (const model::ChangeRecord& record : records) {
        taken.failure = printing_ ? print(record) : send(record);
        if (!taken.failure.empty())
            break;
        ++taken.count;
    }
    return taken;
}

std::string Journal::send(const model::ChangeRecord& record) {
    auto fields = journal_fields(record, labels_(record.organisation_id));
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (std::string& field : fields)
        parts.push_back({field.data(), field.size()});
    int error = -port_.send(parts.data(), static_cast<int>(parts.size()));
    return error > 0 ? "the journal does not take entries: " + std::string(std::strerror(error))
                     : std::string();
}

std::string Journal::print(const model::ChangeRecord& record) {
    std::string line = sentence(record, labels_(record.organisation_id)) + "\n";
    for (std::string_view left = line; !left.empty();) {
        ssize_t wrote = ::write(port_.output, left.data(), left.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return "standard output does not take change records: " + std::string(std::strerror(errno));
        left.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
}

} // namespace versori::emit
