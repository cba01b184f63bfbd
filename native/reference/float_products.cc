// Compiled for AVX2 on x86: nothing of the standard library may be instantiated here, as the linker might take it for
// the code of CPUs without it.
#include "reference/float_products.h"

namespace tilescribe::reference {
namespace {

constexpr int kLaneCount = 8;
// A row tile times the longest row of a model stays in the second-level cache.
constexpr int kTileRows = 48;
constexpr int kBlockRows = 3;
constexpr int kBlockOutputs = 4;

// GCC and Clang make of these what the CPU has.
typedef float Lanes __attribute__((vector_size(4 * kLaneCount)));
typedef float UnalignedLanes __attribute__((vector_size(4 * kLaneCount), aligned(4), may_alias));

struct Block {
  const float* x;
  int64_t x_stride;
  const float* w;
  int64_t w_stride;
  const float* bias;
  float* y;
  int64_t y_stride;
};

template <int rows, int outputs>
inline void multiply_block(const Block& at, int inputs) {
  Lanes sums[rows][outputs] = {};
  for (int k = 0; k < inputs; k += kLaneCount) {
    Lanes x[rows];
    for (int r = 0; r < rows; r++) x[r] = *reinterpret_cast<const UnalignedLanes*>(at.x + r * at.x_stride + k);
    for (int n = 0; n < outputs; n++) {
      const Lanes w = *reinterpret_cast<const UnalignedLanes*>(at.w + n * at.w_stride + k);
      for (int r = 0; r < rows; r++) sums[r][n] += x[r] * w;
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int n = 0; n < outputs; n++) {
      const Lanes& s = sums[r][n];
      const float sum = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
      at.y[r * at.y_stride + n] = at.bias == nullptr ? sum : sum + at.bias[n];
    }
  }
}

template <int outputs>
inline void multiply_rows(Block at, int rows, int inputs) {
  for (; rows >= kBlockRows; rows -= kBlockRows) {
    multiply_block<kBlockRows, outputs>(at, inputs);
    at.x += kBlockRows * at.x_stride;
    at.y += kBlockRows * at.y_stride;
  }
  if (rows == 2) multiply_block<2, outputs>(at, inputs);
  if (rows == 1) multiply_block<1, outputs>(at, inputs);
}

}  // namespace

bool can_multiply() {
#if defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

void multiply(const FloatView& x, const FloatView& w, int inputs, const float* bias, float* y, int64_t y_stride) {
  for (int first = 0; first < x.count; first += kTileRows) {
    const int rows = x.count - first < kTileRows ? x.count - first : kTileRows;
    Block at{x.data + first * x.stride, x.stride, w.data, w.stride, bias, y + first * y_stride, y_stride};
    int left = w.count;
    const auto advance = [&](int outputs) {
      at.w += outputs * at.w_stride;
      at.y += outputs;
      if (at.bias != nullptr) at.bias += outputs;
      left -= outputs;
    };
    while (left >= kBlockOutputs) {
      multiply_rows<kBlockOutputs>(at, rows, inputs);
      advance(kBlockOutputs);
    }
    while (left > 0) {
      multiply_rows<1>(at, rows, inputs);
      advance(1);
    }
  }
}

}  // namespace tilescribe::reference
