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
// Less than the kernel takes to put a thread to sleep and wake it.
constexpr int kFewSpins = 50;
constexpr int kMostHurried = 64;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// The kernel wants the address of the number itself, which an atomic of 32 bits is.
static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t) && std::atomic<uint32_t>::is_always_lock_free);

}  // namespace

void Signal::wait(uint32_t old) {
  const int hurried = hurried_.load(std::memory_order_relaxed);
  const int most = hurried > 0 ? kFewSpins : kSpins;
  for (int spins = 0; spins < most; spins++) {
    if (value_.load(std::memory_order_acquire) != old) {
      if (hurried > 0) hurried_.store(0, std::memory_order_relaxed);
      next_hurried_.store(1, std::memory_order_relaxed);
      return;
    }
    relax();
  }
  if (hurried > 0) {
    hurried_.store(hurried - 1, std::memory_order_relaxed);
  } else {
    const int next = next_hurried_.load(std::memory_order_relaxed);
    hurried_.store(next, std::memory_order_relaxed);
    next_hurried_.store(next < kMostHurried ? 2 * next : kMostHurried, std::memory_order_relaxed);
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
