#pragma once

namespace versori::model {

// What came with a page may be secret, so no memory holds it longer than somebody needs it: in this program a
// block of the C++ heap is overwritten or unmapped when it is given back (wiped.cpp replaces operator new and
// delete), and memory that a walk took does not stay with the process. Not where a sanitizer watches over the
// heap.

// Overwrites what calls that have returned left on the stack below the caller, and unmaps the large blocks
// that were kept to be used again. For the end of a walk, and of its pages.
void forget() noexcept;

} // namespace versori::model
