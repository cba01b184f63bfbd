// Attention over the window's positions, page by page; with the parts that attention_self shares. See README.md.
#include "kernels/common/attention.h"
#include "kernels/common/quantize.h"

using namespace tilescribe::tile;

namespace {

// log2(e) / sqrt(64): weights are powers of two, and the scores of Whisper's heads are divided by 8.
constexpr float kQueryFactor = 1.44269504088896341f * 0.125f;

}  // namespace

extern "C" void attention_query_f32_i8(const float* query, int rows, int stride, int8_t* q, float* scale) {
  float maximum[kRows] = {};
  int32_t sum[kRows];
  for (int r = 0; r < rows; r++) maximum[r] = largest_of(query + static_cast<int64_t>(r) * stride, kHead);
  quantize_rows(query, rows, kHead, stride, maximum, q, scale, sum);
  for (int r = 0; r < kRows; r++) scale[r] *= kQueryFactor;
}

extern "C" void attention_begin_f32(AttentionState* state) {
  for (int r = 0; r < kRows; r++) {
    for (int d = 0; d < kHead; d += kLanes) F16::set(0.0f).store(state->sums[r] + d);
  }
  F16::set(0.0f).store(state->total);
  F16::set(0.0f).store(state->block_total);
  F16::set(kNever).store(state->highest);
  F16::set(kNever).store(state->block_highest);
}

extern "C" void attention_cross_i8_page(const int8_t* q, const float* q_scale, int rows, const void* page, int index,
                                        int positions, AttentionState* state) {
  take_page(q, q_scale, rows, page, page_role(index, positions), state);
}

extern "C" void attention_end_f32(const AttentionState* state, int rows, float* out, int out_stride) {
  for (int r = 0; r < rows; r++) {
    const F16 inverse = F16::set(divide(1.0f, state->total[r]));
    float* to = out + static_cast<int64_t>(r) * out_stride;
    for (int d = 0; d < kHead; d += kLanes) (F16::load(state->sums[r] + d) * inverse).store(to + d);
  }
}
