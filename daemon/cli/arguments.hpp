#pragma once

namespace versori::cli {

// Runs the command that the arguments name; gives the exit status.
int main(int argc, char** argv);

} // namespace versori::cli
