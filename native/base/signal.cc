#include "base/signal.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tilescribe {
namespace {

// About 50 us on a 3 GHz core: longer than a step of the decoder leaves a thread idle, shorter than
// anybody would notice on the power meter.
constexpr int kSpins = 4000;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// The kernel wants the address of the number itself, which an atomic of 32 bits is.
static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t) && std::atomic<uint32_t>::is_always_lock_free);

}  // namespace

void Signal::wait(uint32_t old) {
  for (int spins = 0; spins < kSpins; spins++) {
    if (value_.load(std::memory_order_acquire) != old) return;
    relax();
  }
  // Both sides write before they read the other's number, in one order for all: whoever changes the value sees
  // a sleeper, or the sleeper sees the value. Between its look and its sleep the kernel compares once more.
  sleepers_.fetch_add(1);
  while (value_.load() == old) {
    syscall(SYS_futex, &value_, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
  }
  sleepers_.fetch_sub(1);
}

void Signal::change() {
  value_.fetch_add(1);
  if (sleepers_.load() != 0) syscall(SYS_futex, &value_, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace tilescribe
