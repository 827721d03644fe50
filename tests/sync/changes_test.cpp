#include "tests/sync/rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

// Which change records a walk writes: these, and no others.
namespace versori::sync {
namespace {

using Lines = std::vector<std::string>;

// Doctest shows no vectors.
std::string lines(const Lines& some) {
    std::string out;
    for (const std::string& line : some)
        out += line + "\n";
    return out;
}

std::string lines(std::initializer_list<const char*> some) {
    return lines(Lines(some.begin(), some.end()));
}

struct Fixture : Rig {
    explicit Fixture(std::initializer_list<const char*> connectors, int page_size = 10)
        : Rig(connectors, page_size) {}

    // The records of the first walk are not looked at.
    void mirrored() {
        REQUIRE(walk().ending == WalkResult::Ending::settled);
        REQUIRE(rows() == expected());
        news();
    }
    std::string walk_and_tell() {
        walk();
        return lines(news());
    }
    // What `connector` embeds of the credential from now on, whatever the others embed.
    platform::Credential& own_copy(const std::string& connector, const std::string& credential) {
        auto& copy = organisation().overrides[{connector, credential}];
        if (copy.id.empty())
            copy = this->credential(credential);
        return copy;
    }
};

// A and B both embed C, A is listed first.
struct Shared : Fixture {
    explicit Shared(int page_size = 10) : Fixture({"B", "A"}, page_size) {
        for (const char* id : {"B", "A"}) {
            connect(id, std::string("in ") + id);
            link(id, std::string("in ") + id, "L", "C");
        }
    }
    std::string name() { return value("SELECT name FROM credentials"); }
};

platform::Usage usage(const std::string& connection) {
    platform::Usage made;
    made.connection_id = made.connection_name = connection;
    return made;
}

TEST_CASE("nothing changed: nothing is recorded, however the times are spelled") {
    Fixture rig({"A", "B"});
    rig.connect("A", "N");
    rig.link("A", "N", "L", "C");
    rig.add_version("B", "1.0");
    rig.mirrored();
    CHECK(rig.walk_and_tell() == "");
    rig.world.spelling = 7;
    CHECK(rig.walk_and_tell() == "");
}

TEST_CASE("two documents of one connector in a walk: the later one counts") {
    Fixture rig({"A", "B"}, 1);
    rig.mirrored();
    rig.world.rename(rig.org, "A", "first");
    rig.before_pages({{}, [&] {
                          rig.world.rename(rig.org, "A", "second");
                          rig.add("X");
                      }});
    CHECK(rig.walk_and_tell() == lines({"update connectors A name,updated_at", "insert connectors X"}));
    CHECK(rig.value("SELECT name FROM connectors WHERE connector_id = 'A'") == "second");
}

TEST_CASE("the same credential embedded with different content: the copy read last counts, every walk") {
    Shared rig;
    rig.own_copy("A", "C").name = "of A";
    rig.own_copy("B", "C").name = "of B";
    rig.mirrored();
    CHECK(rig.name() == "of B");
    CHECK(rig.walk_and_tell() == "");

    rig.own_copy("A", "C").name = "of A again";
    CHECK(rig.walk_and_tell() == "");
    CHECK(rig.name() == "of B");

    rig.own_copy("B", "C").name = "of B again";
    CHECK(rig.walk_and_tell() == lines({"update credentials C name"}));
    CHECK(rig.name() == "of B again");

    rig.touch("B"); // B is listed first now
    CHECK(rig.walk_and_tell() == lines({"update credentials C name", "update connectors B updated_at"}));
    CHECK(rig.name() == "of A again");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("copies that differ leave no trace in a walk that is written in several batches") {
    Shared rig(1);
    rig.add("0");
    rig.add("9", rig.connector("B").updated_at - std::chrono::hours{1});
    rig.own_copy("B", "C").name = "of B";
    rig.mirrored();
    rig.plan.commit_batch = 1;
    rig.touch("A");
    CHECK(rig.walk_and_tell() == lines({"update connectors A updated_at"}));
    for (int i = 0; i < 3; ++i)
        CHECK(rig.walk_and_tell() == "");
    CHECK(rig.name() == "of B");
    rig.own_copy("B", "C").name = "of B again";
    CHECK(rig.walk_and_tell() == lines({"update credentials C name"}));
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("a listed connector asked for as a control does not say which copy counts") {
    Shared rig;
    rig.add("Z");
    rig.own_copy("B", "C").name = "of B";
    rig.mirrored();
    rig.remove("Z");
    CHECK(rig.walk_and_tell() == lines({"delete connectors Z not_found"}));
    CHECK(rig.name() == "of B");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("the copy that counted goes: the row is what the remaining ones say") {
    Shared rig;
    rig.own_copy("B", "C").name = "of B";
    rig.mirrored();
    CHECK(rig.name() == "of B");
    SUBCASE("by a lost link") {
        rig.world.detach_credential(rig.org, "B", "in B", "L");
        CHECK(rig.walk_and_tell() ==
              lines({"update credentials C name", "update connectors B updated_at",
                     "update connections B/in B updated_at", "delete connection_credentials B/in B/action/L",
                     "delete auth_schemes B/scheme"}));
    }
    SUBCASE("with its connector") {
        rig.remove("B");
        rig.walk();
        rig.walk();
    }
    CHECK(rig.name() == "C");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("a change that was taken back between two pages leaves no trace") {
    Shared rig;
    rig.mirrored();
    // B is read as it is, A with another name; then A loses the credential, and the name is again what it
    // was.
    rig.touch("B");
    rig.walk();
    rig.news();
    rig.platform.between_requests = [&] { rig.credential("C").name = "for a moment"; };
    rig.own_copy("B", "C").name = "C";
    rig.walk();
    CHECK(rig.name() == "for a moment");
    rig.platform.between_requests = {};
    rig.credential("C").name = "C";
    rig.world.detach_credential(rig.org, "A", "in A", "L");
    rig.walk();
    CHECK(rig.name() == "C");
    CHECK(rig.rows() == rig.expected());
}

TEST_CASE("a credential whose usages only one copy has keeps those, and gets that copy's new ones") {
    Shared rig;
    rig.own_copy("A", "C").usages = {usage("in A")};
    rig.mirrored();
    CHECK(rig.select("SELECT connection_id FROM credential_usages") == Lines{"in A"});
    CHECK(rig.value("SELECT usages_loaded FROM credentials") == "1");

    SUBCASE("the other copy is read again") {
        rig.touch("B");
        CHECK(rig.walk_and_tell() == lines({"update connectors B updated_at"}));
    }
    SUBCASE("both copies are read again") {
        rig.own_copy("A", "C").usages->push_back(usage("elsewhere"));
        rig.touch("B");
        rig.touch("A");
        CHECK(rig.walk_and_tell() ==
              lines({"insert credential_usages C/elsewhere", "update connectors A updated_at",
                     "update connectors B updated_at"}));
    }
    SUBCASE("likewise errors") {
        rig.own_copy("A", "C").errors = {{"refused"}};
        rig.touch("B");
        rig.touch("A");
        CHECK(rig.walk_and_tell() ==
              lines({"update credentials C valid", "insert credential_errors C/0",
                     "update connectors A updated_at", "update connectors B updated_at"}));
    }
}

TEST_CASE("a secret rotated silently is one record") {
    Shared rig;
    rig.credential("C").type = "string";
    rig.credential("C").data = {{"value", "CANARY-1"}};
    rig.mirrored();
    rig.credential("C").data = {{"value", "CANARY-2"}};
    CHECK(rig.walk_and_tell() == lines({"update credentials C secret_fingerprint"}));
}

TEST_CASE("a connection that moved to another connector") {
    Fixture rig({"A", "B"});
    rig.connect("A", "N");
    rig.link("A", "N", "L", "C");
    rig.mirrored();
    rig.world.move_connection(rig.org, "A", "N", "B");
    CHECK(rig.walk_and_tell() ==
          lines({"update connectors B updated_at", "insert auth_schemes B/scheme", "insert connections B/N",
                 "insert connection_credentials B/N/action/L", "update connectors A updated_at",
                 "delete connection_credentials A/N/action/L", "delete connections A/N",
                 "delete auth_schemes A/scheme"}));
}

TEST_CASE("a version renamed") {
    Fixture rig({"A"});
    rig.add_version("A", "1.0");
    rig.add_version("A", "2.0");
    rig.mirrored();
    rig.world.rename_version(rig.org, "A", "1.0", "one");
    CHECK(rig.walk_and_tell() ==
          lines({"update connectors A updated_at", "update versions A/1.0 name,updated_at"}));
}

TEST_CASE("isLatest moving between versions") {
    Fixture rig({"A"});
    rig.add_version("A", "1.0").is_latest = true;
    rig.add_version("A", "2.0");
    rig.add_version("A", "3.0");
    rig.mirrored();
    rig.world.make_latest(rig.org, "A", "2.0");
    CHECK(rig.walk_and_tell() == lines({"update connectors A updated_at", "update versions A/1.0 is_latest",
                                        "update versions A/2.0 is_latest,updated_at"}));
}

TEST_CASE("all children reordered: only what has a position says so") {
    Fixture rig({"A"});
    for (const char* id : {"M", "N"})
        rig.connect("A", id);
    for (const char* id : {"1.0", "2.0", "3.0"})
        rig.add_version("A", id);
    rig.connector("A").tags = {{"one", {"x"}}, {"two", {"y"}}};
    rig.connector("A").variables = {{"one", "1", {}}, {"two", "2", {}}};
    auto reverse = [](auto& items) { std::ranges::reverse(items); };
    auto reverse_all = [&] {
        reverse(rig.connector("A").connections);
        reverse(rig.connector("A").versions);
        reverse(*rig.connector("A").tags);
        reverse(*rig.connector("A").variables);
        reverse(rig.connector("A").auth_schemes);
        rig.touch("A");
    };
    SUBCASE("without positions") {
        rig.mirrored();
        reverse_all();
        CHECK(rig.walk_and_tell() == lines({"update connectors A updated_at"}));
    }
    SUBCASE("with positions") {
        rig.link("A", "N", "K", "C");
        rig.link("A", "N", "L", "C");
        for (const char* id : {"s", "t"})
            rig.connector("A").auth_schemes.push_back({id, "", "none", {}, {}});
        rig.mirrored();
        reverse_all();
        reverse(*rig.world.connection(rig.org, "A", "N").action);
        CHECK(
            rig.walk_and_tell() ==
            lines({"update connectors A updated_at", "update auth_schemes A/s position",
                   "update auth_schemes A/t position", "update connection_credentials A/N/action/K position",
                   "update connection_credentials A/N/action/L position"}));
    }
}

TEST_CASE("a connector comes parents first and goes children first") {
    Fixture rig({"A"});
    rig.mirrored();
    rig.add("B");
    rig.connect("B", "N");
    rig.link("B", "N", "L", "C");
    rig.add_version("B", "1.0");
    CHECK(rig.walk_and_tell() ==
          lines({"insert credentials C", "insert connectors B", "insert auth_schemes B/scheme",
                 "insert connections B/N", "insert connection_credentials B/N/action/L",
                 "insert versions B/1.0"}));
    rig.remove("B");
    CHECK(rig.walk_and_tell() == lines({"delete versions B/1.0", "delete connection_credentials B/N/action/L",
                                        "delete connections B/N", "delete auth_schemes B/scheme",
                                        "delete connectors B not_found", "delete credentials C"}));
}

} // namespace
} // namespace versori::sync
