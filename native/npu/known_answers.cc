#include "npu/known_answers.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "npu/instructions.h"

namespace tilescribe::npu {
namespace {

using tile::Stage;

// The grids that outputs of norms, and keys and values, lie on. Powers of two, so that every product with them is
// exact.
constexpr float kNormGrid = 1.0f / 64;
constexpr float kRowGrid = 1.0f / 32;
constexpr float kWeightScale = 1.0f / 2048;

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  uint32_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<uint32_t>(state_ >> 32);
  }
  int between(int low, int high) { return low + static_cast<int>(next() % static_cast<uint32_t>(high - low + 1)); }
  // In [-1, 1), in steps of 2^-12.
  float unit() { return static_cast<float>(between(-4096, 4095)) / 4096.0f; }
  void fill(void* to, size_t bytes) {
    for (size_t i = 0; i + 4 <= bytes; i += 4) {
      const uint32_t four = next();
      std::memcpy(static_cast<uint8_t*>(to) + i, &four, 4);
    }
  }

 private:
  uint64_t state_;
};

// Numbers of the grid, the first of them as large as they get, so that the grid is the quantisation's own.
void fill_grid(Random& random, float grid, float* to, int count) {
  for (int i = 0; i < count; i++) to[i] = grid * static_cast<float>(i == 0 ? 127 : random.between(-127, 127));
}

class Writer {
 public:
  Writer(const ProgramPlan& program, const KnownCase& which) : program_(program), case_(which) {}

  void write(uint8_t* weights) {
    for (int pair = 0; pair < tile::kPairs; pair++) {
      at_ = weights + weights_offset(program_, pair, 0);
      random_ = Random(case_.seed * 100 + static_cast<uint64_t>(pair));
      for (int layer = 0; layer < program_.config.decoder_layers; layer++) {
        norm(layer, Stage::kSelfNorm);
        matrix(Stage::kSelfProduct);
        matrix(Stage::kSelfOut);
        norm(layer, Stage::kCrossNorm);
        matrix(Stage::kCrossProduct);
        matrix(Stage::kCrossOut);
        norm(layer, Stage::kForwardNorm);
        matrix(Stage::kForwardUp);
        matrix(Stage::kForwardDown);
      }
      norm(0, Stage::kFinalNorm);
      vocabulary();
    }
  }

 private:
  uint8_t* take() {
    uint8_t* page = at_;
    at_ += tile::kPageBytes;
    return page;
  }

  // The same for all pairs: every tile normalises all columns for itself.
  void norm(int layer, Stage stage) {
    Random random(case_.seed * 1000 + static_cast<uint64_t>(layer * 16 + static_cast<int>(stage)));
    float* gain = reinterpret_cast<float*>(take());
    float* bias = gain + tile::kWidth;
    const bool is_final = stage == Stage::kFinalNorm;
    for (int i = 0; i < tile::kWidth; i++) gain[i] = is_final ? 1.0f + 0.25f * random.unit() : 0.0f;
    fill_grid(random, kNormGrid, bias, tile::kWidth);
    std::memcpy(bias_, bias, sizeof bias_);
  }

  void matrix(Stage stage) {
    uint8_t* head = take();
    std::memset(head, 0, tile::kPageBytes);
    const int parts = stage == Stage::kForwardDown ? tile::kDownPages : 1;
    const int pages = tile::weight_pages(stage);
    const int outputs = pages / parts * tile::kPageOutputs;
    for (int upper = 0; upper < 2; upper++) {
      auto* of_tile = reinterpret_cast<tile::MatrixParameters*>(head + upper * tile::kParametersStride);
      for (int n = 0; n < outputs; n++) {
        of_tile->scale[n] = kWeightScale * (1.0f + 0.5f * random_.unit());
        of_tile->bias[n] = random_.unit();
        of_tile->zero[n / kLanes] = random_.between(100, 156);
      }
    }
    uint8_t* first = at_;
    at_ += 2 * pages * tile::kPageBytes;
    random_.fill(first, static_cast<size_t>(2 * pages) * tile::kPageBytes);
    if (stage == Stage::kSelfProduct) place_on_grid(head, first);
  }

