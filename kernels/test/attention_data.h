// Keys and values of one head: plain, as pages for the kernels and as native/cpu's AttentionMemory.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/test/oracles.h"
#include "kernels/test/pack.h"

namespace tilescribe::tile::test {

struct HeadMemory {
  int capacity;  // a multiple of 256
  std::vector<int8_t> keys, values;
  std::vector<float> key_scale, value_scale, value_log2, value_inverse;
  std::vector<uint8_t> packed_keys;
  std::vector<int8_t> packed_values;

  explicit HeadMemory(int positions) : capacity((positions + kBlockPositions - 1) / kBlockPositions * kBlockPositions) {
    const size_t count = static_cast<size_t>(capacity);
    keys.resize(count * kHead);
    values.resize(count * kHead);
    packed_keys.resize(count * kHead, 128);
    packed_values.resize(count * kHead);
    key_scale.resize(count);
    value_scale.resize(count, 1.0f);
    value_log2.resize(count);
    value_inverse.resize(count, 1.0f);
  }

  template <typename Make>
  void set(int p, float k_scale, float v_scale, const Make& make) {
    const size_t at = static_cast<size_t>(p);
    key_scale[at] = k_scale;
    value_scale[at] = v_scale;
    value_log2[at] = std::log2(v_scale);
    value_inverse[at] = 1.0f / v_scale;
    for (int d = 0; d < kHead; d++) {
      const size_t i = at * kHead + static_cast<size_t>(d);
      keys[i] = static_cast<int8_t>(make());
      values[i] = static_cast<int8_t>(make());
      pack(p, d);
    }
  }

  void pack(int p, int d) {
    const size_t i = static_cast<size_t>(p * kHead + d);
    packed_keys[static_cast<size_t>(p / 16 * 16 * kHead + d / 4 * 64 + p % 16 * 4 + d % 4)] =
        static_cast<uint8_t>(keys[i] + 128);
    packed_values[static_cast<size_t>(p / 4 * 4 * kHead + d * 4 + p % 4)] = values[i];
  }

  AttentionMemory memory(int positions) const {
    return {packed_keys.data(), packed_values.data(), key_scale.data(),
            value_log2.data(),  value_inverse.data(), positions};
  }
  oracle::KeyValues plain(int positions) const {
    return {keys.data(), values.data(), key_scale.data(), value_scale.data(), positions};
  }

  // What is streamed for so many positions, with `waste` in all that is past them.
  std::vector<Page> pages(int positions, int waste) const {
    std::vector<Page> all(static_cast<size_t>(attention_pages(positions)));
    for (Page& page : all) std::memset(page.bytes, waste, sizeof page.bytes);
    for (int p = 0; p < positions; p++) {
      const int block = p / kBlockPositions;
      const int inner = p % kBlockPositions;
      const int left = std::min(positions - block * kBlockPositions, kBlockPositions);
      Page* first = all.data() + block * kBlockPages;
      const size_t at = static_cast<size_t>(p);
      first->floats()[inner] = key_scale[at];
      first->floats()[kBlockPositions + inner] = value_log2[at];
      first->floats()[2 * kBlockPositions + inner] = value_inverse[at];
      const int page = inner / kPagePositions;
      const int value_pages = 1 + (left + kPagePositions - 1) / kPagePositions;
      for (int d = 0; d < kHead; d++) {
        const size_t i = at * kHead + static_cast<size_t>(d);
        first[1 + page].signed_bytes()[p8d8(inner % kPagePositions, d)] = keys[i];
        first[value_pages + page].signed_bytes()[p8d8(inner % kPagePositions, d)] = values[i];
      }
    }
    return all;
  }
};

// Queries float32 [rows][64], quantised by the CPU engine as well.
struct HeadQueries {
  Aligned<float> plain{kRows * kHead};
  int8_t q[kRows * kHead];
  float scale[kRows];
  int32_t sum[kRows];
  int rows;

  template <typename Make>
  HeadQueries(int rows_, const Make& make) : rows(rows_) {
    for (int i = 0; i < rows * kHead; i++) plain[static_cast<size_t>(i)] = make();
    generic().quantize(plain.data(), rows, kHead, kHead, q, kHead, scale, sum);
    for (int r = 0; r < rows; r++) scale[r] *= 1.44269504088896341f * 0.125f;
  }
  Activations view() const { return {q, scale, sum, rows, kHead}; }
};

// How far attention may be from the exact: a query is off by half a step of 127 in each of 64 numbers, and a weight
// by half a step of 255, of which half are lost where values cancel.
inline double attention_bound(const HeadMemory& head, int positions, double score_error) {
  double largest = 0;
  for (int p = 0; p < positions; p++) {
    for (int d = 0; d < kHead; d++) {
      const size_t i = static_cast<size_t>(p * kHead + d);
      largest = std::fmax(largest, std::fabs(head.values[i] * head.value_scale[static_cast<size_t>(p)]));
    }
  }
  return largest * (2 * score_error + 0.02);
}

}  // namespace tilescribe::tile::test
