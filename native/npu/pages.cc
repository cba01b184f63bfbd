#include "npu/pages.h"

#include <algorithm>
#include <cstring>

namespace tilescribe::npu {
namespace {

using tile::Stage;

uint8_t weight_at(const Weights& w, int output, int input) {
  return w.q[(output / kLanes) * w.group_stride + (input / 4) * 4 * kLanes + (output % kLanes) * 4 + input % 4];
}

// Eight outputs from `first` on and 512 inputs from `input` on. Outputs past the last are zeros.
void pack_page(const Weights& w, int first, int input, uint8_t* page) {
  for (int k = 0; k < tile::kPageInputs; k++) {
    for (int n = 0; n < tile::kPageOutputs; n++) {
      page[tile::k8n8(n, k)] = first + n < w.outputs ? weight_at(w, first + n, input + k) : 0;
    }
  }
}

void pack_norm(const Norm& norm, uint8_t* page) {
  std::memcpy(page, norm.gain, tile::kWidth * sizeof(float));
  std::memcpy(page + tile::kWidth * sizeof(float), norm.bias, tile::kWidth * sizeof(float));
}

class Packer {
 public:
  Packer(int pair, uint8_t* to) : pair_(pair), to_(to) {}

  uint8_t* at() const { return to_; }

  void norm(const Norm& norm) { pack_norm(norm, take()); }

  void matrix(Stage stage, const Weights& w) {
    uint8_t* page = take();
    std::memset(page, 0, tile::kPageBytes);
    const int pages = tile::weight_pages(stage);
    const int parts = w.inputs / tile::kPageInputs;
    const int outputs = pages / parts * tile::kPageOutputs;
    for (int upper = 0; upper < 2; upper++) {
      tile::MatrixParameters parameters = {};
      for (int local = 0; local < outputs; local++) {
        const int n = output_of(stage, 2 * pair_ + upper, local);
        parameters.scale[local] = w.scale[n];
        parameters.bias[local] = w.bias[n];
        parameters.zero[local / kLanes] = w.zero[n];
      }
      std::memcpy(page + upper * tile::kParametersStride, &parameters, sizeof parameters);
    }
    for (int i = 0; i < 2 * pages; i++) {
      const int own = i / 2;
      const int first = output_of(stage, 2 * pair_ + i % 2, own / parts * tile::kPageOutputs);
      pack_page(w, first, own % parts * tile::kPageInputs, take());
    }
  }

  // group_of(i): the group of 16 tokens that is the i-th, or -1.
  template <typename GroupOf>
  void vocabulary(const Weights& tokens, int pages, GroupOf group_of) {
    constexpr int kPagesPerGroup = kLanes / tile::kPageOutputs;
    const int groups = pages / kPagesPerGroup;
    uint8_t* page = take();
    std::memset(page, 0, tile::kPageBytes);
    for (int upper = 0; upper < 2; upper++) {
      for (int i = 0; i < groups; i++) {
        const int group = group_of((2 * pair_ + upper) * groups + i);
        const int32_t zero = group < 0 ? 0 : tokens.zero[group * kLanes];
        std::memcpy(page + upper * tile::kParametersStride + i * 4, &zero, sizeof zero);
      }
    }
    for (int i = 0; i < 2 * pages; i++) {
      const int group = group_of((2 * pair_ + i % 2) * groups + i / 2 / kPagesPerGroup);
      const int first = group * kLanes + i / 2 % kPagesPerGroup * tile::kPageOutputs;
      pack_page(tokens, group < 0 ? tokens.outputs : first, 0, take());
    }
  }

 private:
  uint8_t* take() {
    uint8_t* page = to_;
    to_ += tile::kPageBytes;
    return page;
  }

