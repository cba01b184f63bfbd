// The NPU's decoder on the emulator against the CPU's: every bit of hidden states, logits, keys and values, for rows
// with a window of their own or a shared one, beams that are reordered, texts that cross pages and blocks; and faults.
#include "npu/npu_decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <vector>

#include "npu/emulator.h"
#include "npu/known_answers.h"
#include "test/check.h"
#include "test/model_fixture.h"
#include "test/random.h"

namespace {

using namespace tilescribe;
using namespace tilescribe::npu;
using tilescribe::test::kNotCancelled;
using tilescribe::test::make_mel;
using tilescribe::test::ModelFixture;
using tilescribe::test::Random;
using tilescribe::test::TemporaryFolder;

constexpr int kLayers = 2;

class Bench {
 public:
  // Not modelled: as an NPU, with the known answers first.
  explicit Bench(const Model& model, const FaultPlan& fault = {}, Vocabulary vocabulary = Vocabulary::kFull,
                 bool is_modelled = true)
      : model_(model), pool_(2), cpu_(model, best_kernels(), pool_), adopted_(model, best_kernels(), pool_) {
    for (int group = 0; group < 32; group++) groups_.push_back(2 * group);
    const ProgramPlan program = make_program(model.config, static_cast<int>(groups_.size()) * kLanes);
    Design design;
    for (const SequencePlan& sequence : program.sequences) design.streams.push_back(encode(sequence));
    device_ = make_emulator(program, pool_, fault);
    opened_ = NpuDecoder::open(*device_, model, program, design, groups_, vocabulary, is_modelled, &npu_);
    CHECK(opened_.ok() || !is_modelled);
  }

  // A text with some tokens, computed by the CPU, twice: for the CPU to go on with, and for the NPU.
  struct Text {
    std::unique_ptr<TextMemory> cpu;
    std::unique_ptr<TextMemory> npu;
    const WindowMemory* window;
  };
  Text start(Random& random, const WindowMemory& window, int length) {
    Text text{std::make_unique<TextMemory>(model_.config), std::make_unique<TextMemory>(model_.config), &window};
    std::vector<DecoderRow> rows;
    for (int i = 0; i < length; i++) rows.push_back({token(random), i, text.cpu.get(), &window, false});
    Timings timings(8);
    for (size_t first = 0; first < rows.size(); first += 200) {
      cpu_.forward(rows.data() + first, static_cast<int>(std::min<size_t>(200, rows.size() - first)), &timings);
    }
    text.npu->copy_from(*text.cpu);
    return text;
  }

  int token(Random& random) const { return random.between(0, model_.config.vocabulary - 1); }

  // One more token each; whether all came out the same.
  bool step(Random& random, std::vector<Text>& texts) {
    std::vector<DecoderRow> cpu_rows, npu_rows;
    for (Text& text : texts) {
      const int next = token(random);
      cpu_rows.push_back({next, text.cpu->length, text.cpu.get(), text.window, true});
      npu_rows.push_back({next, text.npu->length, text.npu.get(), text.window, true});
    }
    const int count = static_cast<int>(texts.size());
    Timings timings(8);
    cpu_.forward(cpu_rows.data(), count, &timings);
    CHECK(npu_->step(npu_rows.data(), count, adopted_).ok());
    bool same = true;
    const size_t row_bytes = static_cast<size_t>(cpu_.logits_stride()) * sizeof(float);
    for (int r = 0; r < count; r++) {
      same = same && std::memcmp(cpu_.hidden(r), adopted_.hidden(r), 512 * sizeof(float)) == 0;
      same = same && std::memcmp(cpu_.logits(r), adopted_.logits(r), row_bytes) == 0;
      same = same && cpu_.error(r, 17) == adopted_.error(r, 17);
      same = same && same_texts(*texts[static_cast<size_t>(r)].cpu, *texts[static_cast<size_t>(r)].npu);
    }
    return same;
  }

  bool same_texts(const TextMemory& a, const TextMemory& b) const {
    if (a.length != b.length) return false;
    for (int layer = 0; layer < model_.config.decoder_layers; layer++) {
      for (int head = 0; head < model_.config.heads; head++) {
        const AttentionMemory x = a.layers[static_cast<size_t>(layer)].head(head, a.length);
        const AttentionMemory y = b.layers[static_cast<size_t>(layer)].head(head, b.length);
        for (int p = 0; p < a.length; p++) {
          const int64_t key = static_cast<int64_t>(p / 16) * 16 * 64 + p % 16 * 4;
          const int64_t value = static_cast<int64_t>(p / 4) * 4 * 64 + p % 4;
          for (int d = 0; d < 64; d++) {
            if (x.keys[key + d / 4 * 64 + d % 4] != y.keys[key + d / 4 * 64 + d % 4]) return false;
            if (x.values[value + d * 4] != y.values[value + d * 4]) return false;
          }
          if (x.key_scale[p] != y.key_scale[p] || x.value_log2[p] != y.value_log2[p]) return false;
          if (x.value_inverse[p] != y.value_inverse[p]) return false;
        }
      }
    }
    return true;
  }

