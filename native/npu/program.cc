#include "npu/program.h"

#include <algorithm>

#include "npu/program_tiles.h"

namespace tilescribe::npu {
namespace {

using tile::Stage;

constexpr uint32_t kPageWords = tile::kPageBytes / 4;
constexpr int kTextSlots = 24;
constexpr int kWindowSlots = 8;
constexpr int kTextPages = tile::attention_pages(tile::kTextPositions);
constexpr int kWindowPages = tile::attention_pages(kAudioContext);

int pages_of(std::initializer_list<Stage> stages) {
  const tile::StepHeader none = {};
  int pages = 0;
  for (Stage stage : stages) pages += tile::stage_pages(stage, none);
  return pages;
}

WeightsPlan plan_weights(const ProgramPlan& program) {
  WeightsPlan plan{};
  int at = 0;
  const auto add = [&](int pages) {
    const WeightsPlan::Segment segment{at, pages};
    at += pages;
    return segment;
  };
  const int before = pages_of({Stage::kSelfNorm, Stage::kSelfProduct});
  plan.segments.push_back(add(before));
  for (int layer = 0; layer < program.config.decoder_layers; layer++) {
    plan.segments.push_back(add(pages_of({Stage::kSelfOut, Stage::kCrossNorm, Stage::kCrossProduct})));
    const int after = pages_of({Stage::kCrossOut, Stage::kForwardNorm, Stage::kForwardUp, Stage::kForwardDown});
    plan.segments.push_back(add(after + (layer + 1 < program.config.decoder_layers ? before : 0)));
  }
  plan.vocabulary = add(2 + 2 * program.vocabulary_pages);
  plan.sparse = add(program.sparse_pages > 0 ? 2 + 2 * program.sparse_pages : 0);
  plan.pages_per_pair = at;
  return plan;
}

SequencePlan make_sequence(const ProgramPlan& program, int rows, int runs) {
  SequencePlan sequence{rows, runs, {}};
  const Config& config = program.config;
  // Of each kind in turn for all channels, so that none waits for another's.
  const auto for_all = [&](auto make) {
    for (int pair = 0; pair < tile::kPairs; pair++) {
      TaskPlan task = make(pair);
      task.column = pair / 2;
      task.channel = pair % 2;
      sequence.tasks.push_back(task);
    }
  };
  const auto read = [&](Argument argument, uint64_t offset, int pages, Patch patch = Patch::kNone, int layer = -1,
                        int index = -1) {
    return TaskPlan{
        0, Direction::kFromMemory, 0, argument, offset, static_cast<uint32_t>(pages) * kPageWords, patch, layer, index};
  };
  const auto segment = [&](int index) {
    const WeightsPlan::Segment& part = program.weights.segments[static_cast<size_t>(index)];
    for_all(
        [&](int pair) { return read(Argument::kWeights, weights_offset(program, pair, part.first_page), part.pages); });
  };
  for_all([&](int pair) {
    const int chunks = tile::result_chunks(config.decoder_layers, rows, program.vocabulary_pages);
    return TaskPlan{0,
                    Direction::kToMemory,
                    0,
                    Argument::kResults,
                    results_offset(program, pair),
                    static_cast<uint32_t>(chunks * tile::kChunkBytes / 4),
                    Patch::kResults};
  });
  for_all([&](int) { return read(Argument::kStep, 0, tile::kHeaderPages); });
  segment(0);
  for (int layer = 0; layer < config.decoder_layers; layer++) {
    for (int row = 0; row < rows; row++) {
      for_all([&](int pair) {
        return read(Argument::kTexts, text_offset(config, 0, layer, pair), tile::attention_pages(1), Patch::kText,
                    layer, row);
      });
    }
    segment(1 + 2 * layer);
    for (int run = 0; run < runs; run++) {
      for_all([&](int pair) {
        return read(Argument::kWindows, window_offset(config, 0, layer, pair), kWindowPages, Patch::kWindow, layer,
                    run);
      });
    }
    segment(2 + 2 * layer);
  }
  for_all([&](int pair) {
    const WeightsPlan::Segment& part = program.weights.vocabulary;
    return read(Argument::kWeights, weights_offset(program, pair, part.first_page), part.pages, Patch::kVocabulary);
  });
  return sequence;
}

}  // namespace

const char* name_of(Argument argument) {
  switch (argument) {
    case Argument::kWeights: return "weights";
    case Argument::kWindows: return "windows";
    case Argument::kTexts: return "texts";
    case Argument::kStep: return "step";
    case Argument::kResults: return "results";
  }
  return "";
}

const SequencePlan& ProgramPlan::sequence(int rows, int runs) const {
  return *std::find_if(sequences.begin(), sequences.end(),
                       [&](const SequencePlan& each) { return each.rows == rows && each.runs == runs; });
}

std::string find_misfit(const Config& config) {
  if (config.width != tile::kWidth || config.heads != tile::kHeads) {
    return "the NPU's design is for models of width 512 and 8 heads, like \"base\"; this one has width " +
           std::to_string(config.width);
  }
  if (config.text_context > tile::kTextPositions) return "the NPU's design is for texts of at most 448 tokens";
  return "";
}

int vocabulary_pages(int tokens) {
  const int groups = (tokens + kLanes - 1) / kLanes;
  return (groups + tile::kTiles - 1) / tile::kTiles * (kLanes / tile::kPageOutputs);
}

uint64_t text_slot_bytes(const Config& config) { return text_offset(config, 1, 0, 0); }
uint64_t window_slot_bytes(const Config& config) { return window_offset(config, 1, 0, 0); }

uint64_t text_offset(const Config& config, int slot, int layer, int pair) {
  const int place = (slot * config.decoder_layers + layer) * tile::kPairs + pair;
  return static_cast<uint64_t>(place) * kTextPages * tile::kPageBytes;
}

uint64_t window_offset(const Config& config, int slot, int layer, int pair) {
  const int place = (slot * config.decoder_layers + layer) * tile::kPairs + pair;
  return static_cast<uint64_t>(place) * kWindowPages * tile::kPageBytes;
}

uint64_t weights_offset(const ProgramPlan& program, int pair, int page) {
  return (static_cast<uint64_t>(pair) * static_cast<uint64_t>(program.weights.pages_per_pair) +
          static_cast<uint64_t>(page)) *
         tile::kPageBytes;
}

uint64_t results_offset(const ProgramPlan& program, int pair) {
  const int chunks = tile::result_chunks(program.config.decoder_layers, tile::kRows, program.vocabulary_pages);
  return static_cast<uint64_t>(pair) * static_cast<uint64_t>(chunks) * tile::kChunkBytes;
}

ProgramPlan make_program(const Config& config, int sparse_tokens) {
  ProgramPlan program{};
  program.name = "decoder_step";
  program.config = config;
  program.vocabulary_pages = vocabulary_pages(config.vocabulary);
  program.sparse_pages = vocabulary_pages(sparse_tokens);
  program.text_slots = kTextSlots;
  program.window_slots = kWindowSlots;
  program.contexts = 1;
  program.weights = plan_weights(program);
  for (int column = 0; column < tile::kColumns; column++) {
    program.tiles.push_back({column, kShimRow, 0, 0, {}, {}, {}});
    program.tiles.push_back(make_memory_tile(column));
    for (int row = 0; row < tile::kTilesPerColumn; row++) program.tiles.push_back(make_core(column, row));
  }
  program.routes = make_routes();
  program.argument_bytes[static_cast<int>(Argument::kWeights)] = weights_offset(program, tile::kPairs, 0);
  program.argument_bytes[static_cast<int>(Argument::kWindows)] = kWindowSlots * window_slot_bytes(config);
  program.argument_bytes[static_cast<int>(Argument::kTexts)] = kTextSlots * text_slot_bytes(config);
  program.argument_bytes[static_cast<int>(Argument::kStep)] = tile::kHeaderPages * tile::kPageBytes;
  program.argument_bytes[static_cast<int>(Argument::kResults)] = results_offset(program, tile::kPairs);
  for (int rows = 1; rows <= tile::kRows; rows++) {
    for (int runs = 1; runs <= rows; runs++) program.sequences.push_back(make_sequence(program, rows, runs));
  }
  return program;
}

}  // namespace tilescribe::npu
