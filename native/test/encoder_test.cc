// The encoder against the same network in double precision, and against itself: other threads, other
// instruction sets and earlier windows change no bit.
#include "whisper/encoder.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "test/check.h"
#include "test/model_fixture.h"
#include "test/reference_model.h"
#include "test/runnable.h"

namespace {

using tilescribe::AttentionMemory;
using tilescribe::Encoder;
using tilescribe::find_kernels;
using tilescribe::kAudioContext;
using tilescribe::Kernels;
using tilescribe::KeyValues;
using tilescribe::kHeadWidth;
using tilescribe::kMelBins;
using tilescribe::kWindowFrames;
using tilescribe::Model;
using tilescribe::ThreadPool;
using tilescribe::Timings;
using tilescribe::WindowMemory;
using tilescribe::test::Distance;
using tilescribe::test::FixtureSizes;
using tilescribe::test::kNotCancelled;
using tilescribe::test::make_mel;
using tilescribe::test::measure;
using tilescribe::test::ModelFixture;
using tilescribe::test::Random;
using tilescribe::test::ReferenceModel;
using tilescribe::test::Rows;
using tilescribe::test::runnable;
using tilescribe::test::same_bits;
using tilescribe::test::TemporaryFolder;

// What a decoder layer will see: keys [positions, width], then values, back from int8.
std::vector<float> unpack(const WindowMemory& memory, int layer, int heads) {
  const KeyValues& layer_memory = memory.layers[static_cast<size_t>(layer)];
  const int width = heads * kHeadWidth;
  std::vector<float> rows(static_cast<size_t>(memory.positions) * 2 * static_cast<size_t>(width));
  for (int head = 0; head < heads; head++) {
    const AttentionMemory kept = layer_memory.head(head, memory.positions);
    for (int p = 0; p < memory.positions; p++) {
      float* row = rows.data() + static_cast<int64_t>(p) * 2 * width + head * kHeadWidth;
      for (int i = 0; i < kHeadWidth; i++) {
        const int key = kept.keys[p / 16 * 1024 + i / 4 * 64 + p % 16 * 4 + i % 4] - 128;
        const int value = kept.values[p / 4 * 256 + i * 4 + p % 4];
        row[i] = static_cast<float>(key) * kept.key_scale[p];
        row[width + i] = static_cast<float>(value) / kept.value_inverse[p];
      }
    }
  }
  return rows;
}

struct Result {
  std::vector<float> output;
  std::vector<float> memory;  // of all layers
};

Result encode(Encoder& encoder, const Model& model, const std::vector<float>& mel, int positions) {
  Timings timings(8);
  const std::unique_ptr<WindowMemory> memory = encoder.encode(mel.data(), positions, kNotCancelled, &timings);
  CHECK(memory->positions == positions);
  Result result;
  result.output.assign(encoder.output(), encoder.output() + static_cast<int64_t>(positions) * model.config.width);
  for (int layer = 0; layer < model.config.decoder_layers; layer++) {
    const std::vector<float> rows = unpack(*memory, layer, model.config.heads);
    result.memory.insert(result.memory.end(), rows.begin(), rows.end());
  }
  return result;
}

Result encode_once(const Model& model, const Kernels& kernels, int threads, const std::vector<float>& mel,
                   int positions) {
  ThreadPool pool(threads);
  Encoder encoder(model, kernels, pool);
  return encode(encoder, model, mel, positions);
}

bool same(const Result& a, const Result& b) { return same_bits(a.output, b.output) && same_bits(a.memory, b.memory); }

// Activations are rounded to 8 bits a row before every product: with a row's largest element about three
// times its root mean square, an error of 3 / 127 / sqrt(12) = 0.007 of the product's size each time. These
// are independent and partly averaged away; two convolutions and two layers come to 0.010 to 0.014, and
// 0.02 is allowed. Keys and values are rounded twice more (before the product and to be kept).
void test_against_double(const Model& model, const ModelFixture& fixture, const std::vector<float>& mel) {
  const ReferenceModel reference(fixture);
  for (int positions : {1, 2, 47, 48, 49, 250, kAudioContext}) {
    const Rows exact = reference.encode(mel.data(), positions);
    const Result result = encode_once(model, tilescribe::best_kernels(), 2, mel, positions);
    const Distance distance = measure(result.output, exact);
    std::printf("encoder, %d positions: relative error %.4f, lowest cosine %.5f\n", positions, distance.relative,
                distance.lowest_cosine);
    CHECK(distance.relative < 0.02);
    CHECK(distance.lowest_cosine > 0.9995);
    std::vector<float> layer_rows(result.memory.size() / static_cast<size_t>(model.config.decoder_layers));
    for (int layer = 0; layer < model.config.decoder_layers; layer++) {
      const auto from = result.memory.begin() + static_cast<int64_t>(layer) * static_cast<int64_t>(layer_rows.size());
      std::copy_n(from, layer_rows.size(), layer_rows.begin());
      CHECK(measure(layer_rows, reference.keys_and_values(exact, layer)).relative < 0.025);
    }
  }
}

void test_threads_and_kernels_change_no_bit(const Model& model, const std::vector<float>& mel) {
  for (int positions : {1, 40, 105}) {
    const Result expected = encode_once(model, *find_kernels("generic"), 1, mel, positions);
    for (const Kernels* kernels : runnable()) {
      for (int threads : {1, 2, 3, 5}) {
        if (!CHECK(same(encode_once(model, *kernels, threads, mel, positions), expected))) return;
      }
    }
  }
}

// Whole windows, of the smallest model: the generic kernels are slow under sanitizers.
void test_whole_windows(const TemporaryFolder& folder, const std::vector<float>& mel) {
  FixtureSizes sizes;
  sizes.heads = 1;
  sizes.encoder_layers = 1;
  sizes.decoder_layers = 1;
  std::unique_ptr<Model> model;
  if (!CHECK(Model::open(folder.write("small", ModelFixture(sizes).bytes()), &model).ok())) return;
  std::vector<Result> all;
  int threads = 1;
  for (const Kernels* kernels : runnable()) {
    all.push_back(encode_once(*model, *kernels, threads++, mel, kAudioContext));
    CHECK(same(all.back(), all.front()));
  }
}

// An encoder that has seen other windows, longer and shorter, gives what a new one gives.
void test_windows_leave_nothing_behind(const Model& model, Random& random) {
  const Kernels& kernels = tilescribe::best_kernels();
  ThreadPool pool(3);
  Encoder encoder(model, kernels, pool);
  for (int positions : {300, 7, 64, 300, 1, 33}) {
    const std::vector<float> mel = make_mel(random);
    CHECK(same(encode(encoder, model, mel, positions), encode_once(model, kernels, 1, mel, positions)));
  }
}

// A shortened window does not see the frames after its end.
void test_a_recycled_window_is_another(const Model& model, const std::vector<float>& mel) {
  ThreadPool pool(2);
  Encoder encoder(model, tilescribe::best_kernels(), pool);
  Timings timings(8);
  std::unique_ptr<WindowMemory> window = encoder.encode(mel.data(), 30, kNotCancelled, &timings);
  const WindowMemory* memory = window.get();
  const uint64_t stamp = window->stamp();
  encoder.recycle(std::move(window));
  window = encoder.encode(mel.data(), 30, kNotCancelled, &timings);
  CHECK(window.get() == memory);
  CHECK(window->stamp() != stamp);
}

void test_frames_beyond_the_end_do_not_matter(const Model& model, const std::vector<float>& mel) {
  constexpr int kPositions = 90;
  std::vector<float> other = mel;
  for (int bin = 0; bin < kMelBins; bin++) {
    for (int frame = 2 * kPositions; frame < kWindowFrames; frame++) {
      other[static_cast<size_t>(bin * kWindowFrames + frame)] = 1e20f;
    }
  }
  const Kernels& kernels = tilescribe::best_kernels();
  CHECK(same(encode_once(model, kernels, 2, other, kPositions), encode_once(model, kernels, 2, mel, kPositions)));
}

// What was cancelled gives nothing, and leaves nothing behind.
void test_cancelled(const Model& model, const std::vector<float>& mel) {
  const Result expected = encode_once(model, tilescribe::best_kernels(), 2, mel, 100);
  ThreadPool pool(2);
  Encoder encoder(model, tilescribe::best_kernels(), pool);
  Timings timings(8);
  const std::atomic<bool> already{true};
  CHECK(encoder.encode(mel.data(), 100, already, &timings) == nullptr);
  CHECK(same(encode(encoder, model, mel, 100), expected));
  for (int round = 0; round < 20; round++) {
    std::atomic<bool> cancelled{false};
    std::thread other([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(100 * round));
      cancelled.store(true);
    });
    encoder.encode(mel.data(), 100, cancelled, &timings);
    other.join();
  }
  CHECK(same(encode(encoder, model, mel, 100), expected));
}

