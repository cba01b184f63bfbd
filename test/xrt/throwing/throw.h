// The plugin linked so that any of its calls into XRT can be made to throw (build.sh: ld --wrap for every function of
// XRT that it calls, but destructors, which no library lets throw). In: which call, and what it throws. Out: whether
// it was reached.
#pragma once

#include <cstdint>

extern "C" {
// From now on the `call`-th call into XRT throws, counted from 1; what: 0 a std::runtime_error, 1 a std::system_error
// as of a device that is gone, 2 std::bad_alloc, 3 something that is no std::exception.
__attribute__((visibility("default"))) void throwing_arm(uint32_t call, uint32_t what);
// The number of calls since then.
__attribute__((visibility("default"))) uint32_t throwing_calls();
}
