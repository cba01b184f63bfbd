// The decoder against the same network in double precision, and against itself: however its rows are cut
// into calls, threads or beams, and whatever instruction set runs, each token gets the same bits.
#include "whisper/decoder.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "test/check.h"
#include "test/model_fixture.h"
#include "test/reference_model.h"
#include "test/runnable.h"

namespace {

using tilescribe::best_kernels;
using tilescribe::Decoder;
using tilescribe::DecoderRow;
using tilescribe::Encoder;
using tilescribe::find_kernels;
using tilescribe::Kernels;
using tilescribe::Model;
using tilescribe::TextMemory;
using tilescribe::ThreadPool;
using tilescribe::Timings;
using tilescribe::WindowMemory;
using tilescribe::test::Distance;
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

// A window's memory, and the hidden states it was made of.
struct Window {
  std::unique_ptr<WindowMemory> memory;
  Rows audio;
};

Window make_window(const Model& model, Random& random, int positions) {
  ThreadPool pool(1);
  Encoder encoder(model, best_kernels(), pool);
  Timings timings(8);
  Window window{encoder.encode(make_mel(random).data(), positions, kNotCancelled, &timings),
                Rows(positions, model.config.width)};
  std::copy_n(encoder.output(), window.audio.values.size(), window.audio.values.begin());
  return window;
}

std::vector<int> make_tokens(const Model& model, Random& random, int count) {
  std::vector<int> tokens;
  for (int i = 0; i < count; i++) tokens.push_back(random.between(0, model.config.vocabulary - 1));
  return tokens;
}

// Hidden states and logits of every row, in order.
struct Result {
  std::vector<float> hidden;
  std::vector<float> logits;
};

bool same(const Result& a, const Result& b) { return same_bits(a.hidden, b.hidden) && same_bits(a.logits, b.logits); }

// A decoder with threads of its own.
class Bench {
 public:
  Bench(const Model& model, const Kernels& kernels, int threads)
      : model_(model), pool_(threads), decoder_(model, kernels, pool_) {}

  // Adds to `result` what the rows that want logits give.
  void forward(const std::vector<DecoderRow>& rows, Result* result) {
    Timings timings(8);
    decoder_.forward(rows.data(), static_cast<int>(rows.size()), &timings);
    int wanted = 0;
    for (const DecoderRow& row : rows) {
      if (!row.wants_logits) continue;
      const float* hidden = decoder_.hidden(wanted);
      const float* logits = decoder_.logits(wanted++);
      result->hidden.insert(result->hidden.end(), hidden, hidden + model_.config.width);
      result->logits.insert(result->logits.end(), logits, logits + model_.config.vocabulary);
    }
  }

  // Tokens of one text in calls of at most `chunk`.
  Result run(const std::vector<int>& tokens, const WindowMemory& window, int chunk, TextMemory* text) {
    Result result;
    for (size_t begin = 0; begin < tokens.size(); begin += static_cast<size_t>(chunk)) {
      std::vector<DecoderRow> rows;
      const int first = text->length;
      for (size_t i = begin; i < std::min(tokens.size(), begin + static_cast<size_t>(chunk)); i++) {
        rows.push_back({tokens[i], first + static_cast<int>(i - begin), text, &window, true});
      }
      forward(rows, &result);
    }
    return result;
  }

  Result run(const std::vector<int>& tokens, const WindowMemory& window, int chunk) {
    TextMemory text(model_.config);
    return run(tokens, window, chunk, &text);
  }

