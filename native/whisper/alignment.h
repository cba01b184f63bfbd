// Where the decoder looks when it says each token: the cross-attention of the heads that follow the sound, scored
// as openai/whisper does for the times of words (timing.py, find_alignment, up to the time warping).
//
//   queries of one pass over a text -> softmax over the positions that hold sound -> mean 0 and deviation 1 over
//   the tokens -> median of 7 positions -> mean over the heads
//
// In float32, by plain additions and multiplications in one order, and with an exponential of its own: the same
// bits on every CPU and for every number of threads.
#pragma once

#include <vector>

#include "base/thread_pool.h"
#include "cpu/kernels.h"
#include "whisper/encoder.h"

namespace tilescribe {

// A head of the decoder's cross-attention, both numbers from 0.
struct AlignmentHead {
  int layer;
  int head;
};

// The queries of some heads in one pass of the decoder, as they were quantised for Kernels::attend.
class CrossQueries {
 public:
  CrossQueries(const std::vector<AlignmentHead>& heads, int rows);

  int heads() const { return static_cast<int>(heads_.size()); }
  int rows() const { return rows_; }
  AlignmentHead head(int index) const { return heads_[static_cast<size_t>(index)]; }

  // Keeps the queries of rows [first, first + queries.rows), if the head is one of ours. Different threads may
  // keep different heads.
  void keep(AlignmentHead head, int first, const Activations& queries);

  // Of all rows of the head with that index.
  Activations queries(int index) const;

 private:
  std::vector<AlignmentHead> heads_;
  int rows_;
  std::vector<int8_t> q_;  // [heads, rows, 64]
  std::vector<float> scale_;
  std::vector<int32_t> sum_;
};

// float32 [rows - first_row, positions]: how well each token from `first_row` on goes with each of the first
// `positions` of the window, which are those that hold sound.
std::vector<float> score_alignment(const CrossQueries& queries, const WindowMemory& window, int first_row,
                                   int positions, const Kernels& kernels, ThreadPool& pool);

}  // namespace tilescribe
