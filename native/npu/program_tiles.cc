#include "npu/program_tiles.h"

#include <string>

#include "kernels/decoder_step/core.h"

namespace tilescribe::npu {
namespace {

using tile::kBlockFree;
using tile::kBlockFull;
using tile::kChunkFree;
using tile::kChunkFull;
using tile::kChunkSlots;
using tile::kGatheredFree;
using tile::kGatheredFull;
using tile::kPageFree;
using tile::kPageFull;
using tile::kPageSlots;
using tile::Stage;

constexpr uint32_t kPageWords = tile::kPageBytes / 4;
constexpr int kRingPages = 48;  // in a memory tile, for each of its two streams
constexpr uint32_t kStackBytes = 3072;
// The sum of what the READMEs of the kernels declare, and 2,560 bytes for kernels/decoder_step.
constexpr uint32_t kProgramBytes = 15872;

uint32_t live_between(Stage first, Stage last) {
  uint32_t bits = 0;
  for (int stage = static_cast<int>(first); stage <= static_cast<int>(last); stage++) {
    bits |= live_in(static_cast<Stage>(stage)) | live_after(static_cast<Stage>(stage));
  }
  return bits;
}

constexpr uint32_t kAttentionLive = live_in(Stage::kSelfAttention) | live_in(Stage::kCrossAttention);
constexpr uint32_t kRowsLive = live_in(Stage::kSelfNorm) | live_in(Stage::kCrossNorm) | live_in(Stage::kForwardNorm) |
                               live_after(Stage::kSelfAttention) | live_after(Stage::kCrossAttention);

// Gives each buffer the next free address, 64 bytes apart at least.
class MemoryMap {
 public:
  explicit MemoryMap(uint32_t begin) : at_(begin) {}
  uint32_t add(std::vector<BufferPlan>* buffers, const std::string& name, uint32_t bytes, uint32_t live = kAlwaysLive) {
    const uint32_t address = at_;
    buffers->push_back({name, address, bytes, live});
    at_ += (bytes + 63) / 64 * 64;
    return address;
  }

