// Page 0: queries float32 [4][64]; then the pages of 300 positions. Out: attended float32 [4][64].
#include "kernels/answers/cases.h"
#include "kernels/kernels.h"

using namespace tilescribe::tile;

namespace {

constexpr int kPositions = 300;

struct alignas(64) State {
  AttentionState attention;
  int8_t q[kRows * kHead];
  float scale[kRows];
};
static_assert(sizeof(State) <= kCaseStateBytes, "the case's memory");

}  // namespace

extern "C" void attention_cross_case(uint8_t* page, int index, uint8_t* memory, uint8_t* out) {
  State* state = reinterpret_cast<State*>(memory);
  if (index == 0) {
    tile_begin();
    attention_query_f32_i8(reinterpret_cast<const float*>(page), kRows, kHead, state->q, state->scale);
    attention_begin_f32(&state->attention);
    return;
  }
  attention_cross_i8_page(state->q, state->scale, kRows, page, index - 1, kPositions, &state->attention);
  if (index == attention_pages(kPositions)) {
    attention_end_f32(&state->attention, kRows, reinterpret_cast<float*>(out), kHead);
  }
}
