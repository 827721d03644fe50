#include "daemon/decode/reading.hpp"

#include <algorithm>
#include <tuple>

namespace versori::decode {

using model::Json;
using model::TableId;

namespace {

// A scheme as a connection embeds it, with the link's row.
struct Embedded {
    Scheme scheme;
    model::Row link;
    std::size_t connection; // its index

    auto place() const {
        return std::tuple(model::text_of(link[1]), model::text_of(link[2]), model::text_of(link[3]));
    }
};

class ConnectionReader {
public:
    ConnectionReader(Reading& reading, Connector& out, Schemes own)
        : reading_(reading), out_(out), rows_(out.document), schemes_(std::move(own)) {}

    void read(Json connection, std::size_t index, const Path& path) {
        index_ = index;
        auto row = rows_.add(TableId::connections);
        row[0] = rows_.text(rows_.id());
        auto unknown =
            reading_.fill(rows_, TableId::connections, row, connection, {"credentials", "variables"}, path);
        reading_.note_left_over(TableId::connections, unknown, path);
        std::string_view id = model::text_of(row[1]);
        Parts extra;
        for (const auto& member : unknown)
            extra.emplace_back(member.name, model::canonical(member.value));
        if (auto credentials = connection.find("credentials")) {
            Parts strange = read_purposes(*credentials, id, Path(path, "credentials"));
            if (!strange.empty())
                extra.emplace_back("credentials", object_text(std::move(strange)));
        }
        Path variables(path, "variables");
        read_variables(reading_, rows_, TableId::connection_variables, {rows_.id(), id},
                       reading_.array(connection, "variables", false, path), variables);
        if (!extra.empty())
            set(TableId::connections, row, "extra", rows_.text(object_text(std::move(extra))));
    }

    // A copy that is not the connector's own becomes a scheme without a position, or stays with its link.
    // Which one becomes the scheme depends on ids alone, so that reordering changes nothing.
    void place_schemes(const Path& connections) {
        std::ranges::sort(embedded_, {}, &Embedded::place);
        for (Embedded& copy : embedded_) {
            auto [scheme, is_new] = schemes_.try_emplace(std::string(copy.scheme.id),
                                                         OwnScheme{copy.scheme.comparable, std::nullopt});
            if (is_new) {
                at(copy, connections,
                   [&](const Path& path) { add_scheme(reading_, rows_, copy.scheme, std::nullopt, path); });
            } else if (scheme->second.comparable != copy.scheme.comparable) {
                set(TableId::connection_credentials, copy.link, "auth_scheme",
                    rows_.text(copy.scheme.comparable));
                at(copy, connections, [&](const Path& path) { note_messages(copy.scheme.json, path); });
            }
        }
    }

private:
    // Calls `use` with the path at which the copy stood.
    template <class Use>
    void at(const Embedded& copy, const Path& connections, Use use) {
        constexpr auto table = TableId::connection_credentials;
        auto position = std::get<std::int64_t>(copy.link[model::table(table).column("position")]);
        Path connection(connections, copy.connection);
        Path credentials(connection, "credentials");
        Path purpose(credentials, std::get<1>(copy.place()));
        Path link(purpose, static_cast<std::size_t>(position));
        Path scheme(link, "authSchemeConfig");
        use(scheme);
    }

    // The surprises in messages that become no rows of their own.
    void note_messages(Json scheme, const Path& path) {
        auto messages = scheme.find("validationMessages");
        if (!messages)
            return;
        Path list(path, "validationMessages");
        std::size_t index = 0;
        for (Json message : messages->elements()) {
            Path here(list, index++);
            for (model::Member member : message.members()) {
                Path at(here, member.name);
                if (member.name != "text" && member.name != "severity" && member.name != "detail")
                    reading_.note_unknown(at, member.value);
            }
        }
    }

    // Each member of `credentials` is a purpose: action, trigger, and what the platform may add. Returns what
    // was added in another form, redacted, since credentials may be in it.
    Parts read_purposes(Json credentials, std::string_view connection_id, const Path& path) {
        Parts strange;
        if (!credentials.is(Json::Type::object) && !credentials.is(Json::Type::null))
            reading_.reject(path, "expected an object");
        for (auto [purpose, links] : credentials.members()) {
            Path here(path, purpose);
            if (purpose != "action" && purpose != "trigger") {
                reading_.note_unknown(here, links);
                if (!are_links(links)) {
                    strange.emplace_back(purpose, reading_.redacted(links));
                    continue;
                }
            }
            std::size_t position = 0;
            for (Json link : reading_.array(credentials, purpose, false, path)) {
                read_link(link, connection_id, purpose, position, Path(here, position));
                ++position;
            }
        }
        return strange;
    }

    static bool are_links(Json links) {
        auto is_link = [](Json link) {
            auto id = link.find("id");
            return id && id->is(Json::Type::string);
        };
        return links.is(Json::Type::array) && std::ranges::all_of(links.elements(), is_link);
    }

    void read_link(Json link, std::string_view connection_id, std::string_view purpose, std::size_t position,
                   const Path& path) {
        if (!link.is(Json::Type::object))
            return reading_.reject(path, "expected an object");
        constexpr auto table = TableId::connection_credentials;
        auto row = rows_.add(table);
        auto unknown = reading_.fill(rows_, table, row, link, {"authSchemeConfig", "credential"}, path);
        row[0] = rows_.text(rows_.id());
        row[1] = rows_.text(connection_id);
        row[2] = rows_.text(purpose);
        set(table, row, "position", static_cast<std::int64_t>(position));
        reading_.note_left_over(table, unknown, path);
        set(table, row, "extra", reading_.extra(rows_, unknown));

        auto credential = link.find("credential");
        if (credential && !credential->is(Json::Type::null)) {
            read_credential(reading_, out_, *credential, Path(path, "credential"));
            if (auto id = credential->find("id"))
                set(table, row, "credential_id", rows_.text(id->text()));
        }
        auto scheme = link.find("authSchemeConfig");
        if (scheme && !scheme->is(Json::Type::null)) {
            if (auto own = own_scheme(*scheme))
                set(table, row, "auth_scheme_id", rows_.text(*own));
            else if (auto copy = read_scheme(reading_, *scheme, Path(path, "authSchemeConfig"))) {
                set(table, row, "auth_scheme_id", rows_.text(copy->id));
                embedded_.push_back({std::move(*copy), row, index_});
            }
        }
    }

    // The id of a copy that is the connector's own scheme, member by member.
    std::optional<std::string_view> own_scheme(Json copy) const {
        auto id = copy.find("id");
        auto own = id ? schemes_.find(id->text()) : schemes_.end();
        if (own == schemes_.end() || !own->second.json || !own->second.json->same_as(copy))
            return {};
        return own->first;
    }

    Reading& reading_;
    Connector& out_;
    model::Document& rows_;
    Schemes schemes_;
    std::vector<Embedded> embedded_;
    std::size_t index_ = 0; // of the connection that is read
};

} // namespace

void read_connections(Reading& reading, Connector& out, Json connector, Schemes schemes, const Path& root) {
    ConnectionReader reader(reading, out, std::move(schemes));
    Path path(root, "connections");
    std::size_t index = 0;
    for (Json connection : reading.array(connector, "connections", true, root)) {
        std::size_t position = index++;
        Path here(path, position);
        if (connection.is(Json::Type::object))
            reader.read(connection, position, here);
        else
            reading.reject(here, "expected an object, got " + std::string(type_name(connection.type())));
    }
    reader.place_schemes(path);
}

} // namespace versori::decode
