#pragma once

#include "daemon/cli/progress.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <string_view>

namespace versori::cli {

// Walks under way as lines at the bottom of the terminal behind standard output, ten times a second at most.
// Where that is no terminal, nothing but a plain line at each walk's end.
class ProgressDisplay {
public:
    ProgressDisplay(boost::asio::io_context&, std::size_t label_width, bool colored);

    void advance(const sync::Walker&, const sync::Progress&);
    void pause(const sync::Walker&, const api::Pause&);
    // The walk has ended: a line that stays, in place of its own.
    void close(const sync::Ended&);
    // Room for other lines, on standard error; what was drawn comes back by itself.
    void clear();
    // No more lines, and no timer that keeps the io_context busy.
    void end();

private:
    Advance& line_of(const sync::Walker&);
    void tick();

    bool shown_, colored_, ticking_ = false;
    std::size_t label_width_;
    Screen screen_;
    boost::asio::steady_timer timer_;
    std::list<Advance> under_way_;
};

} // namespace versori::cli
