// Page 0: query, key and value of the token, float32 [3][64]; then the pages of 70 positions, the last of which is
// the token's. Out: attended float32 [64], then the token's KeyValueRow.
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

namespace {

constexpr int kPositions = 70;

struct alignas(64) State {
  AttentionState attention;
  KeyValueRow own;
  int8_t q[kRows * kHead];
  float scale[kRows];
};
static_assert(sizeof(State) <= kCaseStateBytes, "the case's memory");

}  // namespace

extern "C" void attention_self_case(uint8_t* page, int index, uint8_t* memory, uint8_t* out) {
  State* state = reinterpret_cast<State*>(memory);
  if (index == 0) {
    tile_begin();
    const float* token = reinterpret_cast<const float*>(page);
    attention_query_f32_i8(token, 1, kHead, state->q, state->scale);
    attention_self_f32_i8_row(token + kHead, token + 2 * kHead, &state->own);
    attention_begin_f32(&state->attention);
    return;
  }
  attention_self_i8_page(state->q, state->scale, 1, page, index - 1, kPositions, &state->own, &state->attention);
  if (index == attention_pages(kPositions)) {
    attention_end_f32(&state->attention, 1, reinterpret_cast<float*>(out), kHead);
    const uint8_t* from = reinterpret_cast<const uint8_t*>(&state->own);
    for (unsigned i = 0; i < sizeof(KeyValueRow); i++) out[4 * kHead + i] = from[i];
  }
}
