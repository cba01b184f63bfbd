#include "whisper/alignment.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tilescribe {
namespace {

// openai/whisper's medfilt_width, 7, is twice this and one.
constexpr int kMedianReach = 3;

// 2^x for x <= 0, relative error below 3e-7: 2^n by its exponent, the rest on [-1/2, 1/2] by the Taylor series of
// e^(x ln 2). Below -120 the result is that of -120.
inline float power_of_two(float x) {
  x = x < -120.0f ? -120.0f : x;
  // Adding and taking away 1.5 * 2^23 rounds to a whole number.
  const float n = (x + 12582912.0f) - 12582912.0f;
  const float r = (x - n) * 0.69314718056f;
  float p = 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t exponent = (static_cast<int32_t>(n) + 127) << 23;
  float scale;
  std::memcpy(&scale, &exponent, sizeof scale);
  return p * scale;
}

// Binary logarithms to weights whose sum is 1. `count` is a multiple of 16; what is past the sound has weight 0.
void softmax(float* row, int positions, int count) {
  const float highest = *std::max_element(row, row + positions);
  std::fill(row + positions, row + count, highest);
  for (int i = 0; i < count; i++) row[i] = power_of_two(row[i] - highest);
  std::fill(row + positions, row + count, 0.0f);
  float lanes[kLanes] = {};
  for (int i = 0; i < count; i += kLanes) {
    for (int lane = 0; lane < kLanes; lane++) lanes[lane] += row[i + lane];
  }
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
  }
  const float inverse = 1.0f / lanes[0];
  for (int i = 0; i < count; i++) row[i] *= inverse;
}

// Each column to mean 0 and population standard deviation 1; a column of equal values to 0. Row by row, as the
// matrix lies in memory.
void standardize(float* matrix, int rows, int columns) {
  std::vector<float> means(static_cast<size_t>(columns), 0.0f);
  std::vector<float> scales(static_cast<size_t>(columns), 0.0f);
  float* mean = means.data();
  float* scale = scales.data();
  const float share = 1.0f / static_cast<float>(rows);
  for (int r = 0; r < rows; r++) {
    const float* row = matrix + static_cast<int64_t>(r) * columns;
    for (int c = 0; c < columns; c++) mean[c] += row[c];
  }
  for (int c = 0; c < columns; c++) mean[c] *= share;
  for (int r = 0; r < rows; r++) {
    const float* row = matrix + static_cast<int64_t>(r) * columns;
    for (int c = 0; c < columns; c++) scale[c] += (row[c] - mean[c]) * (row[c] - mean[c]);
  }
  for (int c = 0; c < columns; c++) scale[c] = scale[c] > 0.0f ? 1.0f / std::sqrt(scale[c] * share) : 0.0f;
  for (int r = 0; r < rows; r++) {
    float* row = matrix + static_cast<int64_t>(r) * columns;
    for (int c = 0; c < columns; c++) row[c] = (row[c] - mean[c]) * scale[c];
  }
}

inline void exchange(float& low, float& high) {
  const float a = low;
  const float b = high;
  low = b < a ? b : a;
  high = b < a ? a : b;
}

// Median of 7 neighbours, mirrored at both ends without repeating the end itself (torch's "reflect"); a row of 3
// or fewer stays as it is. `padded` holds 6 numbers more than the row. The network is opt_med7 of N. Devillard,
// "Fast median search: an ANSI C implementation" (1998).
void filter_median(float* row, int count, float* padded) {
  if (count <= kMedianReach) return;
  std::copy_n(row, count, padded + kMedianReach);
  for (int i = 1; i <= kMedianReach; i++) {
    padded[kMedianReach - i] = row[i];
    padded[kMedianReach + count - 1 + i] = row[count - 1 - i];
  }
  for (int i = 0; i < count; i++) {
    float p0 = padded[i], p1 = padded[i + 1], p2 = padded[i + 2], p3 = padded[i + 3];
    float p4 = padded[i + 4], p5 = padded[i + 5], p6 = padded[i + 6];
    exchange(p0, p5);
    exchange(p0, p3);
    exchange(p1, p6);
    exchange(p2, p4);
    exchange(p0, p1);
    exchange(p3, p5);
    exchange(p2, p6);
    exchange(p2, p3);
    exchange(p3, p6);
    exchange(p4, p5);
    exchange(p1, p4);
    exchange(p1, p3);
    exchange(p3, p4);
    row[i] = p3;
  }
}

