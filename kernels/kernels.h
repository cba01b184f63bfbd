// The kernels of a compute tile: every symbol that a core's program or the emulator may call, with the
// constants and layouts that they share with whoever prepares their memory.
//
// The arithmetic is that of native/cpu/kernels.h, the same operations in the same order, so that the host build of
// these functions gives the CPU engine's bits. On the NPU the integers are the same; see common/npu_vec.h for the
// floating point.
//
// Layouts
//   page     4096 bytes, the unit in which everything streams from DDR to a core (kPageBytes)
//   r4k8     rows of int8 activations, [columns / 8][4 rows][8], the left operand of a 4x8x8 product. Always four
//            rows: those past `rows` are zero.
//   k8n8     a page of weights: 8 outputs by 512 inputs, [512 / 8][8 inputs][8 outputs] of uint8
//   n8r4     the sums of a 4x8x8 product, [outputs / 8][4 rows][8 outputs] of int32
//   p8d8     a page of keys or values: 64 positions by 64, [64 / 8][64 / 8][8 positions][8] of int8
//
// Nothing here allocates, throws or knows a tile's number. Pointers are aligned to 64 bytes unless said otherwise,
// and do not overlap unless they are the same.
#pragma once

#include <cstdint>

namespace tilescribe::tile {

inline constexpr int kRows = 4;  // of one 4x8x8 product
inline constexpr int kWidth = 512;
inline constexpr int kInner = 2048;
inline constexpr int kHead = 64;

inline constexpr int kPageBytes = 4096;
inline constexpr int kPageOutputs = 8;
inline constexpr int kPageInputs = 512;
inline constexpr int kPagePositions = 64;

// Positions of one step of the online softmax; see native/cpu/kernels.h, kAttentionBlock.
inline constexpr int kBlockPositions = 256;
inline constexpr int kTextPositions = 448;

// Attention reads its memory in blocks of 256 positions, each a page of scales (key_scale[256], value_log2[256],
// value_inverse[256], 256 floats of nothing), then the pages of keys, then as many pages of values. In the
// last block only pages with positions in them are read: ceil(left / 64) of each.
inline constexpr int kBlockPages = 1 + 2 * (kBlockPositions / kPagePositions);

inline constexpr int attention_pages(int positions) {
  const int left = positions % kBlockPositions;
  return positions / kBlockPositions * kBlockPages +
         (left > 0 ? 1 + 2 * ((left + kPagePositions - 1) / kPagePositions) : 0);
}

// Where a number of position p (within its page) and column d lies in p8d8.
inline constexpr int p8d8(int p, int d) { return (p / 8) * 8 * kHead + (d / 8) * 64 + (p % 8) * 8 + d % 8; }
// Where the weight of output n and input k lies in a page of k8n8, and activation (row, k) in r4k8.
inline constexpr int k8n8(int n, int k) { return k * kPageOutputs + n; }
inline constexpr int r4k8(int row, int k) { return (k / 8) * 8 * kRows + row * 8 + k % 8; }
// Where the sum of row and output n lies in n8r4.
inline constexpr int n8r4(int row, int n) { return (n / 8) * 8 * kRows + row * 8 + n % 8; }

// What attention carries from page to page, in the tile's memory. The fields are the kernels' own.
struct alignas(64) AttentionState {
  float scores[kRows][kBlockPositions];
  uint8_t weights[kBlockPositions * kRows];  // r4k8
  int32_t products[kHead * kRows];           // n8r4
  float sums[kRows][kHead];
  float top[kRows][16];
  float scales[3][kBlockPositions];  // of the block: key_scale, value_log2, value_inverse
  float highest[16];                 // one row a lane, as the next three
  float block_highest[16];
  float total[16];
  float block_total[16];
};

// The new position's key and value row of one head.
struct alignas(64) KeyValueRow {
  int8_t key[kHead];
  int8_t value[kHead];
  float scales[3];  // key_scale, value_log2, value_inverse
  float unused[13];
};

}  // namespace tilescribe::tile

