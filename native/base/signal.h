// A number that threads wait for to change: they spin for a short while, then sleep in the kernel (futex(2)).
//
// Sleeping, not yielding: two threads that wait for each other by turns may have been put on one core, and a
// scheduler that sees both runnable leaves them there for long; one that wakes finds an idle core. On a busy machine
// there is none, and whoever spins only keeps the other from running: so a wait in vain makes the next ones short.
#pragma once

#include <atomic>
#include <cstdint>

namespace tilescribe {

class Signal {
 public:
  uint32_t value() const { return value_.load(std::memory_order_acquire); }

  // Returns once the value is not `old` any more. What was written before the change is seen after it.
  void wait(uint32_t old);

  // Adds one and wakes all who wait.
  void change();

 private:
  alignas(64) std::atomic<uint32_t> value_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  // Hints alone, so that it does not matter who sees which: how many waits from now on spin but shortly, and how
  // many it will be after the next one in vain.
  std::atomic<int> hurried_{0};
  std::atomic<int> next_hurried_{1};
};

}  // namespace tilescribe