// Silence as the front end gives it: one value everywhere, or zeros.
void test_constant_spectrograms(const Model& model, const ModelFixture& fixture) {
  for (float level : {0.0f, -1.0f}) {
    const std::vector<float> mel(static_cast<size_t>(kMelBins) * kWindowFrames, level);
    const Result result = encode_once(model, tilescribe::best_kernels(), 2, mel, 60);
    CHECK(measure(result.output, ReferenceModel(fixture).encode(mel.data(), 60)).relative < 0.02);
  }
}

}  // namespace

int main() {
  const ModelFixture fixture({});
  const TemporaryFolder folder;
  std::unique_ptr<Model> model;
  if (!CHECK(Model::open(folder.write("weights", fixture.bytes()), &model).ok())) return 1;
  Random random(5);
  const std::vector<float> mel = make_mel(random);
  test_against_double(*model, fixture, mel);
  test_threads_and_kernels_change_no_bit(*model, mel);
  test_whole_windows(folder, mel);
  test_windows_leave_nothing_behind(*model, random);
  test_a_recycled_window_is_another(*model, mel);
  test_frames_beyond_the_end_do_not_matter(*model, mel);
  test_constant_spectrograms(*model, fixture);
  test_cancelled(*model, mel);
  return tilescribe::test::finish("encoder");
}
