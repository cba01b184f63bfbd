// The stages of tile.h as code. `Port` is how a core reaches what it shares with others:
//
//   uint8_t* chunk()      the result chunk that this pair fills, in the lower tile's memory
//   void send_chunk()     lower tile: the chunk is whole; gives it to its DMA
//   void await_upper()    lower tile: until the upper one has filled its half
//   void signal_lower()   upper tile: its half is filled, or its outputs are in the lower one's memory
//   void await_room()     upper tile: until the lower one has a chunk for it
//   void signal_upper()   lower tile: it has
#pragma once

#include "kernels/decoder_step/tile.h"

namespace tilescribe::tile {

inline void copy_words(const void* from, void* to, int bytes) {
  const int32_t* source = static_cast<const int32_t*>(from);
  int32_t* target = static_cast<int32_t*>(to);
  for (int i = 0; i < bytes / 4; i++) target[i] = source[i];
}

// Where this tile's part lies.
inline uint8_t* part(const TileState& state, const TileMemory& memory, int tiles_up = 0) {
  return memory.next_block + (state.row + tiles_up) * kPartBytes;
}
// Parts of the rows above go one row down, after they have come; the lowest row's block is the column's. After
// attention only lower tiles have something, which covers their upper tile's part as well.
inline void hand_down(Stage stage, const TileState& state, const TileMemory& memory) {
  if (state.row == 0) return;
  const bool is_attention = stage == Stage::kSelfAttention || stage == Stage::kCrossAttention;
  for (int up = is_attention && !is_upper(state) ? 2 : 1; state.row + up < kTilesPerColumn; up++) {
    copy_words(memory.block + (state.row + up) * kPartBytes, part(state, memory, up), kPartBytes);
  }
}

inline void take_parameters(const TileState& state, const TileMemory& memory, const uint8_t* page) {
  copy_words(page + (is_upper(state) ? kParametersStride : 0), memory.parameters, kParametersStride);
}

// A page of weights that is this tile's: page `index` of its own. Pages of one output group follow one another.
inline void multiply_page(const TileState&, const TileMemory& memory, Stage stage, int index, const uint8_t* page) {
  if (stage == Stage::kForwardDown) {
    // What a column has handed is 512 inputs of the four rows.
    const int8_t* q = reinterpret_cast<const int8_t*>(memory.gathered + index % kDownPages * kBlockBytes);
    gemv_i8_8x512(q, page, index % kDownPages != 0, memory.products + index / kDownPages * kPageOutputs * kRows);
  } else {
    gemv_i8_8x512(memory.q, page, 0, memory.products + index * kPageOutputs * kRows);
  }
}

inline void finish_products(const TileMemory& memory, int outputs, bool add, float* y, int y_stride) {
  gemv_i8_finish_f32(memory.products, memory.header->rows, outputs, memory.scale, memory.sum, memory.parameters->scale,
                     memory.parameters->zero, memory.parameters->bias, add ? 1 : 0, y, y_stride);
}

// The residual's columns of this tile, [4][32], for all others.
inline void hand_residual(const TileState& state, const TileMemory& memory) {
  float* x = memory.x + tile_of(state) * kOutOutputs;
  finish_products(memory, kOutOutputs, true, x, kWidth);
  for (int r = 0; r < memory.header->rows; r++) {
    copy_words(x + r * kWidth, part(state, memory) + r * kOutOutputs * 4, kOutOutputs * 4);
  }
}

// The lower tile's part in the attention over texts: row by row.
inline void self_attention_page(TileState& state, const TileMemory& memory, int index, uint8_t* page,
                                const KeyValueRow* own) {
  const int row = state.turn;
  const int positions = memory.header->text_positions[row];
  if (index == state.first_page) {
    attention_query_f32_i8(memory.head + row * 3 * kHead, 1, 3 * kHead, memory.head_q, memory.scale);
    attention_begin_f32(memory.attention);
  }
  const int at = index - state.first_page;
  attention_self_i8_page(memory.head_q, memory.scale, 1, page, at, positions, own + row, memory.attention);
  if (at + 1 < attention_pages(positions)) return;
  attention_end_f32(memory.attention, 1, reinterpret_cast<float*>(part(state, memory)) + row * kHead, kHead);
  state.turn++;
  state.first_page = index + 1;
}

// And over windows: rows that share one together.
inline void cross_attention_page(TileState& state, const TileMemory& memory, int index, const uint8_t* page) {
  const int rows = memory.header->run_rows[state.turn];
  const int positions = memory.header->run_positions[state.turn];
  if (index == state.first_page) {
    attention_query_f32_i8(memory.head + state.first_row * 3 * kHead, rows, 3 * kHead, memory.head_q, memory.scale);
    attention_begin_f32(memory.attention);
  }
  const int at = index - state.first_page;
  attention_cross_i8_page(memory.head_q, memory.scale, rows, page, at, positions, memory.attention);
  if (at + 1 < attention_pages(positions)) return;
  attention_end_f32(memory.attention, rows, reinterpret_cast<float*>(part(state, memory)) + state.first_row * kHead,
                    kHead);
  state.turn++;
  state.first_page = index + 1;
  state.first_row += rows;
}

// Sums of page `index` of this tile, for all rows, into its half of the chunk.
template <typename Port>
inline void vocabulary_page(const TileState& state, const TileMemory& memory, int index, const uint8_t* page,
                            Port& port) {
  const int rows = memory.header->rows;
  const int zero = reinterpret_cast<const int32_t*>(memory.parameters)[index / 2];
  int32_t* to = reinterpret_cast<int32_t*>(port.chunk() + (is_upper(state) ? kChunkBytes / 2 : 0) +
                                           index % pages_per_chunk(rows) * sum_bytes(rows));
  alignas(64) int32_t sums[kRows * kPageOutputs];
  for (int set = 0; set < (rows + 1) / 2; set++) {
    vocab_i8_screen_8x512(memory.planes + set * kRows * kWidth, page, zero, state.plane_sum[set], sums);
    copy_words(sums, to + set * kRows * kPageOutputs, rows == 1 ? 64 : 128);
  }
}

template <typename Port>
inline void begin_stage(Stage stage, TileState& state, const TileMemory& memory, Port& port) {
  state.turn = state.first_page = state.first_row = state.done = 0;
  if (stage == Stage::kSelfAttention && !is_upper(state)) {
    port.await_upper();
    KeyValueRow* own = reinterpret_cast<KeyValueRow*>(port.chunk());
    for (int r = 0; r < memory.header->rows; r++) {
      const float* head = memory.head + r * 3 * kHead;
      attention_self_f32_i8_row(head + kHead, head + 2 * kHead, own + r);
    }
  }
  if (stage == Stage::kCrossAttention && !is_upper(state)) port.await_upper();
}

// Page `index` of the stage, which is in this tile's memory until it returns.
template <typename Port>
inline void take_page(Stage stage, TileState& state, const TileMemory& memory, int index, uint8_t* page, Port& port) {
  const int rows = memory.header->rows;
  state.pages++;
  switch (stage) {
    case Stage::kHeader:
      if (index == 0) {
        copy_words(page, memory.header, static_cast<int>(sizeof(StepHeader)));
        state.pages = 1;
      } else {
        copy_words(page, memory.x + (index - 1) * kPageBytes / 4, kPageBytes);
      }
      break;
    case Stage::kSelfNorm:
    case Stage::kCrossNorm:
    case Stage::kForwardNorm:
      layer_norm_f32_512(memory.x, rows, reinterpret_cast<const float*>(page), memory.rows);
      quantize_f32_i8(memory.rows, rows, kWidth, kWidth, memory.q, memory.scale, memory.sum);
      break;
    case Stage::kFinalNorm: layer_norm_f32_512(memory.x, rows, reinterpret_cast<const float*>(page), memory.x); break;
    case Stage::kSelfAttention:
      if (!is_upper(state)) {
        self_attention_page(state, memory, index, page, reinterpret_cast<const KeyValueRow*>(port.chunk()));
      }
      break;
    case Stage::kCrossAttention:
      if (!is_upper(state)) cross_attention_page(state, memory, index, page);
      break;
    case Stage::kVocabulary:
      if (index == 0) {
        take_parameters(state, memory, page);
      } else if ((index - 1) % 2 == state.row % 2) {
        const int per_chunk = pages_per_chunk(rows);
        if (is_upper(state) && state.done % per_chunk == 0) port.await_room();
        vocabulary_page(state, memory, state.done++, page, port);
        const bool is_whole = state.done % per_chunk == 0 || state.done == memory.header->vocabulary_pages;
        if (is_upper(state) && is_whole) port.signal_lower();
      } else if (!is_upper(state)) {
        // The upper tile's page of the same number: with it the chunk may be whole.
        const bool is_whole = state.done % pages_per_chunk(rows) == 0 || state.done == memory.header->vocabulary_pages;
        if (is_whole) {
          port.await_upper();
          port.send_chunk();
          if (state.done < memory.header->vocabulary_pages) port.signal_upper();
        }
      }
      break;
    default:
      if (index == 0) {
        take_parameters(state, memory, page);
      } else if ((index - 1) % 2 == state.row % 2) {
        multiply_page(state, memory, stage, (index - 1) / 2, page);
      }
  }
}

// After the last page. What is for all others is in `part` and `tail` when this returns.
template <typename Port>
inline void end_stage(Stage stage, TileState& state, const TileMemory& memory, Port& port) {
  const int rows = memory.header->rows;
  switch (stage) {
    case Stage::kSelfProduct:
    case Stage::kCrossProduct: {
      const int outputs = stage == Stage::kSelfProduct ? kProductOutputs : kQueryOutputs;
      finish_products(memory, outputs, false, memory.head + (is_upper(state) ? outputs : 0), 3 * kHead);
      if (is_upper(state)) port.signal_lower();
      break;
    }
    case Stage::kSelfAttention:
      if (!is_upper(state)) port.send_chunk();
      break;
    case Stage::kSelfOut:
    case Stage::kCrossOut:
    case Stage::kForwardDown: hand_residual(state, memory); break;
    case Stage::kForwardUp:
      finish_products(memory, kUpOutputs, false, memory.outputs, kUpOutputs);
      ffn_f32_gelu_max(memory.outputs, rows, kUpOutputs, reinterpret_cast<float*>(part(state, memory)));
      break;
    case Stage::kForwardQuantize:
      ffn_f32_i8_requantize(memory.outputs, rows, kUpOutputs, memory.maximum,
                            reinterpret_cast<int8_t*>(part(state, memory)), memory.scale, memory.sum);
      break;
    case Stage::kFinalNorm:
      for (int set = 0; set < (rows + 1) / 2; set++) {
        vocab_f32_i8_planes(memory.x + set * 2 * kWidth, rows - 2 * set < 2 ? 1 : 2,
                            memory.planes + set * kRows * kWidth, state.plane_scale + 2 * set, state.plane_sum[set]);
      }
      if (!is_upper(state)) {
        for (int r = 0; r < rows; r++) {
          copy_words(memory.x + r * kWidth + pair_of(state) * kHead, port.chunk() + r * kHead * 4, kHead * 4);
        }
        port.send_chunk();
        port.signal_upper();
      }
      break;
    case Stage::kVocabulary:
      if (!is_upper(state)) {
        Trailer trailer = {};
        trailer.step = memory.header->step;
        trailer.pages = state.pages;
        for (int r = 0; r < rows; r++) trailer.scale[r] = state.plane_scale[r];
        copy_words(&trailer, port.chunk(), static_cast<int>(sizeof trailer));
        for (int set = 0; set < (rows + 1) / 2; set++) {
          copy_words(memory.planes + set * kRows * kWidth + r4k8(0, pair_of(state) * kHead),
                     port.chunk() + sizeof trailer + set * kPlaneColumnsBytes, kPlaneColumnsBytes);
        }
        port.send_chunk();
      }
      break;
    default: break;
  }
}

// Parts of `stride` bytes, each float32 [rows][count], side by side into rows of 512.
inline void place_parts(const TileMemory& memory, int count, int stride, float* to) {
  for (int part = 0; part < kWidth / count; part++) {
    for (int r = 0; r < memory.header->rows; r++) {
      copy_words(memory.gathered + part * stride + r * count * 4, to + r * kWidth + part * count, count * 4);
    }
  }
}

// With the parts of all tiles in `gathered`.
inline void take_gathered(Stage stage, const TileMemory& memory) {
  const int rows = memory.header->rows;
  switch (stage) {
    case Stage::kSelfAttention:
    case Stage::kCrossAttention:
      // Of each head [4][64], over the parts of its two tiles.
      place_parts(memory, kHead, 2 * kPartBytes, memory.rows);
      quantize_f32_i8(memory.rows, rows, kWidth, kWidth, memory.q, memory.scale, memory.sum);
      break;
    case Stage::kSelfOut:
    case Stage::kCrossOut:
    case Stage::kForwardDown: place_parts(memory, kOutOutputs, kPartBytes, memory.x); break;
    case Stage::kForwardUp:
      for (int r = 0; r < kRows; r++) {
        float largest = 0.0f;
        for (int tile = 0; tile < kTiles; tile++) {
          const float other = reinterpret_cast<const float*>(memory.gathered + tile * kPartBytes)[r];
          largest = other > largest ? other : largest;
        }
        memory.maximum[r] = largest;
      }
      break;
    case Stage::kForwardQuantize:
      // Rows of int8 r4k8 as they lie are the operand of the next product.
      for (int r = 0; r < kRows; r++) {
        int32_t sum = 0;
        for (int k = 0; k < kInner; k++) sum += static_cast<int8_t>(memory.gathered[r4k8(r, k)]);
        memory.sum[r] = sum;
      }
      break;
    default: break;
  }
}

}  // namespace tilescribe::tile
