// The thread pool: who runs what, what a barrier orders, and how a pool ends. Also built with
// ThreadSanitizer, which sees every unordered access; plain variables here are deliberate.
#include "base/thread_pool.h"

#include <chrono>
#include <thread>
#include <vector>

#include "test/check.h"

namespace {

using tilescribe::Range;
using tilescribe::split_range;
using tilescribe::ThreadPool;

void test_each_thread_runs_once() {
  for (int threads = 1; threads <= 8; threads++) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    std::vector<int> calls(static_cast<size_t>(threads), 0);
    for (int round = 1; round <= 200; round++) {
      pool.run([&](int thread) { calls[static_cast<size_t>(thread)]++; });
      for (int count : calls) {
        if (!CHECK(count == round)) return;
      }
    }
  }
}

void test_fewer_than_one_thread_is_one() {
  for (int threads : {0, -3}) {
    ThreadPool pool(threads);
    int calls = 0;
    pool.run([&](int thread) { calls += thread == 0 ? 1 : 100; });
    CHECK(pool.threads() == 1 && calls == 1);
  }
}

// In phase p every thread writes p and, after the barrier, reads p from all others; a second barrier keeps
// the next phase's writes back. Fewer phases where threads may outnumber cores: then each waits for the
// scheduler.
void test_barrier_separates_phases() {
  for (int threads = 1; threads <= 8; threads++) {
    const int phases = threads <= 2 ? 10000 : 1000;
    ThreadPool pool(threads);
    std::vector<int> written(static_cast<size_t>(threads), -1);
    std::vector<int> wrong(static_cast<size_t>(threads), 0);
    pool.run([&](int thread) {
      for (int phase = 0; phase < phases / 2; phase++) {
        written[static_cast<size_t>(thread)] = phase;
        pool.barrier();
        for (int other : written) wrong[static_cast<size_t>(thread)] += other == phase ? 0 : 1;
        pool.barrier();
      }
    });
    for (int count : wrong) CHECK(count == 0);
  }
}

// Three loops of one task, their counter reset as the encoder does it.
void test_next_covers_each_item_once() {
  for (int threads = 1; threads <= 8; threads++) {
    ThreadPool pool(threads);
    for (int items : {0, 1, 7, 1000}) {
      std::vector<int> taken(static_cast<size_t>(3 * items), 0);
      pool.run([&](int thread) {
        for (int loop = 0; loop < 3; loop++) {
          for (int item = pool.next(); item < items; item = pool.next()) {
            taken[static_cast<size_t>(loop * items + item)]++;
          }
          pool.barrier();
          if (thread == 0) pool.reset_counter();
          pool.barrier();
        }
      });
      for (int count : taken) {
        if (!CHECK(count == 1)) return;
      }
    }
  }
}

// With shares as well. Nobody takes from another while its own lasts.
void test_next_own_covers_each_item_once() {
  for (int threads = 1; threads <= 8; threads++) {
    ThreadPool pool(threads);
    for (int items : {0, 1, 7, 1000}) {
      std::vector<int> taken(static_cast<size_t>(3 * items), 0);
      std::vector<int> first(static_cast<size_t>(threads), -1);
      pool.run([&](int thread) {
        for (int loop = 0; loop < 3; loop++) {
          for (int item = pool.next_own(thread, items); item < items; item = pool.next_own(thread, items)) {
            taken[static_cast<size_t>(loop * items + item)]++;
          }
          pool.barrier();
          if (thread == 0) pool.reset_counter();
          pool.barrier();
        }
        // Only the first, so that nobody runs out of its own.
        first[static_cast<size_t>(thread)] = pool.next_own(thread, items);
      });
      for (int count : taken) {
        if (!CHECK(count == 1)) return;
      }
      for (int thread = 0; items >= threads && thread < threads; thread++) {
        if (!CHECK(first[static_cast<size_t>(thread)] == split_range(items, 1, thread, threads).begin)) return;
      }
    }
  }
}

// A task begins with the counter at 0 whatever the one before left.
void test_run_resets_the_counter() {
  ThreadPool pool(3);
  for (int round = 0; round < 100; round++) {
    std::vector<int> first(3, -1);
    pool.run([&](int thread) { first[static_cast<size_t>(thread)] = pool.next(); });
    int sum = 0;
    for (int index : first) sum += index;
    if (!CHECK(sum == 0 + 1 + 2)) return;
  }
}

void test_pools_come_and_go() {
  int wrong = 0;
  for (int round = 0; round < 400; round++) {
    ThreadPool pool(1 + round % 8);
    if (round % 3 == 0) continue;  // destroyed without having run anything
    std::vector<int> ran(static_cast<size_t>(pool.threads()), 0);
    for (int run = 0; run < round % 3; run++) {
      pool.run([&](int thread) {
        ran[static_cast<size_t>(thread)]++;
        pool.barrier();
      });
    }
    for (int count : ran) wrong += count == round % 3 ? 0 : 1;
  }
  CHECK(wrong == 0);
}

// Long enough idle that the workers sleep: they wake for a task, and for the end. Nothing is asserted
// about the time itself.
void test_destruction_and_work_after_idling() {
  for (int threads : {2, 5}) {
    std::vector<int> ran(static_cast<size_t>(threads), 0);
    {
      ThreadPool pool(threads);
      for (int round = 0; round < 3; round++) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        pool.run([&](int thread) { ran[static_cast<size_t>(thread)]++; });
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (int count : ran) CHECK(count == 3);
  }
}

void test_ranges_cover_without_overlap() {
  for (int grain : {1, 3, 16, 48}) {
    for (int length = 0; length <= 200; length++) {
      for (int count = 1; count <= 9; count++) {
        int expected = 0;
        for (int index = 0; index < count; index++) {
          const Range range = split_range(length, grain, index, count);
          const bool whole = range.begin % grain == 0 || range.begin == length;
          if (!CHECK(range.begin == expected && range.end >= range.begin && whole)) return;
          expected = range.end;
        }
        if (!CHECK(expected == length)) return;
      }
    }
  }
  // The vocabulary of the largest model by the most threads that a session takes.
  int expected = 0;
  for (int index = 0; index < 256; index++) {
    const Range range = split_range(51872, 64, index, 256);
    CHECK(range.begin == expected);
    expected = range.end;
  }
  CHECK(expected == 51872);
}

}  // namespace

int main() {
  test_each_thread_runs_once();
  test_fewer_than_one_thread_is_one();
  test_barrier_separates_phases();
  test_next_covers_each_item_once();
  test_next_own_covers_each_item_once();
  test_run_resets_the_counter();
  test_pools_come_and_go();
  test_destruction_and_work_after_idling();
  test_ranges_cover_without_overlap();
  return tilescribe::test::finish("thread pool");
}
