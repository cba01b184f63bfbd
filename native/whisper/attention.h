// Keys and values of attention in int8, the same for the encoder, the window and the text so far, and the
// queries that go with them. The arithmetic is Kernels::attend.
//
// Every key and value row of a head has its own scale, so that a position can be added without touching the
// others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/memory.h"
#include "base/thread_pool.h"
#include "cpu/kernels.h"
#include "whisper/config.h"

namespace tilescribe {

// The keys and values of all heads of one layer, for up to `capacity` positions (rounded up to 16), in memory
// of the owner's.
class KeyValues {
 public:
  static size_t bytes(int heads, int capacity);

  // `memory` is aligned to 64 bytes and outlives this; what is in it does not matter.
  KeyValues(int heads, int capacity, uint8_t* memory);

  int capacity() const { return capacity_; }

  // Stores keys and values of `count` positions from `position` on, for the heads [heads.begin, heads.end):
  // float32 rows `stride` apart, head h in columns [64 h, 64 h + 64). Different threads may store different
  // heads, or positions that are not in the same group of 16.
  void store(const Kernels& kernels, Range heads, int position, int count, const float* keys, const float* values,
             int stride);

  // Stores a position that is quantised already: key and value int8 [64]; key_scale, value_log2, value_inverse.
  void put(int head, int position, const int8_t* key, const int8_t* value, const float* scales);

  // The first `positions` of a head.
  AttentionMemory head(int head, int positions) const;

  // Takes the positions [0, count) of another of the same shape.
  void copy_from(const KeyValues& other, int count);

 private:
  // A head: keys, values, then key_scale, value_log2 and value_inverse.
  uint8_t* keys(int head) const { return memory_ + head_bytes() * head; }
  int8_t* values(int head) const {
    return reinterpret_cast<int8_t*>(keys(head) + static_cast<int64_t>(capacity_) * kHeadWidth);
  }
  float* floats(int head) const {
    return reinterpret_cast<float*>(keys(head) + static_cast<int64_t>(capacity_) * kHeadWidth * 2);
  }
  int64_t head_bytes() const { return static_cast<int64_t>(bytes(1, capacity_)); }

  int heads_;
  int capacity_;
  uint8_t* memory_;
};

// Keys and values of every layer of a decoder, in one memory.
struct LayerMemory {
  LayerMemory(const Config& config, int capacity);
  std::vector<KeyValues> layers;

  // Says which content this is: never the same for two, and another when the content is replaced. Positions that
  // are added leave it. So that a device can tell what it has a copy of.
  uint64_t stamp() const { return stamp_; }

 protected:
  void renew_stamp();

 private:
  uint64_t stamp_ = 0;
  Memory memory_;
};

// Up to `rows` queries of one head, quantised, their scales ready for Kernels::attend.
class Queries {
 public:
  explicit Queries(int rows);

  // `query` is float32 [rows, 64], rows `stride` apart.
  Activations quantize(const Kernels& kernels, const float* query, int rows, int stride);

 private:
  std::vector<int8_t> q_;
  std::vector<float> scale_;
  std::vector<int32_t> sum_;
};

// log2(e) / sqrt(64): weights are powers of two, and the scores of Whisper's heads are divided by 8.
inline constexpr float kQueryFactor = 1.44269504088896341f * 0.125f;

}  // namespace tilescribe
