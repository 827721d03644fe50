// versori-platform: the simulated platform as a program, for whoever wants to try the mirror without an
// account.
#include "tests/platform/server.hpp"
#include "tests/platform/settings.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>

namespace {

using namespace versori::platform;

struct Options {
    std::uint16_t port = 8082;
    std::uint16_t control_port = 8083;
    SeedOptions seed;
    std::string token = "try-me";
    std::map<std::string, std::string> behaviour;
    double mutate_every = 0; // seconds, 0: never
    int mutations = 1;
    double latency = 0;
    bool no_gzip = false;
    std::string certificate, key, port_file, first_id;
};

Time wall_clock() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void describe(CLI::App& app, Options& options) {
    auto seconds = CLI::AsNumberWithUnit(std::map<std::string, double>{{"s", 1}, {"ms", 0.001}, {"m", 60}});
    app.add_option("--port", options.port, "port of the API on 127.0.0.1; 0: any free one")
        ->capture_default_str();
    app.add_option("--control-port", options.control_port, "port of the control endpoint; 0: any")
        ->capture_default_str();
    app.add_option("--organisations", options.seed.organisations)
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--first-id", options.first_id, "id of the first organisation");
    app.add_option("--connectors", options.seed.connectors, "over all organisations")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    app.add_option("--seed", options.seed.seed, "another seed makes another world")->capture_default_str();
    app.add_option("--token", options.token, "the API key that is accepted")->capture_default_str();
    app.add_option("--mutate-every", options.mutate_every, "edits the world so often, for example 2s")
        ->transform(seconds);
    app.add_option("--mutations", options.mutations, "how many edits each time")->capture_default_str();
    app.add_option("--latency", options.latency, "waits before each answer, for example 50ms")
        ->transform(seconds);
    app.add_flag("--no-gzip", options.no_gzip, "never compresses");
    auto* certificate = app.add_option("--tls-certificate", options.certificate, "PEM chain: serves https");
    app.add_option("--tls-key", options.key, "PEM private key")->needs(certificate);
    app.add_option("--port-file", options.port_file, "writes `PORT CONTROL_PORT` there once both are open");
    for (const Setting& setting : behaviour_settings())
        app.add_option(std::string("--") + setting.name, options.behaviour[setting.name], setting.values)
            ->group("Behaviour");
}

// Says which value is wrong; empty when all are right.
std::string apply(const Options& options, Platform& platform) {
    for (const Setting& setting : behaviour_settings()) {
        const std::string& value = options.behaviour.at(setting.name);
        if (!value.empty() && !setting.set(platform.behaviour, value))
            return std::string("--") + setting.name + " must be " + setting.values + ", not " + value;
    }
    platform.world.remember = platform.behaviour.lag;
    platform.remember_asked = false;
    for (const auto& organisation : platform.world.organisations)
        platform.authorizations[organisation.id] = {"Bearer " + options.token, "JWT " + options.token};
    return {};
}

ServerOptions server_options(const Options& options) {
    ServerOptions server;
    server.port = options.port;
    server.control_port = options.control_port;
    server.gzip = !options.no_gzip;
    server.latency = std::chrono::milliseconds(static_cast<int>(options.latency * 1000));
    if (!options.certificate.empty())
        server.tls = {options.certificate, options.key};
    return server;
}

void introduce(const Options& options, const World& world, const Server& server) {
    const std::string& first = world.organisations.front().id;
    std::cout << "The simulated platform is up.\n\n"
              << "  API       " << server.url() << "\n  control   " << server.control_url()
              << "  (GET / lists what it does)\n  token     " << options.token << "\n\n  organisations\n";
    for (const auto& organisation : world.organisations)
        std::cout << "    " << organisation.id << "  " << organisation.name << ", "
                  << organisation.connectors.size() << " connectors\n";
    std::cout << "\nLook at it\n\n  curl -H 'Authorization: Bearer " << options.token << "' '" << server.url()
              << "/o/" << first
              << "/connectors?first=2'\n\nMirror it once, without a configuration\n\n  VERSORI_TOKEN="
              << options.token << " versori-mirror sync --url " << server.url();
    for (const auto& organisation : world.organisations)
        std::cout << " -o " << organisation.id;
    std::cout << "\n\nMirror it all the time, with this as versori-mirror.toml and VERSORI_TOKEN="
              << options.token
              << " in the environment\n\n  [mirror]\n  database = \"./mirror.db\"\n\n  [platform]\n  url = \""
              << server.url() << "\"\n\n  [schedule]\n  interval = \"10s\"\n";
    for (const auto& organisation : world.organisations)
        std::cout << "\n  [[organisation]]\n  id = \"" << organisation.id << "\"\n  name = \""
                  << organisation.name << "\"\n  token_env = \"VERSORI_TOKEN\"\n";
    std::cout << "\nChange something upstream\n\n  curl -X POST '" << server.control_url()
              << "/mutate?count=5'\n\n"
              << "Ctrl-C ends it.\n"
              << std::flush;
}

bool write_ports(const std::string& path, const Server& server) {
    std::string beside = path + ".new";
    std::ofstream file(beside);
    file << server.port() << " " << server.control_port() << "\n";
    file.close();
    return file && std::rename(beside.c_str(), path.c_str()) == 0;
}

// Edits the world from time to time until SIGTERM or SIGINT, which the caller has blocked.
void live(const Options& options, const sigset_t& end, Server& server) {
    std::mt19937_64 random(options.seed.seed);
    auto pause = std::chrono::nanoseconds(static_cast<std::int64_t>(options.mutate_every * 1e9));
    timespec wait{static_cast<time_t>(pause.count() / 1'000'000'000), pause.count() % 1'000'000'000};
    while (sigtimedwait(&end, nullptr, options.mutate_every > 0 ? &wait : nullptr) < 0) {
        if (errno != EAGAIN)
            continue;
        server.with([&](Platform& platform) {
            World& world = platform.world;
            world.now = std::max(world.now, wall_clock());
            for (int i = 0; i < options.mutations; ++i) {
                const auto& organisation = world.organisations[random() % world.organisations.size()];
                std::string org = organisation.id, name = organisation.name;
                std::cout << name << ": " << world.random_mutation(random, org) << "\n";
            }
            std::cout << std::flush;
        });
    }
}

int serve(const Options& options, const sigset_t& end) {
    World world = World::seeded(options.seed);
    if (!options.first_id.empty())
        world.organisations.front().id = options.first_id;
    Platform platform(world);
    if (std::string wrong = apply(options, platform); !wrong.empty()) {
        std::cerr << "versori-platform: " << wrong << "\n";
        return 64;
    }
    Server server(platform, server_options(options));
    if (!options.port_file.empty() && !write_ports(options.port_file, server)) {
        std::cerr << "versori-platform: " << options.port_file << " could not be written\n";
        return 74;
    }
    introduce(options, world, server);
    live(options, end, server);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    options.seed.now = std::chrono::floor<std::chrono::seconds>(wall_clock());
    CLI::App app(
        "A simulated Versori platform: both endpoints that versori-mirror reads, over a made-up world");
    describe(app, options);
    CLI11_PARSE(app, argc, argv);

    sigset_t end;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigaddset(&end, SIGINT);
    pthread_sigmask(SIG_BLOCK, &end, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return serve(options, end);
    } catch (const std::exception& failure) {
        std::cerr << "versori-platform: " << failure.what() << "\n";
        return 1;
    }
}
