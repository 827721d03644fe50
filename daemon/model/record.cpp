#include "daemon/model/record.hpp"

#include "daemon/model/json.hpp"

namespace versori::model {
namespace {

using Text = std::optional<std::string>;

std::size_t size_of(const Text& text) {
    return text ? text->size() : 0;
}

void append_json(std::string& out, const Text& json) {
    out += json ? *json : "null";
}

void append_string(std::string& out, const Text& text) {
    if (text)
        append_quoted(out, *text);
    else
        out += "null";
}

} // namespace

std::size_t ChangeRecord::bytes() const {
    return 256 + changed.size() + size_of(key) + size_of(label) + size_of(before) + size_of(after);
}

std::optional<Op> find_op(std::string_view name) {
    for (Op op : {Op::insert, Op::update, Op::remove, Op::baseline})
        if (op_name(op) == name)
            return op;
    return {};
}

std::string json_line(const ChangeRecord& record) {
    std::string out;
    out.reserve(record.bytes() + 256);
    (out += "{\"seq\":") += std::to_string(record.seq);
    append_quoted(out += ",\"time\":", record.time);
    append_quoted(out += ",\"mirror_id\":", record.mirror_id);
    (out += ",\"walk_id\":") += record.walk_id ? std::to_string(*record.walk_id) : "null";
    append_quoted(out += ",\"organisation_id\":", record.organisation_id);
    append_string(out += ",\"connector_id\":", record.connector_id);
    append_string(out += ",\"table_name\":", record.table_name);
    append_quoted(out += ",\"op\":", op_name(record.op));
    append_json(out += ",\"key\":", record.key);
    append_string(out += ",\"label\":", record.label);
    (out += ",\"changed\":") += record.changed;
    append_json(out += ",\"before\":", record.before);
    append_json(out += ",\"after\":", record.after);
    append_string(out += ",\"evidence\":", record.evidence);
    return out += '}';
}

} // namespace versori::model