 private:
  uint32_t at_;
};

}  // namespace

TilePlan make_core(int column, int row) {
  TilePlan core{column, kFirstCoreRow + row, kStackBytes, kProgramBytes, {}, {}, {}};
  const bool is_lower = row % 2 == 0;
  MemoryMap map(kStackBytes);
  std::vector<BufferPlan>* buffers = &core.buffers;
  map.add(buffers, "pages", kPageSlots * tile::kPageBytes);
  const uint32_t gathered =
      map.add(buffers, "gathered", tile::kGatheredBytes, live_between(Stage::kHeader, Stage::kForwardDown));
  buffers->push_back(
      {"planes", gathered, 2 * tile::kRows * tile::kWidth, live_between(Stage::kFinalNorm, Stage::kVocabulary)});
  if (row + 1 < tile::kTilesPerColumn) map.add(buffers, "block", tile::kBlockBytes);
  if (is_lower) {
    map.add(buffers, "chunks", kChunkSlots * tile::kChunkBytes);
    map.add(buffers, "head", tile::kRows * 3 * tile::kHead * 4);
    const uint32_t attention = map.add(buffers, "attention", sizeof(tile::AttentionState), kAttentionLive);
    buffers->push_back({"rows", attention, tile::kRows * tile::kWidth * 4, kRowsLive});
    map.add(buffers, "head_q", tile::kRows * tile::kHead);
  } else {
    map.add(buffers, "rows", tile::kRows * tile::kWidth * 4, kRowsLive);
  }
  map.add(buffers, "x", tile::kRows * tile::kWidth * 4);
  map.add(buffers, "q", tile::kRows * tile::kWidth);
  map.add(buffers, "parameters", tile::kParametersStride);
  map.add(buffers, "products", tile::kUpOutputs * tile::kRows * 4);
  map.add(buffers, "outputs", tile::kUpOutputs * tile::kRows * 4,
          live_between(Stage::kForwardUp, Stage::kForwardQuantize));
  map.add(buffers, "header", sizeof(tile::StepHeader));
  map.add(buffers, "scale", 16);
  map.add(buffers, "sum", 16);
  map.add(buffers, "maximum", 16);

  core.locks = {{kPageFree, "page_free", kPageSlots},
                {kPageFull, "page_full", 0},
                {kGatheredFree, "gathered_free", 1},
                {kGatheredFull, "gathered_full", 0}};
  int id = 0;
  for (int slot = 0; slot < kPageSlots; slot++, id++) {
    core.descriptors.push_back({id,
                                Direction::kToMemory,
                                0,
                                "pages",
                                static_cast<uint32_t>(slot) * tile::kPageBytes,
                                kPageWords,
                                {},
                                {1, 0},
                                kPageFree,
                                1,
                                kPageFull,
                                1,
                                (slot + 1) % kPageSlots});
  }
  core.descriptors.push_back({id,
                              Direction::kToMemory,
                              1,
                              "gathered",
                              0,
                              tile::kGatheredBytes / 4,
                              {},
                              {1, 0},
                              kGatheredFree,
                              1,
                              kGatheredFull,
                              1,
                              id});
  id++;
  if (row == 0) {
    core.locks.push_back({kBlockFree, "block_free", 1});
    core.locks.push_back({kBlockFull, "block_full", 0});
    core.descriptors.push_back({id,
                                Direction::kFromMemory,
                                0,
                                "block",
                                0,
                                tile::kBlockBytes / 4,
                                {},
                                {1, 0},
                                kBlockFull,
                                1,
                                kBlockFree,
                                1,
                                id});
    id++;
  }
  if (is_lower) {
    core.locks.push_back({kChunkFree, "chunk_free", kChunkSlots});
    core.locks.push_back({kChunkFull, "chunk_full", 0});
    for (int slot = 0; slot < kChunkSlots; slot++) {
      core.descriptors.push_back({id + slot,
                                  Direction::kFromMemory,
                                  1,
                                  "chunks",
                                  static_cast<uint32_t>(slot) * tile::kChunkBytes,
                                  tile::kChunkBytes / 4,
                                  {},
                                  {1, 0},
                                  kChunkFull,
                                  1,
                                  kChunkFree,
                                  1,
                                  id + (slot + 1) % kChunkSlots});
    }
    core.locks.push_back({tile::kUpperFull, "upper_full", 0});
    core.locks.push_back({tile::kChunkRoom, "chunk_room", 0});
  }
  if (row + 1 < tile::kTilesPerColumn) core.locks.push_back({tile::kHandedFull, "handed_full", 0});
  return core;
}

// Descriptors of even channels are among the first 24, of odd ones among the others.
TilePlan make_memory_tile(int column) {
  TilePlan memory{column, kMemoryRow, 0, 0, {}, {}, {}};
  MemoryMap map(0);
  for (int k = 0; k < 2; k++) {
    const std::string name = "ring" + std::to_string(k);
    map.add(&memory.buffers, name, kRingPages * tile::kPageBytes);
    const int free = 2 * k;
    const int full = 2 * k + 1;
    memory.locks.push_back({free, name + "_free", kRingPages});
    memory.locks.push_back({full, name + "_full", 0});
    const int id = 24 * k;
    memory.descriptors.push_back(
        {id, Direction::kToMemory, k, name, 0, kPageWords, {}, {kRingPages, kPageWords}, free, 1, full, 1, id});
    memory.descriptors.push_back({id + 1,
                                  Direction::kFromMemory,
                                  k,
                                  name,
                                  0,
                                  kPageWords,
                                  {},
                                  {kRingPages, kPageWords},
                                  full,
                                  1,
                                  free,
                                  1,
                                  id + 1});
  }
  if (column != 0) return memory;
  map.add(&memory.buffers, "joined", tile::kGatheredBytes);
  // Each column's piece has locks of its own: with one count for all, a column that is early takes the place of one
  // that is late, and the broadcast waits for the late one for ever.
  for (int from = 0; from < tile::kColumns; from++) {
    const std::string name = "joined" + std::to_string(from);
    const uint32_t offset = static_cast<uint32_t>(from) * tile::kBlockBytes;
    const int free = 4 + 2 * from;
    const int full = free + 1;
    memory.locks.push_back({free, name + "_free", 1});
    memory.locks.push_back({full, name + "_full", 0});
    const int in = 24 * (from % 2) + 2 + from / 2;
    memory.descriptors.push_back({in,
                                  Direction::kToMemory,
                                  2 + from,
                                  "joined",
                                  offset,
                                  tile::kBlockBytes / 4,
                                  {},
                                  {1, 0},
                                  free,
                                  1,
                                  full,
                                  1,
                                  in});
  }
  for (int from = 0; from < tile::kColumns; from++) {
    const uint32_t offset = static_cast<uint32_t>(from) * tile::kBlockBytes;
    const int free = 4 + 2 * from;
    memory.descriptors.push_back({4 + from,
                                  Direction::kFromMemory,
                                  2,
                                  "joined",
                                  offset,
                                  tile::kBlockBytes / 4,
                                  {},
                                  {1, 0},
                                  free + 1,
                                  1,
                                  free,
                                  1,
                                  4 + (from + 1) % tile::kColumns});
  }
  return memory;
}

std::vector<RoutePlan> make_routes() {
  std::vector<RoutePlan> routes;
  RoutePlan all{{0, kMemoryRow, 2}, {}};
  for (int column = 0; column < tile::kColumns; column++) {
    for (int k = 0; k < 2; k++) {
      const int lower = kFirstCoreRow + 2 * k;
      routes.push_back({{column, kShimRow, k}, {{column, kMemoryRow, k}}});
      routes.push_back({{column, kMemoryRow, k}, {{column, lower, 0}, {column, lower + 1, 0}}});
      routes.push_back({{column, lower, 1}, {{column, kShimRow, k}}});
    }
    routes.push_back({{column, kFirstCoreRow, 0}, {{0, kMemoryRow, 2 + column}}});
    for (int row = 0; row < tile::kTilesPerColumn; row++) all.to.push_back({column, kFirstCoreRow + row, 1});
  }
  routes.push_back(all);
  return routes;
}

}  // namespace tilescribe::npu
