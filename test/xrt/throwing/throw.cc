#include "test/xrt/throwing/throw.h"

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace {

uint32_t calls = 0;
uint32_t fatal_call = 0;
uint32_t kind = 0;

}  // namespace

void throwing_arm(uint32_t call, uint32_t what) {
  calls = 0;
  fatal_call = call;
  kind = what;
}

uint32_t throwing_calls() { return calls; }

// Called by every wrapper (wrap.sh) with the arguments of XRT's function put aside.
extern "C" void throwing_before_call() {
  if (++calls != fatal_call) return;
  switch (kind) {
    case 0: throw std::runtime_error("thrown by the test");
    case 1: throw std::system_error(ENODEV, std::generic_category(), "thrown by the test");
    case 2: throw std::bad_alloc();
    default: throw 7;
  }
}
