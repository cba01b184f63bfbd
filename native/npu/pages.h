// What lies in the device's buffers: weights, windows and texts as pages (kernels/kernels.h), made of the CPU engine's.
#pragma once

#include <vector>

#include "npu/program.h"
#include "whisper/attention.h"
#include "whisper/weights.h"

namespace tilescribe::npu {

// All weights of the model as the pairs' streams want them, into ProgramPlan::argument_bytes[kWeights] bytes. Group i
// of 16 tokens of the sparse vocabulary is group sparse_groups[i] of the model's.
void pack_weights(const ProgramPlan& program, const Model& model, const std::vector<int>& sparse_groups,
                  uint8_t* weights);

// Which output of its matrix the `local`-th of a tile is.
int output_of(tile::Stage stage, int tile, int local);

// Keys and values of one head for its first `positions`, into attention_pages(positions) pages.
void pack_attention(const AttentionMemory& memory, uint8_t* pages);

// Makes the pages of `positions` into those of one position more, by moving values where a page of keys comes
// between. Nothing for most positions.
void make_room(int positions, uint8_t* pages);

// Writes the row of the last of `positions`, for which there is room.
void put_row(const tile::KeyValueRow& row, int positions, uint8_t* pages);

}  // namespace tilescribe::npu
