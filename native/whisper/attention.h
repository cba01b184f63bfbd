// Keys and values of attention in int8, the same for the encoder, the window and the text so far.
//
// A head's keys are a matrix of weights (outputs = positions, inputs = 64), its values another
// (outputs = 64, inputs = positions), both in n16k4 with zero point 128, so that attention is two of the
// engine's integer products. Every key and value row has its own scale; a value's scale is multiplied into
// its attention weight, which is then quantised to 14 bits in two planes.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/kernels.h"
#include "whisper/config.h"

namespace tilescribe {

// The keys and values of all heads of one layer, for up to `capacity` positions (rounded up to 16).
class KeyValues {
 public:
  KeyValues(int heads, int capacity);

  int capacity() const { return capacity_; }

  // Stores one head's key and value (float32 [64] each) of a position. Different positions may be written
  // by different threads if they are not in the same group of 16.
  void store(const Kernels& kernels, int head, int position, const float* key, const float* value);

  // The keys of a head as weights with `positions` rounded up to 16 outputs.
  Weights keys(int head, int positions) const;
  // The values of a head as weights with `positions` rounded up to 16 inputs; without scales.
  Weights values(int head, int positions) const;
  const float* value_scales(int head) const { return value_scale_.data() + static_cast<int64_t>(head) * capacity_; }

  // Takes the positions [0, count) of another of the same shape.
  void copy_from(const KeyValues& other, int count);

 private:
  int64_t head_size() const { return static_cast<int64_t>(capacity_) * kHeadWidth; }

  int heads_;
  int capacity_;
  std::vector<uint8_t> keys_;
  std::vector<uint8_t> values_;
  std::vector<float> key_scale_;
  std::vector<float> value_scale_;
};

// Work space of one thread for queries of up to `rows` rows over up to `positions` positions.
class AttentionScratch {
 public:
  AttentionScratch(int rows, int positions);

  // out[r][0..64) = softmax(query[r] . keys / 8) values, for one head and `rows` queries (float32, rows
  // `query_stride` apart) over the first `positions` positions.
  void attend(const Kernels& kernels, const KeyValues& memory, int head, int positions, const float* query, int rows,
              int query_stride, float* out, int out_stride);

 private:
  int stride_;
  std::vector<int8_t> query_;
  std::vector<float> query_scale_;
  std::vector<int32_t> query_sum_;
  std::vector<float> scores_;
  std::vector<float> sums_;
  std::vector<int8_t> planes_;
  std::vector<float> plane_scale_;
  std::vector<int32_t> plane_sum_;
  std::vector<int32_t> products_;
};

}  // namespace tilescribe
