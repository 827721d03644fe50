#include "tests/fault_table.hpp"
#include "tests/process/memory.hpp"
#include "tests/process/secure.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

using namespace versori;
using namespace std::chrono_literals;
using api::certificates::make;
using api::certificates::TemporaryFile;
using platform::Answer;
using platform::Fault;
using platform::Wire;
using process::eventually;
using process::Network;
using process::root;
using process::Secure;
using process::Tunnel;

// What must not show: "CANARY" stands in every secret of the simulated platform, and the token is a bird of
// its own.
namespace {

const std::string canary = "CANARY", token = "PARROT-4711-of-the-tests";

// Secrets that are short enough to stand within a std::string itself, and a variable that is secret by its
// name.
void plant_short_ones(platform::World& world) {
    auto& organisation = world.organisations.front();
    for (auto& [id, credential] : organisation.credentials)
        for (const char* member : {"value", "valueBase64", "password", "accessToken", "key", "clientSecret"})
            if (credential.data.contains(member) && credential.name.size() % 2)
                credential.data[member] = "CANARY-1";
    for (auto& connector : organisation.connectors)
        for (auto& connection : connector.connections) {
            connection.variables.push_back({"my-PASSWORD-2", "CANARY-2", {}});
            connection.variables.push_back({"secretive", world.canary(), {}});
        }
}

// The world of the platform with something new in it, secrets too.
void change(Network& network) {
    network.site.server.with([&](platform::Platform& platform) {
        auto& world = platform.world;
        auto& organisation = world.organisation(network.organisation);
        for (auto& connector : organisation.connectors)
            world.rename(network.organisation, connector.id, "Change " + std::to_string(world.mutations));
        for (const auto& [id, credential] : std::map(organisation.credentials))
            world.rotate_secret(network.organisation, id);
    });
}

// What the platform serves has a canary for each of these members.
void check_canaries(Network& network) {
    std::string pages = network.site.server.with([&](platform::Platform& platform) {
        std::string path = platform.base_path + "/o/" + network.organisation + "/connectors?first=1000";
        return platform.answer({.target = path, .authorization = "Bearer " + token, .host = "localhost"})
            .body;
    });
    for (const char* member :
         {"value", "valueBase64", "password", "clientSecret", "accessToken", "refreshToken", "code", "state",
          "key", "salt", "entityId", "tenant", "audience", "deviceSecret", "vaultPath", "hint", "masked"})
        CHECK_MESSAGE(pages.find("\"" + std::string(member) + "\":\"" + canary) != pages.npos, member);
}

Fault edited(std::function<void(std::string&)> edit) {
    return {{}, [edit = std::move(edit)](Answer& answer) { edit(answer.body); }};
}

Fault refused(unsigned status) {
    Answer answer = platform::error_answer(status, "refused-" + token, "Bearer " + token + " does not do");
    answer.headers = {{"Retry-After", "0"}, {"WWW-Authenticate", "Bearer realm=\"" + token + "\""}};
    return Fault::with(answer);
}

Fault redirect(const std::string& location) {
    return Fault::status(302, {{"Location", location}});
}

struct Trouble {
    const char* name;
    Fault fault;
};

std::vector<Trouble> troubles() {
    auto cut = [](std::string& body) { body.resize(body.rfind(canary) + 3); };
    auto not_utf8 = [](std::string& body) { body.insert(body.rfind(canary), "\xff"); };
    auto next = [](std::string text) {
        return [text](std::string& body) {
            body.pop_back();
            body += ",\"next\":\"" + text + "\"}";
        };
    };
    auto wrong_types = [](std::string& body) {
        for (auto at = body.find("\"" + canary); at != body.npos; at = body.find("\"" + canary, at + 8))
            body.insert(at, "[").insert(body.find('"', at + 2) + 1, "]");
    };
    Answer gateway{502, {}, "<html>" + token + " " + canary + "</html>", "text/html"};
    return {
        {"401", refused(401)},
        {"403", refused(403)},
        {"404", refused(404)},
        {"410", refused(410)},
        {"429", refused(429)},
        {"500", refused(500)},
        {"a gateway that repeats what it was sent", Fault::with(gateway)},
        {"a redirect to the token", redirect("https://elsewhere.example/" + token + "?token=" + token)},
        {"a redirect to a host of the token", redirect("https://" + token + ".example/")},
        {"broken JSON", edited(cut)},
        {"no UTF-8", edited(not_utf8)},
        {"members of the wrong type", edited(wrong_types)},
        {"next leads to the token", edited(next("https://elsewhere.example/?after=" + token))},
        {"next leads to a host of the token", edited(next("https://" + token + ".example/?after=x"))},
        {"half a body", Fault::on_wire(Wire::cut)},
        {"half a chunk", Fault::on_wire(Wire::cut_chunk)},
        {"reset", Fault::on_wire(Wire::reset)},
        {"no HTTP", Fault::on_wire(Wire::garbage)},
        {"silence", Fault::on_wire(Wire::silent)},
    };
}

// A daemon that may write no file beyond `bytes`, as on a disk that is full.
void limit_files(const process::Program& daemon, rlim_t bytes) {
    rlimit limit{bytes, RLIM_INFINITY};
    REQUIRE_EQ(::prlimit(daemon.id(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

// SIGXFSZ does not end the programs that are started meanwhile.
class Unlimited {
public:
    Unlimited() : before_(std::signal(SIGXFSZ, SIG_IGN)) {}
    ~Unlimited() { std::signal(SIGXFSZ, before_); }
    Unlimited(const Unlimited&) = delete;
    Unlimited& operator=(const Unlimited&) = delete;

private:
    void (*before_)(int);
};

// Secrets in what programs wrote and in what they left in memory.
class Search {
public:
    void text(const std::string& where, const std::string& text, bool may_hold_token = false) {
        ++tally_.tries;
        look(where, text, canary);
        if (!may_hold_token)
            look(where, text, token);
    }

    void files(const Network& network) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(network.site.directory()))
            if (std::string name = entry.path().filename(); entry.is_regular_file())
                text(name, network.site.read(name), name == "token");
    }

    void commands(const Network& network) {
        using Arguments = std::vector<std::string>;
        for (const Arguments& arguments : {Arguments{"status"},
                                           {"status", "--json"},
                                           {"changes"},
                                           {"changes", "--format", "json"},
                                           {"deletions", "list"},
                                           {"check"},
                                           {"check", "--online"}}) {
            auto all = arguments;
            all.insert(all.end(), {"--log-level", "trace"});
            auto outcome = network.site.mirror(all);
            CHECK_MESSAGE(outcome.out.size() > 10, arguments.front());
            text(arguments.front() + " " + arguments.back(), outcome.out + outcome.err);
        }
    }

    // Once it is idle: a walk's last breath may come after its line in the log.
    void memory(const process::Program& daemon) {
        ++tally_.tries;
        if (!process::may_read_memory(daemon.id())) {
            MESSAGE("the daemon's memory is not looked at: that takes root");
            return;
        }
        std::vector<std::string> places;
        eventually(
            [&] {
                places = process::places_in_memory(daemon.id(), canary);
                return places.empty();
            },
            3s);
        tally_.leaked += static_cast<std::int64_t>(places.size());
        CHECK_EQ(places.size(), 0);
        for (std::size_t i = 0; i < std::min<std::size_t>(places.size(), 8); ++i)
            MESSAGE(places[i]);
    }

    ~Search() { tell_fault("secrets in errors of every kind", tally_); }

private:
    void look(const std::string& where, const std::string& text, const std::string& secret) {
        auto at = text.find(secret);
        tally_.leaked += at != text.npos;
        if (at != text.npos)
            FAIL_CHECK(where << ": " << text.substr(at - std::min<std::size_t>(at, 80), 160));
    }

    FaultTally tally_;
};

// The daemon walks as often as it is told to.
class Walks {
public:
    explicit Walks(Network& network)
        : network_(network),
          daemon_(network.site.start({"run", "--log-level", "trace"},
                                     {{"ASAN_OPTIONS", "max_free_fill_size=2147483647:free_fill_byte=90"}})) {
        REQUIRE(daemon_->says("settled"));
    }

    void once() {
        std::string before = ended();
        daemon_->signal(SIGUSR1);
        CHECK_MESSAGE(eventually([&] { return ended() != before; }), daemon_->said());
    }

    process::Program& daemon() { return *daemon_; }

private:
    std::string ended() const {
        return network_.site.one("SELECT count(*) FROM walks WHERE finished_at IS NOT NULL");
    }

    Network& network_;
    std::unique_ptr<process::Program> daemon_;
};

enum class Way { plain, gzip, tls };

} // namespace

TEST_CASE("no secret shows anywhere after errors of every kind, and none stays in an idle daemon's memory") {
    Unlimited unlimited;
    bool slow = process::has_address_sanitizer(process::mirror_binary()); // to search: its memory is large
    TemporaryFile roots(root().certificate_pem());
    for (Way way : {Way::plain, Way::gzip, Way::tls}) {
        CAPTURE(int(way));
        Search search;
        Network network(120, {.gzip = way != Way::plain});
        Secure secure(network.site.platform, make({.name = "p", .hosts = "IP:127.0.0.1", .issuer = &root()}));
        network.site.server.with([&](platform::Platform& platform) {
            plant_short_ones(platform.world);
            platform.authorizations[network.organisation] = {"Bearer " + token};
        });
        network.site.write("token", token);
        check_canaries(network);
        std::string keys = "request_timeout = \"300ms\"\nretry_limit = 1\npage_size = 50\nca_file = \"" +
                           roots.path() + "\"\n";
        std::string sections = "[changes]\njournal = false\nbaseline = \"rows\"\nfile = \"" +
                               network.site.path("changes.jsonl") + "\"\n[metrics]\ntextfile = \"" +
                               network.site.path("mirror.prom") + "\"\n";
        network.configure(keys, sections, way == Way::tls ? secure.server.url() : "");

        Walks walks(network);
        search.memory(walks.daemon());
        for (Trouble& trouble : troubles()) {
            CAPTURE(trouble.name);
            change(network);
            network.fail(trouble.fault, 3);
            walks.once();
            if (!slow)
                search.memory(walks.daemon());
            network.heal();
        }
        change(network);
        limit_files(walks.daemon(), 0);
        walks.daemon().signal(SIGUSR1);
        CHECK_MESSAGE(walks.daemon().says("tried again in 1 m"), walks.daemon().said());
        limit_files(walks.daemon(), RLIM_INFINITY);
        walks.once();
        CHECK_MESSAGE(eventually([&] { return network.difference().empty(); }), network.difference());

        search.memory(walks.daemon());
        search.files(network);
        search.commands(network);
        walks.daemon().signal(SIGTERM);
        auto outcome = walks.daemon().wait();
        CHECK_EQ(outcome.status, 0);
        search.text("the log", outcome.err + outcome.out);
    }
}

TEST_CASE("a TLS handshake that fails tells no secret") {
    Search search;
    Network network;
    network.site.server.with([&](platform::Platform& platform) {
        platform.authorizations[network.organisation] = {"Bearer " + token};
    });
    network.site.write("token", token);
    Secure stranger(network.site.platform, make({.name = token, .hosts = "IP:127.0.0.1"}));
    std::string plain = network.site.server.url();
    for (const std::string& url : {stranger.server.url(), "https" + plain.substr(plain.find(':'))}) {
        network.configure("", "", url);
        auto outcome = network.site.mirror({"sync", "--log-level", "trace"});
        CHECK_EQ(outcome.status, 1);
        search.text(url, outcome.out + outcome.err);
        search.files(network);
    }
}

TEST_CASE("the credentials of a proxy are in no log, whether it takes them or not") {
    Network network;
    TemporaryFile roots(root().certificate_pem());
    Secure secure(network.site.platform,
                  make({.name = "p", .hosts = "DNS:platform.invalid", .issuer = &root()}));
    boost::asio::io_context context;
    api::loopback::Server unwilling(
        context, api::loopback::always("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"me:s3cret "
                                       "bWU6czNjcmV0\"\r\nContent-Length: 9\r\n\r\nme:s3cret"));
    std::jthread thread([&] { context.run(); });
    Tunnel tunnel(secure.server.port());
    std::string dead = std::to_string(api::loopback::free_port());
    network.configure("ca_file = \"" + roots.path() + "\"\n", "",
                      "https://platform.invalid:" + std::to_string(secure.server.port()) + "/api/connect/v1");
    int worked = 0;
    for (const std::string& proxy :
         {tunnel.url(), "http://me:s3cret@127.0.0.1:" + dead,
          "http://me:s3cret@127.0.0.1:" + std::to_string(unwilling.port()),
          std::string("http://me:s3cret@127.0.0.1:99999"), std::string("me:s3cret@127.0.0.1"),
          std::string("socks5://me:s3cret@x:1")})
        for (std::vector<std::string> arguments :
             {std::vector<std::string>{"sync"}, {"check"}, {"check", "--online"}, {"status"}}) {
            arguments.insert(arguments.end(), {"--log-level", "trace"});
            auto outcome = network.site.mirror(arguments, {{"HTTPS_PROXY", proxy}});
            worked += outcome.status == 0;
            std::string said = outcome.out + outcome.err;
            for (const char* secret : {"s3cret", "bWU6czNjcmV0"})
                CHECK_MESSAGE(said.find(secret) == said.npos, said);
        }
    CHECK(worked >= 3);
    context.stop();
}