  const Status& opened() const { return opened_; }
  NpuDecoder& npu() { return *npu_; }
  Device& device() { return *device_; }
  Decoder& cpu() { return cpu_; }
  Decoder& adopted() { return adopted_; }

 private:
  const Model& model_;
  ThreadPool pool_;
  Decoder cpu_;
  Decoder adopted_;
  std::vector<int> groups_;
  Status opened_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<NpuDecoder> npu_;
};

std::unique_ptr<WindowMemory> make_window(const Model& model, Random& random, int positions) {
  ThreadPool pool(2);
  Encoder encoder(model, best_kernels(), pool);
  Timings timings(8);
  return encoder.encode(make_mel(random).data(), positions, kNotCancelled, &timings);
}

void test_one_row(const Model& model, Random& random, const WindowMemory& window) {
  Bench bench(model);
  std::vector<Bench::Text> texts;
  texts.push_back(bench.start(random, window, 3));
  for (int i = 0; i < 4; i++) CHECK(bench.step(random, texts));
}

// Where a page of keys comes between, a block is full, and the context ends.
void test_lengths(const Model& model, Random& random, const WindowMemory& window) {
  Bench bench(model);
  for (int length : {1, 63, 64, 127, 191, 255, 256, 319, 320, 445}) {
    std::vector<Bench::Text> texts;
    texts.push_back(bench.start(random, window, length));
    for (int i = 0; i < 3; i++) CHECK(bench.step(random, texts));
  }
}

// Two, three and four rows, over one window, over windows of their own, and over two.
void test_batches(const Model& model, Random& random, const std::vector<const WindowMemory*>& windows) {
  Bench bench(model);
  const std::vector<std::vector<int>> mixes = {
      {0, 0},       {0, 1},       {1, 1, 1},    {0, 1, 2},       {0, 0, 2},
      {2, 2, 2, 2}, {0, 1, 2, 3}, {1, 1, 3, 3}, {0, 0, 0, 0, 0}, {0, 1, 2, 3, 0, 1}};
  for (const std::vector<int>& mix : mixes) {
    std::vector<Bench::Text> texts;
    for (size_t i = 0; i < mix.size(); i++) {
      texts.push_back(bench.start(random, *windows[static_cast<size_t>(mix[i])], 2 + 37 * static_cast<int>(i)));
    }
    CHECK(bench.step(random, texts));
    CHECK(bench.step(random, texts));
  }
}

// Beams: rows change places, one is dropped, another goes on twice.
void test_reorder(const Model& model, Random& random, const WindowMemory& window) {
  Bench bench(model);
  std::vector<Bench::Text> texts;
  for (int i = 0; i < 5; i++) texts.push_back(bench.start(random, window, 9));
  CHECK(bench.step(random, texts));
  std::swap(texts[0], texts[3]);
  texts[1].cpu->copy_from(*texts[4].cpu);
  texts[1].npu->copy_from(*texts[4].npu);
  CHECK(bench.step(random, texts));
  // A memory that is taken again begins anew.
  texts[2].cpu->clear();
  texts[2].npu->clear();
  CHECK(bench.step(random, texts));
}

// More texts than there are slots.
void test_many_texts(const Model& model, Random& random, const WindowMemory& window) {
  Bench bench(model);
  std::vector<Bench::Text> texts;
  for (int i = 0; i < 30; i++) texts.push_back(bench.start(random, window, 2 + i % 3));
  CHECK(bench.step(random, texts));
  CHECK(bench.step(random, texts));
}

// The sparse vocabulary bars what it has not; where it is sure, and runs again over all where it is not.
void test_sparse(const Model& model, Random& random, const WindowMemory& window) {
  Bench bench(model, {}, Vocabulary::kSparse);
  Bench::Text text = bench.start(random, window, 4);
  const DecoderRow row{5, 4, text.npu.get(), &window, true};
  CHECK(bench.npu().step(&row, 1, bench.adopted()).ok());
  CHECK(bench.npu().sparse_steps() == 1);
  Timings timings(8);
  const DecoderRow same{5, 4, text.cpu.get(), &window, true};
  bench.cpu().forward(&same, 1, &timings);
  const bool is_sparse = bench.npu().sparse_fallbacks() == 0;
  for (int token = 0; token < model.config.vocabulary; token++) {
    const bool is_there = !is_sparse || (token / kLanes % 2 == 0 && token / kLanes < 64);
    const float logit = bench.adopted().logits(0)[token];
    CHECK(is_there ? logit == bench.cpu().logits(0)[token] : std::isinf(logit));
  }
}

void test_fault(const Model& model, Random& random, const WindowMemory& window, const std::string& name, bool recovers,
                bool works_again) {
  FaultPlan fault;
  CHECK(parse_fault(name + "@3", &fault));
  Bench bench(model, fault);
  std::vector<Bench::Text> texts;
  for (int i = 0; i < 5; i++) texts.push_back(bench.start(random, window, 6));
  // Two runs a step: the third run is the first of the second step.
  CHECK(bench.step(random, texts));
  std::vector<DecoderRow> rows;
  for (Bench::Text& text : texts) rows.push_back({7, text.npu->length, text.npu.get(), text.window, true});
  const Status status = bench.npu().step(rows.data(), 5, bench.adopted());
  CHECK(status.code() == Code::kDeviceFault);
  for (Bench::Text& text : texts) CHECK(bench.same_texts(*text.cpu, *text.npu));
  // Without being made ready it stays broken.
  CHECK(bench.npu().step(rows.data(), 5, bench.adopted()).code() == Code::kDeviceFault);
  CHECK(bench.npu().recover() == recovers);
  if (works_again)
    CHECK(bench.step(random, texts));
  else
    CHECK(bench.npu().step(rows.data(), 5, bench.adopted()).code() == Code::kDeviceFault);
  CHECK(!bench.npu().recover());
  CHECK(bench.device().telemetry().failed_runs >= 2);
}

// The known answers come before the model's weights, and a bit that is another is found: then, and in the first steps
// of the model, whose texts stay as they were.
void test_self_test(const Model& model, Random& random, const WindowMemory& window) {
  Bench good(model, {}, Vocabulary::kFull, false);
  CHECK(good.opened().ok());
  CHECK(good.device().telemetry().runs == static_cast<int64_t>(std::size(kKnownCases)));
  std::vector<Bench::Text> texts;
  texts.push_back(good.start(random, window, 5));
  CHECK(good.step(random, texts));

  FaultPlan fault;
  CHECK(parse_fault("flipped-bit@2", &fault));
  Bench broken(model, fault, Vocabulary::kFull, false);
  CHECK(broken.opened().code() == Code::kDeviceFault);
  CHECK(broken.opened().message().find("self-test: known answer rows4_runs4: vocabulary's sums") != std::string::npos);

  CHECK(parse_fault("timeout@1", &fault));
  Bench slow(model, fault, Vocabulary::kFull, false);
  CHECK(slow.opened().message().find("known answer rows1_runs1: the run timed out") != std::string::npos);

  CHECK(parse_fault("flipped-bit@3", &fault));
  Bench later(model, fault);
  CHECK(later.opened().ok());
  std::vector<Bench::Text> written;
  for (int i = 0; i < 3; i++) written.push_back(later.start(random, window, 6));
  CHECK(later.step(random, written) && later.step(random, written));
  std::vector<DecoderRow> rows;
  for (Bench::Text& text : written) rows.push_back({7, text.npu->length, text.npu.get(), text.window, true});
  const Status status = later.npu().step(rows.data(), 3, later.adopted());
  CHECK(status.code() == Code::kDeviceFault);
  CHECK(status.message().find("integer sums are not those") != std::string::npos);
  for (Bench::Text& text : written) CHECK(later.same_texts(*text.cpu, *text.npu));
  CHECK(later.npu().recover());
  CHECK(later.step(random, written));
}

// As the driver: six contexts, and then none.
void test_contexts(const Model& model) {
  std::vector<std::unique_ptr<Bench>> benches;
  for (int i = 0; i < 6; i++) benches.push_back(std::make_unique<Bench>(model));
  ThreadPool pool(1);
  const ProgramPlan program = make_program(model.config, 0);
  std::unique_ptr<Device> device = make_emulator(program, pool, {});
  CHECK(device->load({}).code() == Code::kDeviceUnavailable);
  benches.pop_back();
  CHECK(device->load({}).ok());
}

}  // namespace

