#include "daemon/api/resolver.hpp"

#include "tests/api/loopback.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace versori;
using namespace versori::api;
using namespace std::chrono_literals;
using loopback::run;
namespace asio = boost::asio;

namespace {

Result<Addresses> resolve_within(std::chrono::milliseconds limit, Lookup lookup, std::string host) {
    asio::io_context context;
    return run(context,
               resolve(std::move(lookup), std::move(host), std::chrono::steady_clock::now() + limit));
}

} // namespace

TEST_CASE("a name is looked up") {
    auto addresses = resolve_within(
        5s,
        [](const std::string& host) -> Result<Addresses> {
            CHECK(host == "platform.example");
            return Addresses{asio::ip::make_address("192.0.2.1"), asio::ip::make_address("2001:db8::1")};
        },
        "platform.example");
    REQUIRE(addresses.has_value());
    REQUIRE(addresses->size() == 2);
    CHECK(addresses->at(1).to_string() == "2001:db8::1");
}

TEST_CASE("an address needs no lookup") {
    Lookup none = [](const std::string&) -> Result<Addresses> { return Failure{errc::resolve, "asked"}; };
    CHECK(resolve_within(5s, none, "192.0.2.1")->front().to_string() == "192.0.2.1");
    CHECK(resolve_within(5s, none, "2001:db8::1")->front().to_string() == "2001:db8::1");
}

TEST_CASE("a lookup that fails, or throws") {
    Lookup failing = [](const std::string&) -> Result<Addresses> {
        return Failure{errc::resolve, "no such name"};
    };
    auto addresses = resolve_within(5s, failing, "platform.example");
    CHECK(addresses.error().message == "no such name");
    Lookup throwing = [](const std::string&) -> Result<Addresses> {
        throw std::runtime_error("out of luck");
    };
    addresses = resolve_within(5s, throwing, "platform.example");
    CHECK(addresses.error().code == errc::resolve);
    CHECK(addresses.error().message == "platform.example could not be resolved: out of luck");
}

TEST_CASE("a lookup that takes too long is left behind") {
    auto never = std::make_shared<std::promise<void>>();
    std::shared_future<void> released = never->get_future().share();
    Lookup slow = [released](const std::string&) -> Result<Addresses> {
        released.wait();
        return Addresses{};
    };
    auto addresses = resolve_within(20ms, slow, "platform.example");
    REQUIRE(addresses.has_error());
    CHECK(addresses.error().code == errc::timeout);
    CHECK(addresses.error().message == "platform.example was not resolved within the time limit");
    never->set_value();
}

TEST_CASE("the system knows this machine, and not what cannot be") {
    auto addresses = system_lookup("localhost");
    REQUIRE(addresses.has_value());
    CHECK(addresses->front().is_loopback());
    auto none = system_lookup("no such host.invalid");
    REQUIRE(none.has_error());
    CHECK(none.error().code == errc::resolve);
    CHECK(none.error().message.starts_with("no such host.invalid could not be resolved: "));
}
