// Where the time goes, by part, layer and operation. A scope costs two clock readings (about 50 ns); only
// thread 0 measures, between barriers, so that the sum is wall time. May be read while it is written: an encoder pass
// and a step on a device go on side by side.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

namespace tilescribe {

enum class Part { kEncoder, kDecoder };
enum class Operation { kMel, kConvolution, kSelfAttention, kCrossAttention, kFeedForward, kVocabulary, kChoice };
inline constexpr int kOperations = 7;

// Written by one thread at a time.
class Timing {
 public:
  void add(double ms, int64_t count = 1) {
    ms_.store(this->ms() + ms, std::memory_order_relaxed);
    count_.store(this->count() + count, std::memory_order_relaxed);
  }
  double ms() const { return ms_.load(std::memory_order_relaxed); }
  int64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> ms_{0};
  std::atomic<int64_t> count_{0};
};

class Timings {
 public:
  explicit Timings(int layers) : layers_(layers), all_(static_cast<size_t>(2 * layers * kOperations)) {}

  Timing& at(Part part, int layer, Operation operation) {
    return all_[static_cast<size_t>(((part == Part::kDecoder ? layers_ : 0) + layer) * kOperations +
                                    static_cast<int>(operation))];
  }
  int layers() const { return layers_; }

 private:
  int layers_;
  std::vector<Timing> all_;
};

// Adds the time from here to the end of the scope, if `active`.
class Timed {
 public:
  Timed(Timing& timing, bool active) : timing_(active ? &timing : nullptr) {
    if (active) began_ = std::chrono::steady_clock::now();
  }
  ~Timed() {
    if (timing_ == nullptr) return;
    timing_->add(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began_).count());
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Timing* timing_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace tilescribe