// Scores of one head, float32 [rows, columns], columns being `positions` rounded up to 16.
void score_head(const CrossQueries& queries, int index, const WindowMemory& window, int positions, int columns,
                const Kernels& kernels, float* scores) {
  const AlignmentHead head = queries.head(index);
  const AttentionMemory memory = window.layers[static_cast<size_t>(head.layer)].head(head.head, positions);
  // Keys lie as weights do, with 128 added.
  const std::vector<int32_t> zero(static_cast<size_t>(columns), 128);
  const Weights keys{memory.keys, memory.key_scale, zero.data(), nullptr, columns, kHeadWidth, kHeadWidth * kLanes};
  kernels.multiply(queries.queries(index), keys, 0, columns, false, scores, columns);
  const int rows = queries.rows();
  for (int r = 0; r < rows; r++) softmax(scores + static_cast<int64_t>(r) * columns, positions, columns);
  standardize(scores, rows, columns);
  std::vector<float> padded(static_cast<size_t>(positions + 2 * kMedianReach));
  for (int r = 0; r < rows; r++) {
    filter_median(scores + static_cast<int64_t>(r) * columns, positions, padded.data());
  }
}

}  // namespace

CrossQueries::CrossQueries(const std::vector<AlignmentHead>& heads, int rows)
    : heads_(heads),
      rows_(rows),
      q_(heads.size() * static_cast<size_t>(rows) * kHeadWidth),
      scale_(heads.size() * static_cast<size_t>(rows)),
      sum_(heads.size() * static_cast<size_t>(rows)) {}

void CrossQueries::keep(AlignmentHead head, int first, const Activations& queries) {
  for (size_t i = 0; i < heads_.size(); i++) {
    if (heads_[i].layer != head.layer || heads_[i].head != head.head) continue;
    const size_t at = i * static_cast<size_t>(rows_) + static_cast<size_t>(first);
    std::copy_n(queries.q, queries.rows * kHeadWidth, q_.data() + at * kHeadWidth);
    std::copy_n(queries.scale, queries.rows, scale_.data() + at);
    std::copy_n(queries.sum, queries.rows, sum_.data() + at);
  }
}

Activations CrossQueries::queries(int index) const {
  const size_t at = static_cast<size_t>(index) * static_cast<size_t>(rows_);
  return {q_.data() + at * kHeadWidth, scale_.data() + at, sum_.data() + at, rows_, kHeadWidth};
}

std::vector<float> score_alignment(const CrossQueries& queries, const WindowMemory& window, int first_row,
                                   int positions, const Kernels& kernels, ThreadPool& pool) {
  const int rows = queries.rows();
  const int columns = round_up(positions, kLanes);
  const size_t head_size = static_cast<size_t>(rows) * static_cast<size_t>(columns);
  std::vector<float> scores(static_cast<size_t>(queries.heads()) * head_size);
  std::vector<float> result(static_cast<size_t>(rows - first_row) * static_cast<size_t>(positions));
  const float share = 1.0f / static_cast<float>(queries.heads());
  pool.run([&](int thread) {
    for (int head = pool.next(); head < queries.heads(); head = pool.next()) {
      score_head(queries, head, window, positions, columns, kernels,
                 scores.data() + static_cast<size_t>(head) * head_size);
    }
    pool.barrier();
    for (int r = first_row + thread; r < rows; r += pool.threads()) {
      float* to = result.data() + static_cast<int64_t>(r - first_row) * positions;
      const float* from = scores.data() + static_cast<int64_t>(r) * columns;
      for (int head = 0; head < queries.heads(); head++, from += head_size) {
        for (int i = 0; i < positions; i++) to[i] += from[i] * share;
      }
    }
  });
  return result;
}

}  // namespace tilescribe
