// What this machine can do at most, measured: what a figure of the engine is held against.
#pragma once

#include <functional>

namespace tilescribe {

// In 10^9 a second: the median and the best of the repeats.
struct Rate {
  double median;
  double best;
};

// Runs work(thread) on `threads` threads, `repeats` times; `amount` is what all of them do together. Threads are
// started for each repeat, wait for each other, and the repeat lasts until the last is done.
Rate measure_rate(int threads, int repeats, double amount, const std::function<void(int)>& work);

// int8 multiply-accumulates with all operands in registers, by these instructions. A repeat takes some 50 ms.
const char* int8_instructions();
Rate measure_int8(int threads, int repeats);

// Reading so many MB again and again, about 1 GB a repeat; every thread reads its own part, as the engine's threads
// read their own rows of a matrix. Throws std::bad_alloc.
Rate measure_reading(int megabytes, int threads, int repeats);

}  // namespace tilescribe
