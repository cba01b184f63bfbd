// Attention of one head over pages (kernels.h), as native/cpu/attention_impl.h: by blocks of 256 positions scores,
// their maximum, the weights as bytes, their products with the values; sums so far are brought to the new maximum.
#pragma once

#include "kernels/common/finish.h"
#include "kernels/common/functions.h"
#include "kernels/kernels.h"

namespace tilescribe::tile {

// What page `index` of the stream holds.
struct PageRole {
  enum Kind { kScales, kKeys, kValues };
  Kind kind;
  int at;        // first position of keys or values within the block
  int count;     // positions in the block
  bool is_last;  // of its block
};

inline PageRole page_role(int index, int positions) {
  const int block = index / kBlockPages;
  const int left = positions - block * kBlockPositions;
  const int count = left < kBlockPositions ? left : kBlockPositions;
  const int pages = (count + kPagePositions - 1) / kPagePositions;
  const int inner = index % kBlockPages;
  if (inner == 0) return {PageRole::kScales, 0, count, false};
  if (inner <= pages) return {PageRole::kKeys, (inner - 1) * kPagePositions, count, false};
  return {PageRole::kValues, (inner - 1 - pages) * kPagePositions, count, inner == 2 * pages};
}

// Scores of the 64 positions of a page, which is at position `at` of its block; none past `count`.
inline void score_page(const int8_t* q, const float* q_scale, int rows, const int8_t* keys, int at, int count,
                       AttentionState* state) {
  alignas(64) int32_t products[kPagePositions * kRows];
  for (int n = 0; n < kPagePositions; n += 8) {
    Mmul<int8_t, int8_t> sums;
    sums.clear();
    for (int d = 0; d < kHead; d += 8) sums.mac_transposed(q + d * kRows, keys + p8d8(n, d));
    sums.store(products + n * kRows);
  }
  for (int r = 0; r < rows; r++) {
    const F16 scale = F16::set(q_scale[r]);
    F16 top = F16::load(state->top[r]);
    for (int n = 0; n < kPagePositions; n += kLanes) {
      const int position = at + n;
      const F16 product = load_sums(products, r, n).to_float() * F16::load(state->scales[0] + position);
      F16 score = F16::fma(product, scale, F16::load(state->scales[1] + position));
      score = F16::keep_first(score, count - position, kNever);
      score.store(state->scores[r] + position);
      top = F16::max(top, score);
    }
    top.store(state->top[r]);
  }
}

// Weights as bytes of all positions of the block, and the new maximum. Weights past `count` are zero.
inline void weigh_block(int rows, int count, AttentionState* state) {
  const int padded = (count + kPagePositions - 1) / kPagePositions * kPagePositions;
  for (int r = 0; r < kRows; r++) {
    if (r >= rows) {
      for (int i = 0; i < padded; i += kLanes) {
        I16::set(0).store_uint8_halves(state->weights + r4k8(r, i), state->weights + r4k8(r, i + 8));
      }
      continue;
    }
    state->block_highest[r] = F16::reduce_max(F16::load(state->top[r]));
    const F16 shift = F16::set(state->block_highest[r] - 7.99435344f);  // log2(255)
    F16 total = F16::set(0.0f);
    for (int i = 0; i < padded; i += kLanes) {
      const F16 exact = power_of_two(F16::load(state->scores[r] + i) - shift);
      const F16 weight = F16::keep_first(exact, count - i, 0.0f);
      I16::round(weight).store_uint8_halves(state->weights + r4k8(r, i), state->weights + r4k8(r, i + 8));
      if (i < count) {
        total = F16::fma(weight, F16::keep_first(F16::load(state->scales[2] + i), count - i, 0.0f), total);
      }
    }
    state->block_total[r] = F16::reduce_add(total);
  }
}

inline void value_page(const int8_t* values, int at, AttentionState* state) {
  for (int d = 0; d < kHead; d += 8) {
    Mmul<uint8_t, int8_t> sums;
    if (at == 0) {
      sums.clear();
    } else {
      sums.load(state->products + d * kRows);
    }
    for (int p = 0; p < kPagePositions; p += 8) sums.mac(state->weights + (at + p) * kRows, values + p8d8(p, d));
    sums.store(state->products + d * kRows);
  }
}

// sums = sums * before + products * now, and so the total.
inline void end_block(int rows, AttentionState* state) {
  const F16 highest = F16::max(F16::load(state->highest), F16::load(state->block_highest));
  const F16 before = power_of_two(F16::load(state->highest) - highest);
  const F16 now = power_of_two(F16::load(state->block_highest) - highest);
  highest.store(state->highest);
  F16::fma(F16::load(state->total), before, F16::load(state->block_total) * now).store(state->total);
  alignas(64) float factors[2][kLanes];
  before.store(factors[0]);
  now.store(factors[1]);
  for (int r = 0; r < rows; r++) {
    for (int d = 0; d < kHead; d += kLanes) {
      const F16 product = load_sums(state->products, r, d).to_float() * F16::set(factors[1][r]);
      F16::fma(F16::load(state->sums[r] + d), F16::set(factors[0][r]), product).store(state->sums[r] + d);
    }
  }
}

inline void take_page(const int8_t* q, const float* q_scale, int rows, const void* page, const PageRole& role,
                      AttentionState* state) {
  const int8_t* bytes = static_cast<const int8_t*>(page);
  switch (role.kind) {
    case PageRole::kScales: {
      const float* floats = static_cast<const float*>(page);
      for (int i = 0; i < 3 * kBlockPositions; i += kLanes) F16::load(floats + i).store(state->scales[0] + i);
      for (int r = 0; r < kRows; r++) F16::set(kNever).store(state->top[r]);
      break;
    }
    case PageRole::kKeys: score_page(q, q_scale, rows, bytes, role.at, role.count, state); break;
    case PageRole::kValues:
      if (role.at == 0) weigh_block(rows, role.count, state);
      value_page(bytes, role.at, state);
      if (role.is_last) end_block(rows, state);
      break;
  }
}

}  // namespace tilescribe::tile
