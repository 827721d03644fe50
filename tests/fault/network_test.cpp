#include "tests/fault/things.hpp"
#include "tests/fault/tries.hpp"

#include <doctest/doctest.h>

// Each request of a walk meets each failure that a network, a gateway or a platform has to offer.
namespace versori::fault {
namespace {

using platform::Answer;
using platform::Fault;
using platform::Wire;

Fault answered(unsigned status, std::string body, std::string type) {
    Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.content_type = std::move(type);
    return Fault::with(std::move(answer));
}

struct Kind {
    std::string name;
    Fault fault;
};

std::vector<Kind> kinds() {
    return {
        {"timeout", Fault::on_wire(Wire::silent)},
        {"connection lost", Fault::on_wire(Wire::reset)},
        {"500", Fault::status(500)},
        {"a gateway's 404", answered(404, "<html>404 page not found</html>", "text/html")},
        {"403", Fault::status(403)},
        {"a body cut short", Fault::on_wire(Wire::short_length)},
        {"garbage", answered(200, "\xff\xfe{]", "application/json")},
        {"another document", answered(200, "{}", "application/json")},
    };
}

// False when the walk came to its end before the n-th request.
bool fail_request(Trial& trial, Tries& tries, const Kind& kind, int n, bool lasting) {
    trial.edit(3);
    trial.remove_connector();
    Tables before = trial.rig.rows();
    int requests = 0;
    auto meets = [&](const platform::Ask&) { return ++requests == n || (lasting && requests > n); };
    trial.rig.platform.fail_when(meets, kind.fault);
    trial.walk();
    trial.rig.platform.clear_faults();
    auto wrong = neither_old_nor_new(before, trial.rig.rows(), trial.expected());
    Findings found = trial.look_and_walk();
    if (!wrong.empty())
        found.torn = wrong;
    if (requests >= n)
        tries.judge(trial, found,
                    kind.name + " at request " + std::to_string(n) + (lasting ? " and after it" : ""));
    return requests >= n;
}

} // namespace

TEST_CASE("every request of a walk fails, once or for good") {
    Tries tries("each request of a walk fails");
    for (const Kind& kind : kinds())
        for (bool lasting : {false, true}) {
            Trial trial({.seed = lasting ? 2u : 1u, .connectors = 8});
            trial.walk();
            for (int n = 1; fail_request(trial, tries, kind, n, lasting); n += long_form() ? 1 : 3) {
            }
        }
    tries.conclude();
}

} // namespace versori::fault