extern "C" {

// Called once by each core before any other: rounding to the nearest even. Nothing on the host.
void tile_begin(void);

// -- layer_norm: x, y float32 [rows, 512]; page: gain[512], bias[512] --
void layer_norm_f32_512(const float* x, int rows, const float* page, float* y);

// Rows of float32 [rows, x_stride], `columns` (a multiple of 16) of them, to r4k8; scale and sum [4].
void quantize_f32_i8(const float* x, int rows, int columns, int x_stride, int8_t* q, float* scale, int32_t* sum);

// -- gelu: in place, `count` a multiple of 16 --
void gelu_f32(float* x, int count);

// -- gemv_i8: products of up to four rows --
// acc (n8r4, 8 outputs) = [acc if `add`] + q (r4k8, 512 inputs) x page (k8n8)
void gemv_i8_8x512(const int8_t* q, const uint8_t* page, int add, int32_t* acc);
// y[r][n] = [y[r][n] if `add`] + float(acc - zero[n / 16] * sum[r]) * (scale[r] * w_scale[n]) + bias[n]
// for `outputs` (a multiple of 16). `bias` may be null. y is float32 [rows, y_stride].
void gemv_i8_finish_f32(const int32_t* acc, int rows, int outputs, const float* scale, const int32_t* sum,
                        const float* w_scale, const int32_t* zero, const float* bias, int add, float* y, int y_stride);

// -- gemm_i8: blocks of 64 rows by 64 outputs --
// a: 64 rows by 64 inputs, [16 groups of 4 rows] of r4k8; b: 64 inputs by 64 outputs, [64 / 8 outputs][64 / 8]
// [8 inputs][8 outputs]; c: [16 groups of rows] of n8r4.  c = [c if `add`] + a x b
void gemm_i8_64x64x64(const int8_t* a, const uint8_t* b, int add, int32_t* c);
// As gemv_i8_finish_f32, for the first `rows` of 64 rows and 64 outputs.
void gemm_i8_finish_f32(const int32_t* c, int rows, const float* scale, const int32_t* sum, const float* w_scale,
                        const int32_t* zero, const float* bias, int add, float* y, int y_stride);

// -- attention: one head; shared by attention_self and attention_cross --
// Queries float32 [rows, stride] to r4k8 (64 columns); their scales [4] hold log2(e) / sqrt(64) as well.
void attention_query_f32_i8(const float* query, int rows, int stride, int8_t* q, float* scale);
void attention_begin_f32(tilescribe::tile::AttentionState* state);
// out is float32 [rows, out_stride].
void attention_end_f32(const tilescribe::tile::AttentionState* state, int rows, float* out, int out_stride);

// -- attention_cross: page `index` of attention_pages(positions) --
void attention_cross_i8_page(const int8_t* q, const float* q_scale, int rows, const void* page, int index,
                             int positions, tilescribe::tile::AttentionState* state);

// -- attention_self: as attention_cross, over `positions` of which the last is the token's own, whose row comes
// from `own` (the page in DDR does not hold it yet) and is written into the page. --
void attention_self_i8_page(const int8_t* q, const float* q_scale, int rows, void* page, int index, int positions,
                            const tilescribe::tile::KeyValueRow* own, tilescribe::tile::AttentionState* state);
// Quantises the new position's key and value (float32 [64] each).
void attention_self_f32_i8_row(const float* key, const float* value, tilescribe::tile::KeyValueRow* row);

// -- ffn_fused: between the products of up and down --
// GELU of y float32 [rows, count] in place (as gemv_i8_finish_f32 left it); maximum[r] = max |y[r]|.
void ffn_f32_gelu_max(float* y, int rows, int count, float* maximum);
// Quantises with the common maximum of all tiles: q is r4k8 (`count` columns); scale [4] is the row's;
// sum [4] that of these columns alone.
void ffn_f32_i8_requantize(const float* y, int rows, int count, const float* maximum, int8_t* q, float* scale,
                           int32_t* sum);

// -- vocab_screen --
// Up to two hidden rows float32 [rows, 512] to planes (r4k8: high and low of row 0, high and low of row 1) with
// h ~ scale * (127 * high + low), scale [2], sum [4] of the planes.
void vocab_f32_i8_planes(const float* hidden, int rows, int8_t* planes, float* scale, int32_t* sum);
// The sums of one page's 8 tokens, n8r4: planes x page - zero * sum.
void vocab_i8_screen_8x512(const int8_t* planes, const uint8_t* page, int zero, const int32_t* sum, int32_t* acc);

}  // extern "C"
