// The instruction stream of the emulated device: what the NPU's controller is told, in 32-bit words. The real stream is
// the compiler's (kernels/build); both are patched at the same points, which the manifest names by index of word.
//
//   header   kMagic, version, operations, words of the whole stream
//   task     kTask, column, direction << 8 | channel, descriptor, argument, offset low, offset high, words to move
//   wait     kWait, column, direction << 8 | channel: until the oldest task under way on it is done
#pragma once

#include <cstdint>
#include <vector>

#include "npu/program.h"

namespace tilescribe::npu {

inline constexpr uint32_t kMagic = 0x53445354;  // "TSDS"
inline constexpr uint32_t kStreamVersion = 1;
enum OpCode : uint32_t { kTask = 1, kWait = 2 };
inline constexpr size_t kHeaderWords = 4;
inline constexpr size_t kTaskWords = 8;
inline constexpr size_t kWaitWords = 3;

// Descriptors of a shim tile that each of its channels takes in turn, and tasks a channel may have under way.
inline constexpr int kReadDescriptors = 6;
inline constexpr int kWriteDescriptors = 2;
inline constexpr int kQueueDepth = 4;

struct PatchPoint {
  Patch patch;
  int layer;
  int index;
  int pair;
  // Indices of words: the offset's two, and the length. -1 where the compiler folded a value that is not patched.
  int offset_word;
  int length_word;
};

struct InstructionStream {
  std::vector<uint32_t> words;
  std::vector<PatchPoint> points;
};

InstructionStream encode(const SequencePlan& sequence);

// What is to be patched before a run.
struct StepPatches {
  int text_slots[tile::kRows];
  int text_positions[tile::kRows];
  int window_slots[tile::kRows];
  int window_positions[tile::kRows];
  bool is_sparse;
};
void apply(const ProgramPlan& program, const SequencePlan& sequence, const std::vector<PatchPoint>& points,
           const StepPatches& patches, uint32_t* words);

}  // namespace tilescribe::npu
