#include "base/thread_pool.h"

#include <algorithm>

namespace tilescribe {

ThreadPool::ThreadPool(int threads) : threads_(std::max(1, threads)), taken_(new Taken[static_cast<size_t>(threads_)]) {
  workers_.reserve(static_cast<size_t>(threads_ - 1));
  for (int i = 1; i < threads_; i++) workers_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() {
  stop_.store(true);
  begun_.change();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(const std::function<void(int)>& task) {
  reset_counter();
  if (threads_ == 1) {
    task(0);
    return;
  }
  task_ = &task;
  running_.store(threads_ - 1, std::memory_order_relaxed);
  const uint32_t before = finished_.value();
  begun_.change();
  task(0);
  finished_.wait(before);
}

void ThreadPool::reset_counter() {
  counter_.store(0, std::memory_order_relaxed);
  for (int i = 0; i < threads_; i++) taken_[static_cast<size_t>(i)].items.store(0, std::memory_order_relaxed);
}

int ThreadPool::next_own(int thread, int count) {
  for (int i = 0; i < threads_; i++) {
    const int owner = (thread + i) % threads_;
    const Range share = split_range(count, 1, owner, threads_);
    const int item = share.begin + taken_[static_cast<size_t>(owner)].items.fetch_add(1, std::memory_order_relaxed);
    if (item < share.end) return item;
  }
  return count;
}

void ThreadPool::work(int thread) {
  for (uint32_t seen = 0;; seen++) {
    begun_.wait(seen);
    if (stop_.load()) return;
    (*task_)(thread);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) finished_.change();
  }
}

void ThreadPool::barrier() {
  if (threads_ == 1) return;
  const uint32_t phase = phase_.value();
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == threads_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.change();
    return;
  }
  phase_.wait(phase);
}

Range split_range(int length, int grain, int index, int count) {
  const int grains = (length + grain - 1) / grain;
  const int begin = static_cast<int>(static_cast<int64_t>(grains) * index / count) * grain;
  const int end = static_cast<int>(static_cast<int64_t>(grains) * (index + 1) / count) * grain;
  return {std::min(begin, length), std::min(end, length)};
}

}  // namespace tilescribe
