// The program of a core in the decoder step, written once: the emulator runs it on the host, the core's main
// function (core.cc) on the NPU. It is cut where a core waits: a stage takes so many pages of its stream, then works,
// then may hand a part to all others and take what all have handed.
//
// All sixteen cores run the same stages in the same order; a stream serves a pair of them, which both see every
// page and take those that are theirs. A pair is one head of attention: the lower tile of the two is the head's,
// the upper one computes half of its queries, keys and values, straight into the lower one's memory.
//
// See docs/npu.md for the stages, native/npu/program.cc for where each buffer lies.
#pragma once

#include "kernels/kernels.h"

namespace tilescribe::tile {

inline constexpr int kColumns = 4;
inline constexpr int kTilesPerColumn = 4;
inline constexpr int kTiles = kColumns * kTilesPerColumn;
inline constexpr int kPairs = kTiles / 2;
inline constexpr int kHeads = 8;

// The first page of a step's stream; two pages with the residual rows float32 [4][512] follow.
struct StepHeader {
  int32_t step;  // comes back in the trailer
  int32_t layers;
  int32_t rows;               // 1 to 4
  int32_t text_positions[4];  // of each row, its own included
  int32_t runs;               // of rows that share a window
  int32_t run_rows[4];
  int32_t run_positions[4];
  int32_t vocabulary_pages;  // of each tile
};
inline constexpr int kHeaderPages = 1 + kRows * kWidth * 4 / kPageBytes;

// What a tile hands to all others; of a column as a block, of all columns in the order of the tiles' numbers.
inline constexpr int kPartBytes = 512;
inline constexpr int kBlockBytes = kTilesPerColumn * kPartBytes;
inline constexpr int kGatheredBytes = kColumns * kBlockBytes;

// Results leave a pair in chunks; a chunk of the vocabulary is half the lower tile's, half the upper one's.
inline constexpr int kChunkBytes = 1024;
// Bytes of sums of a page's 8 tokens, for so many rows.
inline constexpr int sum_bytes(int rows) { return 64 * (rows > 2 ? 4 : rows); }
inline constexpr int pages_per_chunk(int rows) { return kChunkBytes / 2 / sum_bytes(rows); }
inline constexpr int vocabulary_chunks(int rows, int pages) {
  return (pages + pages_per_chunk(rows) - 1) / pages_per_chunk(rows);
}
// Per layer one chunk of KeyValueRows; then the hidden rows' columns of the pair's head; the vocabulary; the trailer.
inline constexpr int result_chunks(int layers, int rows, int pages) {
  return layers + 1 + vocabulary_chunks(rows, pages) + 1;
}

struct Trailer {
  int32_t step;
  int32_t pages;   // of the stream
  float scale[4];  // of the planes of each row
  int32_t unused[10];
};
// Behind the trailer: the planes' columns of the pair's head, as they were multiplied, of rows 0 and 1, then of 2
// and 3. With them the host can make every sum of the vocabulary again, whatever rounding gave the planes.
inline constexpr int kPlaneColumnsBytes = kRows * kHead;
static_assert(sizeof(Trailer) + 2 * kPlaneColumnsBytes <= kChunkBytes);

// A page of what goes with a matrix: of each tile of the pair 128 scales, 128 biases, 8 zero points of 16 outputs.
struct MatrixParameters {
  float scale[128];
  float bias[128];
  int32_t zero[8];
};
inline constexpr int kParametersStride = 2048;  // from the lower tile's to the upper one's
// And with the vocabulary: of each tile 512 zero points of 16 outputs.
inline constexpr int kMaximumZeros = 512;

enum class Stage {
  kHeader,
  kSelfNorm,
  kSelfProduct,
  kSelfAttention,
  kSelfOut,
  kCrossNorm,
  kCrossProduct,
  kCrossAttention,
  kCrossOut,
  kForwardNorm,
  kForwardUp,
  kForwardQuantize,
  kForwardDown,
  kFinalNorm,
  kVocabulary,
};
inline constexpr Stage kFirstOfLayer = Stage::kSelfNorm;
inline constexpr Stage kLastOfLayer = Stage::kForwardDown;

// Outputs of each tile.
inline constexpr int kProductOutputs = 96;
inline constexpr int kQueryOutputs = 32;
inline constexpr int kOutOutputs = 32;
inline constexpr int kUpOutputs = 128;
inline constexpr int kDownPages = kInner / kPageInputs;

// Pages of weights of each tile of a pair.
inline constexpr int weight_pages(Stage stage) {
  switch (stage) {
    case Stage::kSelfProduct: return kProductOutputs / kPageOutputs;
    case Stage::kCrossProduct: return kQueryOutputs / kPageOutputs;
    case Stage::kSelfOut:
    case Stage::kCrossOut: return kOutOutputs / kPageOutputs;
    case Stage::kForwardUp: return kUpOutputs / kPageOutputs;
    case Stage::kForwardDown: return kOutOutputs / kPageOutputs * kDownPages;
    default: return 0;
  }
}

// Pages of a pair's stream.
inline int stage_pages(Stage stage, const StepHeader& header) {
  switch (stage) {
    case Stage::kHeader: return kHeaderPages;
    case Stage::kSelfNorm:
    case Stage::kCrossNorm:
    case Stage::kForwardNorm:
    case Stage::kFinalNorm: return 1;
    case Stage::kSelfAttention: {
      int pages = 0;
      for (int r = 0; r < header.rows; r++) pages += attention_pages(header.text_positions[r]);
      return pages;
    }
    case Stage::kCrossAttention: {
      int pages = 0;
      for (int run = 0; run < header.runs; run++) pages += attention_pages(header.run_positions[run]);
      return pages;
    }
    case Stage::kForwardQuantize: return 0;
    case Stage::kVocabulary: return 1 + 2 * header.vocabulary_pages;
    default: return 1 + 2 * weight_pages(stage);
  }
}

// Whether the stage ends with parts of all for all.
inline constexpr bool gathers(Stage stage) {
  switch (stage) {
    case Stage::kSelfAttention:
    case Stage::kSelfOut:
    case Stage::kCrossAttention:
    case Stage::kCrossOut:
    case Stage::kForwardUp:
    case Stage::kForwardQuantize:
    case Stage::kForwardDown: return true;
    default: return false;
  }
}

// A tile's memory. Addresses are the program's; what is another tile's is reached as a neighbour's memory.
struct TileMemory {
  StepHeader* header;
  float* x;                      // [4][512], the residual rows; at the end the hidden ones
  float* rows;                   // [4][512]: normalised, or attended; over `attention`, never at the same time
  int8_t* q;                     // r4k8, 512 columns
  float* scale;                  // [4]
  int32_t* sum;                  // [4]
  float* maximum;                // [4]
  MatrixParameters* parameters;  // or the vocabulary's zero points
  int32_t* products;             // n8r4 of up to 128 outputs
  float* outputs;                // [4][128]
  AttentionState* attention;
  float* head;              // [4][192] of the head's tile: queries, keys, values. The upper tile has its lower one's.
  int8_t* head_q;           // r4k8, 64 columns
  uint8_t* block;           // the parts of the column that lie in this tile's memory
  uint8_t* next_block;      // the southern neighbour's; of the lowest row its own
  const uint8_t* gathered;  // the blocks of all columns
  int8_t* planes;           // two times r4k8, 512 columns; over `gathered`, which nobody needs at the end
};

// What the stages leave for one another.
struct TileState {
  int column;
  int row;
  int pages;  // of the stream so far
  // Of attention: the row or run under way, and its first page and row.
  int turn;
  int first_page;
  int first_row;
  int done;  // own pages of the vocabulary
  float plane_scale[4];
  int32_t plane_sum[2][4];
};

inline bool is_upper(const TileState& state) { return state.row % 2 == 1; }
inline int pair_of(const TileState& state) { return state.column * 2 + state.row / 2; }
inline int tile_of(const TileState& state) { return state.column * kTilesPerColumn + state.row; }

}  // namespace tilescribe::tile
