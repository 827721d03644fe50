#pragma once

#include "tests/process/site.hpp"

#include <string>
#include <vector>

namespace versori::process {

// The lines of all files of a feed, the oldest first.
std::vector<std::string> feed_lines(const std::string& path);

// Of a mirror_id each seq stands in the feed in order, from 1 and without a gap, and wherever it stands it is
// the same record; the present mirror's records stand there as the table has them. Else what is wrong.
std::string feed_fault(const Site&, const std::string& path);

} // namespace versori::process
