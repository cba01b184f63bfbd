// The arithmetic of the CPU engine, once per instruction set, chosen at run time.
//
// Every implementation gives the same bits. Integers are exact anyway; floating point is kept identical
// by using only operations that IEEE 754 rounds in one way (no fused multiply-add, no approximations) in
// one fixed order: 16 lanes side by side, summed at the end as a tree.
//
// Number formats
//   activations  int8, symmetric, one scale a row: x ~ scale * q, q = round_half_even(x * 127 / max|x|)
//   weights      uint8 with scale and zero point per output: w = scale * (q - zero), in the layout n16k4:
//                [outputs / 16][inputs / 4][16][4], so that one 64-byte line holds four inputs of sixteen
//                outputs, the operand of VPDPBUSD (u8 x s8 -> s32)
//   products     int32, exact: |sum| <= 255 * 127 * 2048 < 2^31
#pragma once

#include <cstdint>

namespace tilescribe {

inline constexpr int kLanes = 16;

// A matrix of weights in n16k4. `outputs` is a multiple of 16, `inputs` of 4.
struct Weights {
  const uint8_t* q = nullptr;
  const float* scale = nullptr;   // [outputs]
  const int32_t* zero = nullptr;  // [outputs]
  const float* bias = nullptr;    // [outputs], or nullptr
  int outputs = 0;
  int inputs = 0;
  // Bytes from one group of 16 outputs to the next; inputs * 16 where nothing lies between.
  int64_t group_stride = 0;
};

// Rows of quantised activations: q [rows, stride], scale [rows], sum [rows] = sum of the row's q.
struct Activations {
  const int8_t* q = nullptr;
  const float* scale = nullptr;
  const int32_t* sum = nullptr;
  int rows = 0;
  int stride = 0;
};

struct Kernels {
  const char* name;

  // y[r][n] = float(acc - zero[n] * sum[r]) * (a.scale[r] * w.scale[n]) + bias[n] for outputs
  // [begin, end), multiples of 16. With `add`, y += that. y is float32 [rows, y_stride].
  void (*multiply)(const Activations& a, const Weights& w, int begin, int end, bool add, float* y, int y_stride);

  // The integers alone: acc[r][n] = sum_k a[r][k] * (w[n][k] - zero[n]), int32 [rows, acc_stride].
  void (*multiply_exact)(const Activations& a, const Weights& w, int begin, int end, int32_t* acc, int acc_stride);

  // Quantises rows of float32 [rows, x_stride], `columns` (a multiple of 16) of them.
  void (*quantize)(const float* x, int rows, int columns, int x_stride, int8_t* q, int q_stride, float* scale,
                   int32_t* sum);

  // Layer normalisation (epsilon 1e-5) with gain and bias, into float32 [rows, columns].
  void (*layer_norm)(const float* x, int rows, int columns, const float* gain, const float* bias, float* y);

  // x = x * Phi(x), the exact GELU by the error function, in place.
  void (*gelu)(float* x, int count);

  // softmax over the first `count` of each row of float32 [rows, stride], as numbers that are not divided
  // by their sum: e[i] = exp(x[i] - max); sum[r] = sum of e. The rest of the row up to a multiple of 16
  // becomes 0.
  void (*exponentials)(float* x, int rows, int stride, int count, float* sum);

  // Non-negative values as two planes of 7 bits: v ~ scale * (128 * high + low), with
  // scale = max(v) / 16383, for weights by attention, which span more than 8 bits. `factors` [count], if
  // not null, multiply each row's values first. q is int8 [2 * rows, q_stride]: high rows, then low rows.
  void (*quantize_planes)(const float* v, int rows, int stride, int count, const float* factors, int8_t* q,
                          int q_stride, float* scale, int32_t* sum);

  // sum of exp(x[i] - shift)
  float (*sum_exponentials)(const float* x, int count, float shift);

  float (*maximum)(const float* x, int count);
};

// The best this CPU can run; or a named one ("generic", "avx2", "avx512vnni"), nullptr if it cannot.
const Kernels& best_kernels();
const Kernels* find_kernels(const char* name);

}  // namespace tilescribe
