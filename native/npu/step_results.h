// What comes back from a step's run, in the order of the model: read out of the pairs' chunks (tile.h), and what the
// host makes of it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "npu/program.h"
#include "whisper/weights.h"

namespace tilescribe::npu {

struct StepResults {
  std::vector<float> hidden;            // [rows][512]
  std::vector<tile::KeyValueRow> keys;  // [layers][rows][heads]
  std::vector<int32_t> sums;            // [rows][2 planes][tokens of all tiles]
  std::vector<int8_t> planes;           // [rows][2 planes][512]
  float scale[tile::kRows];             // of the planes
  int32_t step;                         // -1 where the pairs do not agree on it
  int32_t pages;
  int tokens;  // of all tiles

  // `vocabulary_pages` of each tile, in this step.
  void read(const ProgramPlan& program, int rows, int vocabulary_pages, const uint8_t* data);

  const int32_t* sums_of(int row) const { return sums.data() + static_cast<int64_t>(2 * row) * tokens; }
  const int8_t* planes_of(int row) const { return planes.data() + static_cast<int64_t>(2 * row) * tile::kWidth; }

  // As Decoder::project makes them of the same integers, by the same code. Tokens that are not among `sparse_groups`
  // (null: all are there) are barred.
  void put_logits(const Model& model, const std::vector<int>* sparse_groups, int row, float* logits) const;

  // How far the row's planes are from those that the host makes of its hidden state, in units of 127 * high + low.
  int plane_units_apart(int row) const;

  // Whether every sum of the vocabulary is that of the planes with the model's own weights, and the planes are at most
  // `plane_units` from those of the hidden state: 0 where float32 is float32, 1 on silicon, which emulates it.
  Status check_integers(const Model& model, const std::vector<int>* sparse_groups, int rows, int plane_units) const;
};

}  // namespace tilescribe::npu
