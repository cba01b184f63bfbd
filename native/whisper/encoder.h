// The encoder: mel spectrogram in, cross-attention keys and values of every decoder layer out.
//
//   mel [80, 3000] -> conv1 (3 taps) + GELU -> conv2 (3 taps, stride 2) + GELU -> + positions
//   -> layers x { x += out(attention(norm(x))); x += down(GELU(up(norm(x)))) } -> norm
//   -> per decoder layer: keys and values
//
// Work goes by blocks of 48 rows, so that a block's activations stay in the second-level cache through
// layer norm, products and GELU; weights stream past it. A thread has the same rows in every stage, so that
// they stay in its cache and need not cross over from another core's. Two barriers a layer: before attention,
// which needs all keys, and after it.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "base/memory.h"
#include "base/thread_pool.h"
#include "whisper/attention.h"
#include "whisper/timings.h"
#include "whisper/weights.h"

namespace tilescribe {

// A window's keys and values, one per decoder layer.
struct WindowMemory : LayerMemory {
  WindowMemory(const Config& config, int count) : LayerMemory(config, count), positions(count) {}
  using LayerMemory::renew_stamp;
  int positions;
};

class Encoder {
 public:
  Encoder(const Model& model, const Kernels& kernels, ThreadPool& pool);
  ~Encoder();

  // `mel` is float32 [80, 3000], row by row. Encodes the first `positions` (1 to 1500) of the window, each
  // 20 ms, as if the window ended there.
  // nullptr when `cancelled` became true meanwhile: it is looked at before each block, some milliseconds apart.
  std::unique_ptr<WindowMemory> encode(const float* mel, int positions, const std::atomic<bool>& cancelled,
                                       Timings* timings);

  // Takes a window back that nobody needs any more, for the next of its size: its memory need not be made and zeroed
  // by the kernel again. Keeps one at most. It has another stamp from now on: what a device holds of it is not the
  // next.
  void recycle(std::unique_ptr<WindowMemory> window) {
    window->renew_stamp();
    spare_ = std::move(window);
  }

  // float32 [1500, width] of the last call, after the final norm, for tests.
  const float* output() const { return normal_.data(); }

 private:
  struct Scratch;
  // The next block or item of a loop that all threads share, or none once cancelled.
  int next(int thread, int end) {
    const int item = pool_.next_own(thread, end);
    return cancelled_->load(std::memory_order_relaxed) ? end : item;
  }
  // As many blocks of at most 48 rows for each thread, and which rows those are: nearly as many in each.
  int count_blocks(int positions) const;
  Range block_rows(int positions, int block) const;
  void convolve(const float* mel, int thread, int positions);
  void project(const EncoderLayer& layer, int thread, int positions);
  void attend(int thread, int positions);
  void feed_forward(const EncoderLayer& layer, Scratch& scratch, int begin, int end);
  void remember(WindowMemory* memory, int thread, int positions);

  const Model& model_;
  const Kernels& kernels_;
  ThreadPool& pool_;
  const std::atomic<bool>* cancelled_ = nullptr;  // of the call under way
  std::vector<float> frames_;                     // mel, time first, one frame of zeros at each end: [3002, 80]
  std::vector<float> convolved_;                  // after conv1, a row of zeros first: [3002, width]
  std::vector<float> x_;                          // [1500, width]
  std::vector<float> normal_;                     // [1500, width], after the final norm
  std::vector<int8_t> query_;                     // [1500, width], quantised by head
  std::vector<float> query_scale_;                // [heads, 1500]
  std::vector<int32_t> query_sum_;                // [heads, 1500]
  std::vector<float> attended_;                   // [1500, width]
  Memory layer_memory_;
  KeyValues layer_;  // of the layer under way, in layer_memory_
  std::vector<std::unique_ptr<Scratch>> scratch_;
  std::unique_ptr<WindowMemory> spare_;
};

}  // namespace tilescribe
