#include "npu/time_model.h"

#include <algorithm>

namespace tilescribe::npu {
namespace {

using tile::Stage;

struct Part {
  const char* name;
  std::vector<Stage> stages;
};

const std::vector<Part>& layer_parts() {
  static const std::vector<Part> parts = {
      {"self-attention: projections", {Stage::kSelfNorm, Stage::kSelfProduct, Stage::kSelfOut}},
      {"self-attention: text so far", {Stage::kSelfAttention}},
      {"cross-attention: projections", {Stage::kCrossNorm, Stage::kCrossProduct, Stage::kCrossOut}},
      {"cross-attention: window", {Stage::kCrossAttention}},
      {"feed-forward", {Stage::kForwardNorm, Stage::kForwardUp, Stage::kForwardQuantize, Stage::kForwardDown}},
  };
  return parts;
}

// Products of one page that count, and those that one core does for it, rows that are not there included.
struct PageWork {
  double macs;
  double core_macs;
};
PageWork work_of(Stage stage, int rows, int runs) {
  const double page = tile::kPageOutputs * tile::kPageInputs;
  switch (stage) {
    case Stage::kSelfAttention: return {page, page * tile::kRows};  // one row, keys or values of 64 positions
    case Stage::kCrossAttention: return {page * rows / runs, page * tile::kRows};
    case Stage::kVocabulary: return {page * 2 * rows, page * tile::kRows * ((rows + 1) / 2)};
    default: return {page * rows, page * tile::kRows};
  }
}

}  // namespace

StepCost estimate_step(const ProgramPlan& program, int rows, int runs, int text_positions, int window_positions,
                       bool is_sparse, const Rates& rates) {
  tile::StepHeader header = {};
  header.layers = program.config.decoder_layers;
  header.rows = rows;
  header.runs = runs;
  header.vocabulary_pages = is_sparse ? program.sparse_pages : program.vocabulary_pages;
  for (int r = 0; r < rows; r++) header.text_positions[r] = text_positions;
  for (int run = 0; run < runs; run++) header.run_positions[run] = window_positions;

  StepCost cost;
  const auto add = [&](const char* name, const std::vector<Stage>& stages, int times) {
    PartCost part;
    part.name = name;
    double core_macs = 0;
    for (Stage stage : stages) {
      const double pages = static_cast<double>(tile::stage_pages(stage, header)) * times;
      const bool is_attention = stage == Stage::kSelfAttention || stage == Stage::kCrossAttention;
      // Pages of weights are shared by the two tiles of a pair; those of attention are the lower one's.
      double working = 2.0 * tile::weight_pages(stage) * times;
      if (is_attention) working = pages;
      if (stage == Stage::kVocabulary) working = 2.0 * header.vocabulary_pages;
      const PageWork work = work_of(stage, rows, runs);
      part.bytes += pages * tile::kPageBytes * tile::kPairs;
      part.macs += working * work.macs * tile::kPairs;
      core_macs += working * work.core_macs / (is_attention ? 1 : 2);
    }
    const double read_ms = part.bytes / (rates.read_gb_per_s * 1e6);
    const double compute_ms = core_macs / (rates.macs_per_cycle * rates.clock_ghz * 1e6);
    part.ms = std::max(read_ms, compute_ms);
    cost.bytes += part.bytes;
    cost.macs += part.macs;
    cost.ms += part.ms;
    cost.parts.push_back(part);
  };
  add("residual rows", {Stage::kHeader}, 1);
  for (const Part& part : layer_parts()) add(part.name, part.stages, header.layers);
  add(is_sparse ? "vocabulary (sparse)" : "vocabulary", {Stage::kFinalNorm, Stage::kVocabulary}, 1);
  cost.bytes_written = static_cast<double>(tile::result_chunks(header.layers, rows, header.vocabulary_pages)) *
                       tile::kChunkBytes * tile::kPairs;
  cost.dispatch_ms = rates.dispatch_ms;
  cost.ms += rates.dispatch_ms;
  int exchanges = 0;
  for (int stage = 0; stage <= static_cast<int>(tile::kLastOfLayer); stage++) {
    if (tile::gathers(static_cast<Stage>(stage))) exchanges += header.layers;
  }
  // A block to the joining memory tile, then all of them to the cores, 4 bytes a cycle.
  cost.exchange_ms = exchanges * (tile::kBlockBytes + tile::kGatheredBytes) / 4.0 / (rates.clock_ghz * 1e6);
  return cost;
}

}  // namespace tilescribe::npu
