// The arithmetic of the CPU engine, once per instruction set, chosen at run time.
//
// Every implementation gives the same bits. Integers are exact anyway; floating point is kept identical
// by using only operations that IEEE 754 rounds in one way (fused multiply-adds where they are written, no
// approximations) in one fixed order: 16 lanes side by side, summed at the end as a tree.
//
// Number formats
//   activations  int8, symmetric, one scale a row: x ~ scale * q, q = round_half_even(x * 127 / max|x|)
//   weights      uint8 with scale and zero point per output: w = scale * (q - zero), in the layout n16k4:
//                [outputs / 16][inputs / 4][16][4], so that one 64-byte line holds four inputs of sixteen
//                outputs, the operand of VPDPBUSD (u8 x s8 -> s32)
//   products     int32, exact: |sum| <= 255 * 127 * 2048 < 2^31
//   attention    keys int8 (stored + 128), values int8, one scale a position and head; see AttentionMemory
#pragma once

#include <cstdint>

namespace tilescribe {

inline constexpr int kLanes = 16;

// A matrix of weights in n16k4. `outputs` is a multiple of 16, `inputs` of 4.
struct Weights {
  const uint8_t* q = nullptr;
  const float* scale = nullptr;   // [outputs]
  const int32_t* zero = nullptr;  // [outputs], one number for each group of 16 outputs
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

inline constexpr int kHeadWidth = 64;
inline constexpr int kAttentionBlock = 256;

// Keys and values of one head. Groups of 16 positions lie together, so that both are read from front to back:
// keys [positions / 16][64 / 4][16][4] with 128 added, values [positions / 4][64][4]. Memory must be readable up
// to the next multiple of 16 positions; what lies past `positions` has no part in the result.
struct AttentionMemory {
  const uint8_t* keys = nullptr;
  const int8_t* values = nullptr;
  const float* key_scale = nullptr;
  const float* value_log2 = nullptr;     // binary logarithm of the value's scale
  const float* value_inverse = nullptr;  // 1 / the value's scale
  int positions = 0;
  // What is attended to after this, if that is known: it is asked for from memory meanwhile.
  const AttentionMemory* next = nullptr;
};

struct Kernels {
  const char* name;

  // y[r][n] = float(acc - zero[n] * sum[r]) * (a.scale[r] * w.scale[n]) + bias[n] for outputs
  // [begin, end), multiples of 16. With `add`, y += that. y is float32 [rows, y_stride].
  void (*multiply)(const Activations& a, const Weights& w, int begin, int end, bool add, float* y, int y_stride);

  // The integers alone: acc[r][n] = sum_k a[r][k] * (w[n][k] - zero[n]), int32 [rows, acc_stride].
  void (*multiply_exact)(const Activations& a, const Weights& w, int begin, int end, int32_t* acc, int acc_stride);

  // Integers of two planes to floats: y[n] = (127 * high[n] + low[n]) * scale * w_scale[n] for n < count, a multiple
  // of 16. In double precision, where the sum is exact (33 bits), and rounded to float at the end.
  void (*join_planes)(const int32_t* high, const int32_t* low, float scale, const float* w_scale, int count, float* y);

  // Quantises rows of float32 [rows, x_stride], `columns` (a multiple of 16) of them.
  void (*quantize)(const float* x, int rows, int columns, int x_stride, int8_t* q, int q_stride, float* scale,
                   int32_t* sum);

  // Layer normalisation (epsilon 1e-5) with gain and bias, into float32 [rows, columns].
  void (*layer_norm)(const float* x, int rows, int columns, const float* gain, const float* bias, float* y);

  // x = x * Phi(x), the exact GELU by the error function, in place.
  void (*gelu)(float* x, int count);

  // Attention of one head: out[r][0..64) = sum_j w[r][j] value[j] / sum_j w[r][j] with w[r][j] =
  // 2^(q[r] . key[j]), for `queries.rows` rows of 64 numbers whose scales hold log2(e) / sqrt(64) as well.
  // By blocks of kAttentionBlock positions (online softmax): of each block the weights, multiplied by their
  // values' scales, are quantised to 8 bits relative to the largest of them. `out` is float32 [rows, out_stride].
  void (*attend)(const AttentionMemory& memory, const Activations& queries, float* out, int out_stride);

  // sum of exp(x[i] - shift)
  float (*sum_exponentials)(const float* x, int count, float shift);

  float (*maximum)(const float* x, int count);
};

// The best this CPU can run; or a named one ("generic", "avx2", "avxvnni", "avx512vnni"), nullptr if it cannot.
const Kernels& best_kernels();
const Kernels* find_kernels(const char* name);

}  // namespace tilescribe
