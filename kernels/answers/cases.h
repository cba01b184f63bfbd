// One known-answer case for each kernel: what its one-tile design (KERNEL/design.py) does with a stream of pages, the
// same code on the host and on the core. `state` is kCaseStateBytes of the tile's memory, zero before page 0; `out` is
// one page, zero before page 0, complete after the last.
#pragma once

#include <cstdint>

namespace tilescribe::tile {

inline constexpr int kCaseStateBytes = 24576;

}  // namespace tilescribe::tile

extern "C" {

// Makes state and out zero.
void case_begin(uint8_t* state, uint8_t* out);

void attention_cross_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void attention_self_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void ffn_fused_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void gelu_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void gemm_i8_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void gemv_i8_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void layer_norm_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
void vocab_screen_case(uint8_t* page, int index, uint8_t* state, uint8_t* out);
}