 private:
  const Model& model_;
  ThreadPool pool_;
  Decoder decoder_;
};

// Rounding as in the encoder (encoder_test.cc): five products of 8-bit activations a layer; two layers come
// to about 0.01, and 0.02 is allowed. A token or position out of place is an error of 0.1 and more.
void test_against_double(const Model& model, const ModelFixture& fixture, Random& random) {
  Bench bench(model, best_kernels(), 2);
  for (int positions : {1, 17, 60, 400}) {
    const Window window = make_window(model, random, positions);
    const std::vector<int> tokens = make_tokens(model, random, 70);
    const Distance distance =
        measure(bench.run(tokens, *window.memory, 70).hidden, ReferenceModel(fixture).decode(window.audio, tokens));
    std::printf("decoder, %d positions: relative error %.4f, lowest cosine %.5f\n", positions, distance.relative,
                distance.lowest_cosine);
    CHECK(distance.relative < 0.02);
    CHECK(distance.lowest_cosine > 0.9995);
  }
}

void test_threads_and_kernels_change_no_bit(const Model& model, Random& random) {
  const Window window = make_window(model, random, 45);
  const std::vector<int> tokens = make_tokens(model, random, 21);
  const Result expected = Bench(model, *find_kernels("generic"), 1).run(tokens, *window.memory, 9);
  for (const Kernels* kernels : runnable()) {
    for (int threads : {1, 2, 3, 5}) {
      if (!CHECK(same(Bench(model, *kernels, threads).run(tokens, *window.memory, 9), expected))) return;
    }
  }
}

// A prompt in one pass is its tokens one by one: rows are rounded each for itself, and sums are exact.
// 448 tokens fill the text; 256 rows are the most at once, and more than one set of queries.
void test_prompts(const Model& model, Random& random) {
  const Window window = make_window(model, random, 20);
  Bench bench(model, best_kernels(), 2);
  const std::vector<int> tokens = make_tokens(model, random, model.config.text_context);
  const Result expected = bench.run(tokens, *window.memory, 1);
  for (int chunk : {2, 7, 48, 49, Decoder::kMaxRows}) {
    CHECK(same(bench.run(tokens, *window.memory, chunk), expected));
  }
}

// Texts of different lengths over different windows: together they give what each gives alone.
void test_batches(const Model& model, Random& random) {
  const Window windows[] = {make_window(model, random, 31), make_window(model, random, 5)};
  Bench bench(model, best_kernels(), 3);
  constexpr int kTexts = 11;
  std::vector<std::vector<int>> tokens;
  std::vector<std::unique_ptr<TextMemory>> texts;
  std::vector<Result> alone;
  std::vector<Result> together(kTexts);
  for (int i = 0; i < kTexts; i++) {
    const WindowMemory& window = *windows[i / 2 % 2].memory;
    const std::vector<int> prompt = make_tokens(model, random, 1 + 3 * i);
    const std::vector<int> steps = make_tokens(model, random, 4);
    TextMemory text(model.config);
    texts.push_back(std::make_unique<TextMemory>(model.config));
    bench.run(prompt, window, 100, &text);
    bench.run(prompt, window, 100, texts.back().get());
    alone.push_back(bench.run(steps, window, 1, &text));
    tokens.push_back(steps);
  }
  for (size_t step = 0; step < 4; step++) {
    std::vector<DecoderRow> rows;
    for (size_t i = 0; i < kTexts; i++) {
      rows.push_back({tokens[i][step], texts[i]->length, texts[i].get(), windows[i / 2 % 2].memory.get(), true});
    }
    Result all;
    bench.forward(rows, &all);
    for (size_t i = 0; i < kTexts; i++) {
      const auto width = static_cast<int64_t>(model.config.width);
      const auto vocabulary = static_cast<int64_t>(model.config.vocabulary);
      const auto hidden = all.hidden.begin() + static_cast<int64_t>(i) * width;
      const auto logits = all.logits.begin() + static_cast<int64_t>(i) * vocabulary;
      together[i].hidden.insert(together[i].hidden.end(), hidden, hidden + width);
      together[i].logits.insert(together[i].logits.end(), logits, logits + vocabulary);
    }
  }
  for (size_t i = 0; i < kTexts; i++) CHECK(same(together[i], alone[i]));
}

// Beams that split from a common beginning are texts that were decoded from the start.
void test_copied_texts(const Model& model, Random& random) {
  const Window window = make_window(model, random, 25);
  Bench bench(model, best_kernels(), 2);
  for (int length : {1, 15, 16, 17, 40}) {
    const std::vector<int> beginning = make_tokens(model, random, length);
    TextMemory parent(model.config);
    bench.run(beginning, *window.memory, 48, &parent);
    // The child's memory held a longer text before.
    TextMemory child(model.config);
    bench.run(make_tokens(model, random, 60), *window.memory, 60, &child);
    child.copy_from(parent);
    CHECK(child.length == length);
    TextMemory* memories[] = {&parent, &child};
    for (TextMemory* memory : memories) {
      std::vector<int> whole = beginning;
      const std::vector<int> rest = make_tokens(model, random, 20);
      whole.insert(whole.end(), rest.begin(), rest.end());
      const Result split = bench.run(rest, *window.memory, 1, memory);
      const Result expected = bench.run(whole, *window.memory, 1);
      std::vector<float> tail(expected.hidden.end() - static_cast<int64_t>(split.hidden.size()), expected.hidden.end());
      CHECK(same_bits(split.hidden, tail));
    }
  }
}

// A memory taken up again from length 0 gives what a new one gives.
void test_used_texts(const Model& model, Random& random) {
  const Window window = make_window(model, random, 25);
  Bench bench(model, best_kernels(), 2);
  TextMemory used(model.config);
  bench.run(make_tokens(model, random, 100), *window.memory, 50, &used);
  used.length = 0;
  const std::vector<int> tokens = make_tokens(model, random, 37);
  CHECK(same(bench.run(tokens, *window.memory, 5, &used), bench.run(tokens, *window.memory, 5)));
}

// Logits come for the rows that want them, in order; the others change nothing. None may want any.
void test_wanted_rows(const Model& model, Random& random) {
  const Window window = make_window(model, random, 9);
  Bench bench(model, best_kernels(), 2);
  const std::vector<int> tokens = make_tokens(model, random, 13);
  const Result all = bench.run(tokens, *window.memory, 13);
  Result wanted, expected;
  TextMemory text(model.config);
  std::vector<DecoderRow> rows;
  for (int i = 0; i < 13; i++) {
    const bool wants = i == 0 || i == 5 || i == 12;
    rows.push_back({tokens[static_cast<size_t>(i)], i, &text, window.memory.get(), wants});
    if (!wants) continue;
    const int64_t width = model.config.width;
    const int64_t vocabulary = model.config.vocabulary;
    expected.hidden.insert(expected.hidden.end(), all.hidden.begin() + i * width, all.hidden.begin() + (i + 1) * width);
    expected.logits.insert(expected.logits.end(), all.logits.begin() + i * vocabulary,
                           all.logits.begin() + (i + 1) * vocabulary);
  }
  bench.forward(rows, &wanted);
  CHECK(same(wanted, expected));

  TextMemory quiet(model.config);
  for (DecoderRow& row : rows) row.wants_logits = false;
  for (DecoderRow& row : rows) row.text = &quiet;
  Result none;
  bench.forward(rows, &none);
  CHECK(none.logits.empty() && quiet.length == 13);
  const std::vector<int> next = {42};
  CHECK(same(bench.run(next, *window.memory, 1, &quiet), bench.run(next, *window.memory, 1, &text)));
}

}  // namespace

int main() {
  const ModelFixture fixture({});
  const TemporaryFolder folder;
  std::unique_ptr<Model> model;
  if (!CHECK(Model::open(folder.write("weights", fixture.bytes()), &model).ok())) return 1;
  Random random(6);
  test_against_double(*model, fixture, random);
  test_threads_and_kernels_change_no_bit(*model, random);
  test_prompts(*model, random);
  test_batches(*model, random);
  test_copied_texts(*model, random);
  test_used_texts(*model, random);
  test_wanted_rows(*model, random);
  return tilescribe::test::finish("decoder");
}
