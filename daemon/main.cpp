#include "daemon/cli/arguments.hpp"

int main(int argc, char** argv) {
    return versori::cli::main(argc, argv);
}