  // Biases that move keys and values of the head, which follow its queries, onto the grid.
  void place_on_grid(uint8_t* head, const uint8_t* pages) {
    alignas(64) float normal[tile::kWidth];
    alignas(64) int8_t q[tile::kRows * tile::kWidth];
    alignas(64) float scale[tile::kRows];
    alignas(64) int32_t sum[tile::kRows];
    std::memcpy(normal, bias_, sizeof normal);
    quantize_f32_i8(normal, 1, tile::kWidth, tile::kWidth, q, scale, sum);
    float wanted[2 * tile::kHead];
    fill_grid(random_, kRowGrid, wanted, tile::kHead);
    fill_grid(random_, kRowGrid, wanted + tile::kHead, tile::kHead);
    for (int upper = 0; upper < 2; upper++) {
      auto* of_tile = reinterpret_cast<tile::MatrixParameters*>(head + upper * tile::kParametersStride);
      alignas(64) int32_t products[tile::kProductOutputs * tile::kRows];
      alignas(64) float outputs[tile::kProductOutputs];
      for (int page = 0; page < tile::weight_pages(Stage::kSelfProduct); page++) {
        gemv_i8_8x512(q, pages + (2 * page + upper) * tile::kPageBytes, 0,
                      products + page * tile::kPageOutputs * tile::kRows);
      }
      gemv_i8_finish_f32(products, 1, tile::kProductOutputs, scale, sum, of_tile->scale, of_tile->zero, nullptr, 0,
                         outputs, tile::kProductOutputs);
      for (int n = 0; n < tile::kProductOutputs; n++) {
        const int of_head = upper * tile::kProductOutputs + n - tile::kHead;
        if (of_head >= 0) of_tile->bias[n] = wanted[of_head] - outputs[n];
      }
    }
  }

  void vocabulary() {
    uint8_t* head = take();
    std::memset(head, 0, tile::kPageBytes);
    for (int upper = 0; upper < 2; upper++) {
      auto* zeros = reinterpret_cast<int32_t*>(head + upper * tile::kParametersStride);
      for (int i = 0; i < program_.vocabulary_pages / 2; i++) zeros[i] = random_.between(100, 156);
    }
    random_.fill(at_, static_cast<size_t>(2 * program_.vocabulary_pages) * tile::kPageBytes);
  }

  const ProgramPlan& program_;
  const KnownCase case_;
  Random random_{0};
  uint8_t* at_ = nullptr;
  float bias_[tile::kWidth];  // of the norm before
};

void write_window(const ProgramPlan& program, const KnownCase& which, uint8_t* windows) {
  Random random(which.seed * 10);
  const int pages = tile::attention_pages(kAudioContext);
  for (int place = 0; place < program.config.decoder_layers * tile::kPairs; place++) {
    uint8_t* to = windows + static_cast<int64_t>(place) * pages * tile::kPageBytes;
    random.fill(to, static_cast<size_t>(pages) * tile::kPageBytes);
    for (int block = 0; block * tile::kBlockPositions < kAudioContext; block++) {
      auto* scales = reinterpret_cast<float*>(to + block * tile::kBlockPages * tile::kPageBytes);
      for (int p = 0; p < tile::kBlockPositions; p++) {
        // Powers of two, so that no logarithm of the C library's has a part in the inputs.
        const int exponent = random.between(-9, -5);
        scales[p] = (1.0f + 0.5f * random.unit()) / 128.0f;
        scales[tile::kBlockPositions + p] = static_cast<float>(exponent);
        scales[2 * tile::kBlockPositions + p] = std::ldexp(1.0f, -exponent);
      }
    }
  }
}

void write_step(const ProgramPlan& program, const KnownCase& which, uint8_t* step) {
  Random random(which.seed);
  tile::StepHeader header = {};
  header.step = static_cast<int32_t>(which.seed);
  header.layers = program.config.decoder_layers;
  header.rows = which.rows;
  header.runs = which.runs;
  header.vocabulary_pages = program.vocabulary_pages;
  for (int r = 0; r < which.rows; r++) header.text_positions[r] = 1;
  for (int run = 0; run < which.runs; run++) header.run_positions[run] = kAudioContext;
  for (int r = 0; r < which.rows; r++) header.run_rows[std::min(r, which.runs - 1)]++;
  std::memset(step, 0, tile::kHeaderPages * tile::kPageBytes);
  std::memcpy(step, &header, sizeof header);
  auto* rows = reinterpret_cast<float*>(step + tile::kPageBytes);
  for (int i = 0; i < which.rows * tile::kWidth; i++) rows[i] = 4.0f * random.unit();
}

}  // namespace

std::string name_of(const KnownCase& which) {
  return "rows" + std::to_string(which.rows) + "_runs" + std::to_string(which.runs);
}

void make_known_inputs(const ProgramPlan& program, const KnownCase& which,
                       const std::array<HostBuffer, kArguments>& buffers) {
  const auto data = [&](Argument argument) { return buffers[static_cast<size_t>(argument)].data; };
  Writer(program, which).write(data(Argument::kWeights));
  write_window(program, which, data(Argument::kWindows));
  std::memset(data(Argument::kTexts), 0, text_slot_bytes(program.config));
  write_step(program, which, data(Argument::kStep));
}

std::string answer_known_case(const ProgramPlan& program, const KnownCase& which,
                              const std::array<HostBuffer, kArguments>& buffers) {
  ThreadPool pool(1);
  Machine machine(program);
  const InstructionStream stream = encode(program.sequence(which.rows, which.runs));
  return machine.run(stream.words.data(), stream.words.size(), buffers, pool).message;
}

}  // namespace tilescribe::npu
