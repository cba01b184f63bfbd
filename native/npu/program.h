// The design of the decoder step as data, made in one place: tiles, buffers with addresses, DMA descriptors, routes,
// what each shim channel moves in which order, and which of that is patched from token to token. The emulator runs
// it, the checker proves that it is within the silicon's limits, kernels/decoder_step/design.py places it.
//
// What runs on a core is kernels/decoder_step (tile.h has the layout of pages, parts and results).
//
//   DDR -> shim MM2S k -> memory tile S2MM k -> ring of 48 pages -> MM2S k -> S2MM 0 of the two cores of pair 2c + k
//   core of the lowest row MM2S 0 -> memory tile of column 0, S2MM 2 + c -> joined -> MM2S 2 -> S2MM 1 of all cores
//   lower core of a pair MM2S 1 -> shim S2MM k -> DDR
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/decoder_step/tile.h"
#include "whisper/config.h"

namespace tilescribe::npu {

inline constexpr int kShimRow = 0;
inline constexpr int kMemoryRow = 1;
inline constexpr int kFirstCoreRow = 2;

enum class Direction { kToMemory, kFromMemory };  // S2MM, MM2S

// When a buffer holds something, as bits: while a stage takes its pages and hands its part, and while it takes the
// parts of all.
inline constexpr uint32_t live_in(tile::Stage stage) { return 1u << 2 * static_cast<int>(stage); }
inline constexpr uint32_t live_after(tile::Stage stage) { return 2u << 2 * static_cast<int>(stage); }
inline constexpr uint32_t kAlwaysLive = 0xffffffffu;

struct BufferPlan {
  std::string name;
  uint32_t address;
  uint32_t bytes;
  // Buffers that are never live at the same time may share addresses.
  uint32_t live = kAlwaysLive;
};

struct DimensionPlan {
  uint32_t wrap;          // steps
  uint32_t stride_words;  // of 4 bytes
};

struct DescriptorPlan {
  int id;
  Direction direction;
  int channel;
  std::string buffer;
  uint32_t offset;  // bytes
  uint32_t length_words;
  std::vector<DimensionPlan> dimensions;  // innermost first; none where it is one run of words
  // Each use of the descriptor begins so much further, `wrap` times, then at the beginning again.
  DimensionPlan iteration{1, 0};
  int acquire_lock;
  int acquire_value;
  int release_lock;
  int release_value;
  int next;  // the descriptor after it
};

struct LockPlan {
  int id;
  std::string name;
  int initial;
};

struct TilePlan {
  int column;
  int row;  // 0 shim, 1 memory tile, 2 to 5 cores
  uint32_t stack_bytes = 0;
  uint32_t program_bytes = 0;  // declared: an estimate until a compiler says it
  std::vector<BufferPlan> buffers;
  std::vector<LockPlan> locks;
  std::vector<DescriptorPlan> descriptors;
};

struct EndPoint {
  int column;
  int row;
  int channel;
};

// One stream of words, circuit-switched, to one or more.
struct RoutePlan {
  EndPoint from;             // MM2S
  std::vector<EndPoint> to;  // S2MM
};

// Data buffers of a run, in their order.
enum class Argument { kWeights, kWindows, kTexts, kStep, kResults };
inline constexpr int kArguments = 5;
const char* name_of(Argument argument);

// What in a task changes from token to token.
enum class Patch {
  kNone,
  kText,        // offset and length: the memory of a row's text
  kWindow,      // offset and length: the memory of a run's window
  kVocabulary,  // offset and length: all of the vocabulary, or the sparse one
  kResults,     // length: goes with the vocabulary
};

struct TaskPlan {
  int column;
  Direction direction;  // as the shim sees it: kFromMemory reads DDR
  int channel;
  Argument argument;
  uint64_t offset;  // bytes; of a patched task within slot 0
  uint32_t length_words;
  Patch patch = Patch::kNone;
  int layer = -1;
  int index = -1;  // row of a text, run of a window
};

// What a run of so many rows over so many windows moves, in the order in which the shim channels are given it.
struct SequencePlan {
  int rows;
  int runs;
  std::vector<TaskPlan> tasks;
};

// Where the weights of one pair lie, in pages of its region.
struct WeightsPlan {
  int pages_per_pair;
  // [0] before the first attention; then two a layer, after attention over the text and over the window.
  struct Segment {
    int first_page;
    int pages;
  };
  std::vector<Segment> segments;
  Segment vocabulary;
  Segment sparse;  // of no pages where there is none
};

struct ProgramPlan {
  std::string name;
  Config config;
  int vocabulary_pages;  // of each tile
  int sparse_pages;
  int text_slots;
  int window_slots;
  int contexts;
  WeightsPlan weights;
  std::vector<TilePlan> tiles;
  std::vector<RoutePlan> routes;
  uint64_t argument_bytes[kArguments];
  std::vector<SequencePlan> sequences;

  const SequencePlan& sequence(int rows, int runs) const;
};

// What is compiled: tiles, routes and tasks of the sizes of "base", whose sparse vocabulary has so many tokens. Other
// vocabularies of the same width only change what is patched.
inline constexpr Config kBaseConfig{tile::kWidth, tile::kHeads, 6, 6, tile::kTextPositions, 51865};
inline constexpr int kSparseTokens = 12288;

// Whether the design fits the model: width, heads. The reason why not, or empty.
std::string find_misfit(const Config& config);

// `sparse_tokens` (a multiple of 16) is the length of the sparse vocabulary.
ProgramPlan make_program(const Config& config, int sparse_tokens);

// Bytes of one slot.
uint64_t text_slot_bytes(const Config& config);
uint64_t window_slot_bytes(const Config& config);
// Where the pages of a layer and a pair (head) begin.
uint64_t text_offset(const Config& config, int slot, int layer, int pair);
uint64_t window_offset(const Config& config, int slot, int layer, int pair);
uint64_t weights_offset(const ProgramPlan& program, int pair, int page);
uint64_t results_offset(const ProgramPlan& program, int pair);

// Outputs of the vocabulary that each tile has, rounded up so that groups of 16 stay whole: in pages of 8.
int vocabulary_pages(int tokens);

// As JSON, for design.py and for people.
std::string to_json(const ProgramPlan& program);

}  // namespace tilescribe::npu
