// The whole decoder through the real XRT: steps on the fake NPU against the CPU engine's, bit for bit, with the model's
// own weights.
//
// usage: decoder_check WEIGHTS XCLBIN STEPS
// Encodes half a window of noise, lets CPU and NPU write the same text, then a step of four texts at once. After a
// fault the texts must be untouched; the decoder recovers if it can, and the step is run again. Exit status 0 when
// every logit was the same, 3 when the NPU could not be used to the end.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "npu/npu_decoder.h"
#include "npu/xrt/loader.h"

namespace {

using namespace tilescribe;
using namespace tilescribe::npu;

constexpr int kNotUsable = 3;
constexpr int kPositions = 750;
constexpr int kPrompt[] = {50258, 50259, 50359, 50363};

std::unique_ptr<WindowMemory> encode_noise(const Model& model, ThreadPool& pool) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> loudness(-1, 1);
  std::vector<float> mel(80 * 3000);
  for (float& bin : mel) bin = loudness(random);
  Timings timings(8);
  std::atomic<bool> cancelled{false};
  return Encoder(model, best_kernels(), pool).encode(mel.data(), kPositions, cancelled, &timings);
}

// A text twice: what the CPU writes and what the NPU writes.
struct Text {
  explicit Text(const Config& config) : cpu(config), npu(config) {}
  TextMemory cpu;
  TextMemory npu;
  int next = 0;
};

class Comparison {
 public:
  Comparison(const Model& model, ThreadPool& pool, NpuDecoder& npu)
      : model_(model), npu_(npu), cpu_(model, best_kernels(), pool), adopted_(model, best_kernels(), pool) {
    window_ = encode_noise(model, pool);
  }

  void start(Text& text, int first) {
    std::vector<DecoderRow> rows;
    for (const int token : kPrompt)
      rows.push_back({token, static_cast<int>(rows.size()), &text.cpu, window_.get(), false});
    Timings timings(8);
    cpu_.forward(rows.data(), static_cast<int>(rows.size()), &timings);
    text.npu.copy_from(text.cpu);
    text.next = first;
  }

  // False when the NPU is lost.
  bool step(std::vector<Text*> texts) {
    std::vector<DecoderRow> cpu_rows, npu_rows;
    for (Text* text : texts) {
      cpu_rows.push_back({text->next, text->cpu.length, &text->cpu, window_.get(), true});
      npu_rows.push_back({text->next, text->npu.length, &text->npu, window_.get(), true});
    }
    const int count = static_cast<int>(texts.size());
    Status status = npu_.step(npu_rows.data(), count, adopted_);
    while (!status.ok()) {
      std::printf("fault at step %d: %s\n", steps_ + 1, status.message().c_str());
      for (const Text* text : texts) is_same_ = is_same_ && text->npu.length == text->cpu.length;
      if (!npu_.recover()) {
        std::printf("not recovered\n");
        return false;
      }
      std::printf("recovered\n");
      status = npu_.step(npu_rows.data(), count, adopted_);
    }
    Timings timings(8);
    cpu_.forward(cpu_rows.data(), count, &timings);
    for (int r = 0; r < count; r++) {
      const float* logits = cpu_.logits(r);
      const size_t bytes = static_cast<size_t>(cpu_.logits_stride()) * sizeof(float);
      is_same_ = is_same_ && std::memcmp(logits, adopted_.logits(r), bytes) == 0;
      texts[static_cast<size_t>(r)]->next =
          static_cast<int>(std::max_element(logits, logits + model_.config.vocabulary) - logits);
    }
    steps_++;
    return true;
  }

  bool is_same() const { return is_same_; }

 private:
  const Model& model_;
  NpuDecoder& npu_;
  Decoder cpu_;
  Decoder adopted_;
  std::unique_ptr<WindowMemory> window_;
  bool is_same_ = true;
  int steps_ = 0;
};

bool run(Comparison& comparison, const Config& config, int steps) {
  std::vector<std::unique_ptr<Text>> texts;
  for (int i = 0; i < 4; i++) {
    texts.push_back(std::make_unique<Text>(config));
    comparison.start(*texts.back(), 400 + i);
  }
  for (int i = 0; i < steps; i++) {
    if (!comparison.step({texts[0].get()})) return false;
  }
  return comparison.step({texts[0].get(), texts[1].get(), texts[2].get(), texts[3].get()});
}

// "VmLck: 279436 kB", what of this process is locked in memory.
void print_locked() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, 6, "VmLck:") == 0) std::printf("%s\n", line.c_str());
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  std::unique_ptr<Model> model;
  Status status = Model::open(arguments[1], &model);
  const ProgramPlan program = make_program(model ? model->config : Config{}, kSparseTokens);
  Design design{{arguments[2], "MLIR_AIE", ""}, {}};
  for (const SequencePlan& sequence : program.sequences) design.streams.push_back(encode(sequence));
  const auto device = make_xrt_device();
  std::unique_ptr<NpuDecoder> npu;
  if (status.ok()) {
    status = NpuDecoder::open(*device, *model, program, design, {}, Vocabulary::kFull, false, &npu);
  }
  if (!status.ok()) {
    std::printf("not open: %s\n", status.message().c_str());
    return kNotUsable;
  }
  ThreadPool pool(1);
  Comparison comparison(*model, pool, *npu);
  const bool is_usable = run(comparison, model->config, std::atoi(arguments[3]));
  print_locked();
  const Telemetry telemetry = device->telemetry();
  std::printf("%s: %lld runs on %s, %s, %lld failed\n", comparison.is_same() ? "every bit the same" : "NOT THE SAME",
              static_cast<long long>(telemetry.runs), telemetry.device_name.c_str(), telemetry.runtime.c_str(),
              static_cast<long long>(telemetry.failed_runs));
  if (!comparison.is_same()) return 1;
  return is_usable ? 0 : kNotUsable;
}
