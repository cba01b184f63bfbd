// A persistent pool of worker threads that all run the same function, and a barrier inside it.
//
// Whisper's decoder needs some fifty hand-overs a token, each a few microseconds of work, so waking
// threads through the kernel each time would cost more than the work: all waiting is by Signal, which spins
// before it sleeps.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/signal.h"

namespace tilescribe {

class ThreadPool {
 public:
  // `threads` >= 1 is how many run a task, the caller included.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

  // Runs task(thread) on every thread, 0 to threads()-1, the caller being thread 0, and returns when all
  // are done. One task at a time; task must not throw.
  void run(const std::function<void(int)>& task);

  // To be called by every thread of a running task; returns when all have called it. What was written
  // before it is seen by all after it.
  void barrier();

  // Inside a task: the next index of a loop of dynamic length, shared by all threads. `reset_counter`
  // must be separated from `next` by a barrier or the start of the task.
  int next() { return counter_.fetch_add(1, std::memory_order_relaxed); }
  void reset_counter();

  // The same for a loop of `count` items of which each thread has a share of its own (split_range): first the next of
  // that, then what others have left of theirs, then `count`. Loops over the same items so find in a thread's cache
  // what it wrote there.
  int next_own(int thread, int count);

 private:
  void work(int thread);

  const int threads_;
  std::vector<std::thread> workers_;
  const std::function<void(int)>* task_ = nullptr;
  Signal begun_;     // with each task
  Signal finished_;  // when all workers are done with it
  Signal phase_;     // with each barrier
  alignas(64) std::atomic<int> running_{0};
  alignas(64) std::atomic<int> arrived_{0};
  std::atomic<bool> stop_{false};
  alignas(64) std::atomic<int> counter_{0};
  // How many of each thread's share are taken.
  struct Taken {
    alignas(64) std::atomic<int> items{0};
  };
  const std::unique_ptr<Taken[]> taken_;
};

// Part `index` of `count` of the range [0, length), in whole multiples of `grain`.
struct Range {
  int begin;
  int end;
};
Range split_range(int length, int grain, int index, int count);

}  // namespace tilescribe