  int pair_;
  uint8_t* to_;
};

// Where the scales, keys and values of a position lie among the pages of `positions`.
struct Place {
  int scales;
  int keys;
  int values;
};
Place place_of(int position, int positions) {
  const int block = position / tile::kBlockPositions;
  const int first = block * tile::kBlockPages;
  const int part = position % tile::kBlockPositions / tile::kPagePositions;
  const int left = std::min(positions - block * tile::kBlockPositions, tile::kBlockPositions);
  const int parts = (left + tile::kPagePositions - 1) / tile::kPagePositions;
  return {first, first + 1 + part, first + 1 + parts + part};
}

void write_row(const tile::KeyValueRow& row, int position, int positions, uint8_t* pages) {
  const Place place = place_of(position, positions);
  for (int d = 0; d < kHeadWidth; d += 8) {
    const int to = tile::p8d8(position % tile::kPagePositions, d);
    std::memcpy(pages + place.keys * tile::kPageBytes + to, row.key + d, 8);
    std::memcpy(pages + place.values * tile::kPageBytes + to, row.value + d, 8);
  }
  float* scales = reinterpret_cast<float*>(pages + place.scales * tile::kPageBytes);
  for (int i = 0; i < 3; i++) scales[i * tile::kBlockPositions + position % tile::kBlockPositions] = row.scales[i];
}

}  // namespace

int output_of(Stage stage, int tile, int local) {
  const int pair = tile / 2;
  switch (stage) {
    case Stage::kSelfProduct: {
      const int n = tile % 2 * tile::kProductOutputs + local;
      return n / tile::kHead * tile::kWidth + pair * tile::kHead + n % tile::kHead;
    }
    case Stage::kCrossProduct: return pair * tile::kHead + tile % 2 * tile::kQueryOutputs + local;
    case Stage::kForwardUp: return tile * tile::kUpOutputs + local;
    default: return tile * tile::kOutOutputs + local;
  }
}

void pack_weights(const ProgramPlan& program, const Model& model, const std::vector<int>& sparse_groups,
                  uint8_t* weights) {
  const int groups = model.tokens.outputs / kLanes;
  for (int pair = 0; pair < tile::kPairs; pair++) {
    Packer pack(pair, weights + weights_offset(program, pair, 0));
    for (const DecoderLayer& layer : model.decoder) {
      pack.norm(layer.self_norm);
      pack.matrix(Stage::kSelfProduct, layer.self_qkv);
      pack.matrix(Stage::kSelfOut, layer.self_out);
      pack.norm(layer.cross_norm);
      pack.matrix(Stage::kCrossProduct, layer.cross_query);
      pack.matrix(Stage::kCrossOut, layer.cross_out);
      pack.norm(layer.feed_forward_norm);
      pack.matrix(Stage::kForwardUp, layer.up);
      pack.matrix(Stage::kForwardDown, layer.down);
    }
    pack.norm(model.decoder_norm);
    pack.vocabulary(model.tokens, program.vocabulary_pages, [&](int i) { return i < groups ? i : -1; });
    if (program.sparse_pages == 0) continue;
    pack.norm(model.decoder_norm);
    pack.vocabulary(model.tokens, program.sparse_pages, [&](int i) {
      return i < static_cast<int>(sparse_groups.size()) ? sparse_groups[static_cast<size_t>(i)] : -1;
    });
  }
}

void pack_attention(const AttentionMemory& memory, uint8_t* pages) {
  std::memset(pages, 0, static_cast<size_t>(tile::attention_pages(memory.positions)) * tile::kPageBytes);
  for (int position = 0; position < memory.positions; position++) {
    tile::KeyValueRow row = {};
    const uint8_t* keys =
        memory.keys + static_cast<int64_t>(position / kLanes) * kHeadWidth * kLanes + position % kLanes * 4;
    const int8_t* values = memory.values + static_cast<int64_t>(position / 4) * 4 * kHeadWidth + position % 4;
    for (int d = 0; d < kHeadWidth; d++) {
      row.key[d] = static_cast<int8_t>(keys[d / 4 * 4 * kLanes + d % 4] ^ 0x80);
      row.value[d] = values[d * 4];
    }
    row.scales[0] = memory.key_scale[position];
    row.scales[1] = memory.value_log2[position];
    row.scales[2] = memory.value_inverse[position];
    write_row(row, position, memory.positions, pages);
  }
}

void make_room(int positions, uint8_t* pages) {
  const int within = positions % tile::kBlockPositions;
  if (within == 0) {
    // The new block lies behind all others: a page each of scales, keys and values.
    std::memset(pages + tile::attention_pages(positions) * tile::kPageBytes, 0, 3 * tile::kPageBytes);
    return;
  }
  if (within % tile::kPagePositions != 0) return;
  const int parts = within / tile::kPagePositions;
  uint8_t* values = pages + (positions / tile::kBlockPositions * tile::kBlockPages + 1 + parts) * tile::kPageBytes;
  std::memmove(values + tile::kPageBytes, values, static_cast<size_t>(parts) * tile::kPageBytes);
  std::memset(values, 0, tile::kPageBytes);
  std::memset(values + (parts + 1) * tile::kPageBytes, 0, tile::kPageBytes);
}

void put_row(const tile::KeyValueRow& row, int positions, uint8_t* pages) {
  write_row(row, positions - 1, positions, pages);
}

}  // namespace tilescribe::npu
