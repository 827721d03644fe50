#pragma once

namespace versori::model {

// What came with a page may be secret, so no memory holds it longer than somebody needs it: in this program a
// block of the C++ heap is overwritten when it is given back (wiped.cpp replaces operator new and delete).
// Not where a sanitizer watches over the heap.

// The same for the stack: overwrites what calls that have returned left below the caller.
void wipe_stack() noexcept;

} // namespace versori::model
