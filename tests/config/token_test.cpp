#include "daemon/config/token.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace versori::config {
namespace {

class Directory {
public:
    Directory() {
        std::string pattern = std::filesystem::temp_directory_path() / "versori-token-XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~Directory() { std::filesystem::remove_all(path_); }

    std::string path(const std::string& name) const { return path_ + '/' + name; }

    std::string write(const std::string& name, const std::string& contents, mode_t mode = 0600) const {
        auto file = path(name);
        std::ofstream{file, std::ios::binary} << contents;
        ::chmod(file.c_str(), mode);
        return file;
    }

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

Environment fake(std::map<std::string, std::string> variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    };
}

std::string token_of(const TokenSource& source, const Environment& environment = fake({})) {
    auto token = read_token(source, environment);
    return token ? "token " + std::string{token->value()} : token.error().message;
}

TEST_CASE("a token file holds the token, white space at its end aside") {
    Directory directory;
    struct Case {
        std::string contents;
        std::string token;
    };
    const Case cases[] = {
        {"abc", "abc"},
        {"abc\n", "abc"},
        {"abc\r\n\n \t", "abc"},
        {"eyJhbGciOi.J9-_~+/=", "eyJhbGciOi.J9-_~+/="},
        {std::string(64 << 10, 'x'), std::string(64 << 10, 'x')},
    };
    for (const auto& c : cases) {
        CAPTURE(c.contents);
        auto file = directory.write("t", c.contents);
        CHECK(token_of(TokenFile{file}) == "token " + c.token);
    }
}

TEST_CASE("a token file that will not do is refused with what to do, and its contents are never repeated") {
    Directory directory;
    struct Case {
        const char* name;
        std::string contents;
        std::string message;
    };
    const std::string many =
        " holds more than one word or line; it must hold the token alone, without \"Bearer\"";
    const std::string odd = " holds characters other than visible ASCII, which no token has; write it again";
    const Case cases[] = {
        {"empty", "", " is empty; put the token there"},
        {"blank", " \n\n", " is empty; put the token there"},
        {"the whole header", "Bearer hunter2\n", many},
        {"two lines", "hunter2\nhunter3\n", many},
        {"space before", " hunter2", many},
        {"a control character", "hunter2\x01", odd},
        {"a zero byte", std::string("hunter2\0", 8), odd},
        {"not ASCII", "hünter2", odd},
        {"a byte order mark", "\xef\xbb\xbfhunter2", odd},
        {"too large", std::string((64 << 10) + 1, 'x'), " is larger than 64 KiB, which no token is"},
        {"too large by blanks", "hunter2" + std::string(64 << 10, ' ') + "3",
         " is larger than 64 KiB, which no token is"},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string{c.name});
        auto file = directory.write("t", c.contents);
        CHECK(token_of(TokenFile{file}) == "the token file " + file + c.message);
    }
}

TEST_CASE("a token file that others may read, write or run is refused with the command that helps") {
    Directory directory;
    for (mode_t mode : {0604, 0602, 0601, 0644, 0666, 0777}) {
        CAPTURE(mode);
        auto file = directory.write("t", "hunter2", mode);
        auto token = read_token(TokenFile{file}, fake({}));
        REQUIRE(token.has_error());
        CHECK(token.error().code == errc::no_token);
        CHECK(token.error().message ==
              "the token file " + file + " is open to every user of this machine; run: chmod o-rwx " + file);
    }
    for (mode_t mode : {0600, 0400, 0640, 0660}) {
        CAPTURE(mode);
        CHECK(token_of(TokenFile{directory.write("t", "hunter2", mode)}) == "token hunter2");
    }
}

TEST_CASE("what is no file is refused without waiting for it") {
    Directory directory;
    CHECK(token_of(TokenFile{directory.path("none")}) ==
          "the token file " + directory.path("none") + " cannot be read: No such file or directory");
    CHECK(token_of(TokenFile{directory.path()}) ==
          "the token file " + directory.path() +
              " is not a regular file; name the file that holds the token");
    auto pipe = directory.path("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(token_of(TokenFile{pipe}) ==
          "the token file " + pipe + " is not a regular file; name the file that holds the token");
}

TEST_CASE("a token in the place of its file's path is not repeated") {
    const std::string hint = "; name the file, not the token";
    CHECK(token_of(TokenFile{"hunter2"}) ==
          "the token file cannot be read: No such file or directory" + hint);
    CHECK(token_of(TokenFile{"hunter2/3"}) ==
          "the token file cannot be read: No such file or directory" + hint);
    CHECK(token_of(TokenFile{std::string(1000, 'x')}) ==
          "the token file cannot be read: File name too long" + hint);
}

TEST_CASE("a token from the environment") {
    auto environment = fake({{"GOOD", "hunter2\n"}, {"EMPTY", ""}, {"TWO", "hunter2 hunter3"}});
    CHECK(token_of(TokenEnv{"GOOD"}, environment) == "token hunter2");
    CHECK(token_of(TokenEnv{"NONE"}, environment) ==
          "the environment variable NONE is not set; set it to the token and restart");
    CHECK(token_of(TokenEnv{"EMPTY"}, environment) ==
          "the environment variable EMPTY is empty; put the token there");
    CHECK(token_of(TokenEnv{"TWO"}, environment) == "the environment variable TWO holds more than one word "
                                                    "or line; it must hold the token alone, without "
                                                    "\"Bearer\"");
}

TEST_CASE("a token from a systemd credential, whose directory guards it, not its mode") {
    Directory directory;
    directory.write("acme", "hunter2\n", 0444);
    directory.write("empty", "");
    auto environment = fake({{"CREDENTIALS_DIRECTORY", directory.path()}});
    CHECK(token_of(TokenCredential{"acme"}, environment) == "token hunter2");
    CHECK(token_of(TokenCredential{"empty"}, environment) ==
          "the systemd credential empty is empty; put the token there");
    CHECK(token_of(TokenCredential{"globex"}, environment) ==
          "the systemd credential globex is missing; add the line LoadCredential=globex:/path/to/token to "
          "the unit's "
          "[Service] section");
    CHECK(token_of(TokenCredential{"globex"}, fake({})) ==
          "the systemd credential globex is missing, since $CREDENTIALS_DIRECTORY is not set; add the line "
          "LoadCredential=globex:/path/to/token to the unit's [Service] section");
    std::filesystem::create_symlink("loop", directory.path("loop"));
    CHECK(token_of(TokenCredential{"loop"}, environment) ==
          "the systemd credential loop cannot be read: Too many levels of symbolic links; add the line "
          "LoadCredential=loop:/path/to/token to the unit's [Service] section");
}

TEST_CASE("the stamp of a token file changes when it is written, replaced or given other rights") {
    Directory directory;
    TokenSource source = TokenFile{directory.path("t")};
    CHECK_FALSE(token_stamp(source).has_value());

    directory.write("t", "one", 0644);
    auto first = token_stamp(source);
    REQUIRE(first.has_value());
    CHECK((token_stamp(source) == first));

    auto changed_after = [&](auto change) {
        auto before = token_stamp(source);
        change();
        return !(token_stamp(source) == before);
    };
    CHECK(changed_after([&] { directory.write("t", "three", 0644); }));
    CHECK(changed_after([&] {
        auto next = directory.write("next", "three", 0644);
        std::filesystem::rename(next, directory.path("t"));
    }));
    CHECK(changed_after([&] {
        timespec times[2] = {{100, 0}, {100, 1}};
        ::utimensat(AT_FDCWD, directory.path("t").c_str(), times, 0);
    }));
    CHECK(changed_after([&] { std::filesystem::remove(directory.path("t")); }));
}

TEST_CASE("sources that change only by a restart have no stamp") {
    CHECK_FALSE(token_stamp(TokenEnv{"PATH"}).has_value());
    CHECK_FALSE(token_stamp(TokenCredential{"acme"}).has_value());
}

} // namespace
} // namespace versori::config
