#include "npu/step_results.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

namespace tilescribe::npu {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// Groups of 16 tokens that follow one another in the model and in the results: groups(first of the results, first of
// the model, count).
template <typename Groups>
void for_runs(const Model& model, const std::vector<int>* sparse_groups, Groups groups) {
  if (sparse_groups == nullptr) {
    groups(0, 0, model.tokens.outputs / kLanes);
    return;
  }
  for (size_t i = 0; i < sparse_groups->size(); i++) groups(static_cast<int>(i), (*sparse_groups)[i], 1);
}

}  // namespace

void StepResults::read(const ProgramPlan& program, int rows, int vocabulary_pages, const uint8_t* data) {
  const int layers = program.config.decoder_layers;
  hidden.resize(static_cast<size_t>(rows) * tile::kWidth);
  keys.resize(static_cast<size_t>(layers * rows) * tile::kHeads);
  tokens = vocabulary_pages * tile::kPageOutputs * tile::kTiles;
  sums.resize(static_cast<size_t>(rows) * 2 * static_cast<size_t>(tokens));
  planes.resize(static_cast<size_t>(rows) * 2 * tile::kWidth);
  const int per_chunk = tile::pages_per_chunk(rows);
  for (int pair = 0; pair < tile::kPairs; pair++) {
    const uint8_t* chunk = data + results_offset(program, pair);
    for (int layer = 0; layer < layers; layer++, chunk += tile::kChunkBytes) {
      for (int r = 0; r < rows; r++) {
        std::memcpy(&keys[static_cast<size_t>((layer * rows + r) * tile::kHeads + pair)],
                    chunk + r * static_cast<int>(sizeof(tile::KeyValueRow)), sizeof(tile::KeyValueRow));
      }
    }
    for (int r = 0; r < rows; r++) {
      std::memcpy(&hidden[static_cast<size_t>(r * tile::kWidth + pair * tile::kHead)], chunk + r * tile::kHead * 4,
                  tile::kHead * 4);
    }
    chunk += tile::kChunkBytes;
    for (int upper = 0; upper < 2; upper++) {
      for (int page = 0; page < vocabulary_pages; page++) {
        const int32_t* from =
            reinterpret_cast<const int32_t*>(chunk + page / per_chunk * tile::kChunkBytes +
                                             upper * tile::kChunkBytes / 2 + page % per_chunk * tile::sum_bytes(rows));
        const int token = ((2 * pair + upper) * vocabulary_pages + page) * tile::kPageOutputs;
        for (int plane = 0; plane < 2 * rows; plane++) {
          std::memcpy(&sums[static_cast<size_t>(plane) * static_cast<size_t>(tokens) + static_cast<size_t>(token)],
                      from + plane * tile::kPageOutputs, tile::kPageOutputs * 4);
        }
      }
    }
    chunk += tile::vocabulary_chunks(rows, vocabulary_pages) * tile::kChunkBytes;
    tile::Trailer trailer;
    std::memcpy(&trailer, chunk, sizeof trailer);
    for (int plane = 0; plane < 2 * rows; plane++) {
      const uint8_t* set = chunk + sizeof trailer + plane / tile::kRows * tile::kPlaneColumnsBytes;
      for (int d = 0; d < tile::kHead; d++) {
        planes[static_cast<size_t>(plane * tile::kWidth + pair * tile::kHead + d)] =
            static_cast<int8_t>(set[tile::r4k8(plane % tile::kRows, d)]);
      }
    }
    if (pair == 0) {
      step = trailer.step;
      pages = trailer.pages;
      std::copy_n(trailer.scale, tile::kRows, scale);
    } else if (trailer.step != step || trailer.pages != pages) {
      step = -1;
    }
  }
}

void StepResults::put_logits(const Model& model, const std::vector<int>* sparse_groups, int row, float* logits) const {
  const int32_t* high = sums_of(row);
  const int32_t* low = high + tokens;
  if (sparse_groups != nullptr) std::fill(logits, logits + model.tokens.outputs, kNever);
  for_runs(model, sparse_groups, [&](int from, int to, int count) {
    best_kernels().join_planes(high + from * kLanes, low + from * kLanes, scale[row], model.tokens.scale + to * kLanes,
                               count * kLanes, logits + to * kLanes);
  });
}

int StepResults::plane_units_apart(int row) const {
  alignas(64) float one[tile::kWidth];
  alignas(64) int8_t made[tile::kRows * tile::kWidth];
  float made_scale[tile::kRows / 2];
  int32_t made_sums[tile::kRows];
  std::copy_n(hidden.data() + row * tile::kWidth, tile::kWidth, one);
  vocab_f32_i8_planes(one, 1, made, made_scale, made_sums);
  const int8_t* high = planes_of(row);
  const int8_t* low = high + tile::kWidth;
  int furthest = 0;
  for (int k = 0; k < tile::kWidth; k++) {
    const int apart = 127 * (made[tile::r4k8(0, k)] - high[k]) + made[tile::r4k8(1, k)] - low[k];
    furthest = std::max(furthest, std::abs(apart));
  }
  return furthest;
}

Status StepResults::check_integers(const Model& model, const std::vector<int>* sparse_groups, int rows,
                                   int plane_units) const {
  std::vector<int32_t> plane_sums;
  for (int plane = 0; plane < 2 * rows; plane++) {
    const int8_t* q = planes.data() + plane * tile::kWidth;
    int32_t sum = 0;
    for (int k = 0; k < tile::kWidth; k++) sum += q[k];
    plane_sums.push_back(sum);
  }
  for (int row = 0; row < rows; row++) {
    if (plane_units_apart(row) > plane_units) {
      return Status(Code::kDeviceFault, "the NPU's planes of the hidden state are not its own");
    }
  }
  const Activations all{planes.data(), nullptr, plane_sums.data(), 2 * rows, tile::kWidth};
  std::vector<int32_t> wanted;
  int64_t wrong = 0;
  for_runs(model, sparse_groups, [&](int from, int to, int count) {
    const int stride = count * kLanes;
    Weights some = model.tokens;
    some.q += to * some.group_stride;
    some.zero += to * kLanes;
    wanted.resize(static_cast<size_t>(2 * rows * stride));
    best_kernels().multiply_exact(all, some, 0, stride, wanted.data(), stride);
    for (int plane = 0; plane < 2 * rows; plane++) {
      const int32_t* found = sums.data() + static_cast<int64_t>(plane) * tokens + from * kLanes;
      for (int n = 0; n < stride; n++) wrong += found[n] != wanted[static_cast<size_t>(plane * stride + n)];
    }
  });
  if (wrong == 0) return Status();
  return Status(Code::kDeviceFault,
                std::to_string(wrong) + " of the NPU's integer sums are not those of the vocabulary's weights");
}

}  // namespace tilescribe::npu
