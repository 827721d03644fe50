#include "tests/platform/direct_transport.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

namespace versori::platform {
namespace {

TEST_CASE("answers and failures reach the client without a network") {
    World world = World::seeded({.organisations = 1, .connectors = 3});
    Platform platform(world);
    DirectTransport transport(platform);
    std::string target = "/api/connect/v1/o/" + world.organisations[0].id + "/connectors";
    platform.authorizations[world.organisations[0].id] = {"Bearer one"};
    auto send = [&] {
        boost::asio::io_context context;
        auto answer = boost::asio::co_spawn(context, transport.send({target, model::Secret("Bearer one")}),
                                            boost::asio::use_future);
        context.run();
        return answer.get();
    };

    auto page = send();
    REQUIRE(page.has_value());
    CHECK(page->status == 200);
    CHECK(page->body.starts_with("{\"totalCount\":3,"));

    platform.fail_next(Fault::status(429, {{"Retry-After", "3"}}));
    CHECK(send()->retry_after == "3");
    for (auto [wire, code] : {std::pair{Wire::cut, errc::connection_lost},
                              {Wire::silent, errc::timeout},
                              {Wire::garbage, errc::bad_http},
                              {Wire::bomb, errc::too_large}}) {
        platform.fail_next(Fault::on_wire(wire));
        CHECK(send().error().code == code);
    }
}

} // namespace
} // namespace versori::platform