int main() {
  TemporaryFolder folder;
  tilescribe::test::FixtureSizes sizes;
  sizes.heads = 8;
  sizes.encoder_layers = 1;
  sizes.decoder_layers = kLayers;
  const ModelFixture fixture(sizes);
  std::unique_ptr<Model> model;
  CHECK(Model::open(folder.write("model", fixture.bytes()), &model).ok());
  Random random(3);
  const std::unique_ptr<WindowMemory> whole = make_window(*model, random, kAudioContext);
  const std::unique_ptr<WindowMemory> part = make_window(*model, random, 300);
  const std::unique_ptr<WindowMemory> other = make_window(*model, random, 511);
  const std::unique_ptr<WindowMemory> least = make_window(*model, random, 1);
  test_one_row(*model, random, *whole);
  test_lengths(*model, random, *part);
  test_batches(*model, random, {whole.get(), part.get(), other.get(), least.get()});
  test_reorder(*model, random, *other);
  test_many_texts(*model, random, *least);
  test_sparse(*model, random, *part);
  test_fault(*model, random, *part, "timeout", true, true);
  test_fault(*model, random, *part, "abort", true, true);
  test_fault(*model, random, *part, "context-lost", true, true);
  test_fault(*model, random, *part, "wrong-firmware", true, false);
  test_fault(*model, random, *part, "device-gone", false, false);
  test_self_test(*model, random, *part);
  test_contexts(*model);
  return tilescribe::test::finish("npu_decoder");
}
