// Scores of alignment against the same computation in double precision, from the decoder's own queries on; and
// that threads and instruction sets change no bit of them.
#include "whisper/alignment.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "test/check.h"
#include "test/model_fixture.h"
#include "test/reference_model.h"
#include "test/runnable.h"
#include "whisper/decoder.h"

namespace {

using tilescribe::Activations;
using tilescribe::AlignmentHead;
using tilescribe::AttentionMemory;
using tilescribe::best_kernels;
using tilescribe::CrossQueries;
using tilescribe::Decoder;
using tilescribe::DecoderRow;
using tilescribe::Encoder;
using tilescribe::find_kernels;
using tilescribe::Kernels;
using tilescribe::kHeadWidth;
using tilescribe::kLanes;
using tilescribe::Model;
using tilescribe::score_alignment;
using tilescribe::TextMemory;
using tilescribe::ThreadPool;
using tilescribe::Timings;
using tilescribe::WindowMemory;
using tilescribe::test::kNotCancelled;
using tilescribe::test::make_mel;
using tilescribe::test::ModelFixture;
using tilescribe::test::Random;
using tilescribe::test::Rows;
using tilescribe::test::runnable;
using tilescribe::test::same_bits;
using tilescribe::test::TemporaryFolder;

constexpr int kFirstRow = 3;

std::unique_ptr<WindowMemory> make_window(const Model& model, Random& random, int positions) {
  ThreadPool pool(1);
  Encoder encoder(model, best_kernels(), pool);
  Timings timings(8);
  return encoder.encode(make_mel(random).data(), positions, kNotCancelled, &timings);
}

// One pass of the decoder.
CrossQueries make_queries(const Model& model, const WindowMemory& window, const std::vector<int>& tokens,
                          const std::vector<AlignmentHead>& heads, const Kernels& kernels, int threads) {
  ThreadPool pool(threads);
  Decoder decoder(model, kernels, pool);
  Timings timings(8);
  TextMemory text(model.config);
  std::vector<DecoderRow> rows;
  for (size_t i = 0; i < tokens.size(); i++) {
    rows.push_back({tokens[i], static_cast<int>(i), &text, &window, false});
  }
  CrossQueries queries(heads, static_cast<int>(rows.size()));
  decoder.forward(rows.data(), static_cast<int>(rows.size()), &timings, &queries);
  return queries;
}

int key_at(const AttentionMemory& memory, int position, int i) {
  return memory
             .keys[(position / kLanes) * kHeadWidth * kLanes + (i / 4) * 4 * kLanes + (position % kLanes) * 4 + i % 4] -
         128;
}

// Softmax over the sound, z-score over the tokens, of one head; [tokens, positions].
Rows standardized(const Activations& queries, const AttentionMemory& memory) {
  Rows weights(queries.rows, memory.positions);
  for (int t = 0; t < queries.rows; t++) {
    double total = 0;
    for (int p = 0; p < memory.positions; p++) {
      double dot = 0;
      for (int i = 0; i < kHeadWidth; i++) dot += queries.q[t * queries.stride + i] * key_at(memory, p, i);
      weights.row(t)[p] = std::exp2(dot * queries.scale[t] * memory.key_scale[p]);
      total += weights.row(t)[p];
    }
    for (int p = 0; p < memory.positions; p++) weights.row(t)[p] /= total;
  }
  for (int p = 0; p < memory.positions; p++) {
    double mean = 0;
    double variance = 0;
    for (int t = 0; t < weights.count; t++) mean += weights.row(t)[p] / weights.count;
    for (int t = 0; t < weights.count; t++) variance += std::pow(weights.row(t)[p] - mean, 2) / weights.count;
    for (int t = 0; t < weights.count; t++) {
      weights.row(t)[p] = variance > 0 ? (weights.row(t)[p] - mean) / std::sqrt(variance) : 0;
    }
  }
  return weights;
}

// Median of 7, mirrored at the ends.
double median_at(const double* row, int count, int place) {
  if (count <= 3) return row[place];
  std::vector<double> near;
  for (int i = place - 3; i <= place + 3; i++) {
    const int mirrored = i < 0 ? -i : i;
    near.push_back(row[mirrored < count ? mirrored : 2 * (count - 1) - mirrored]);
  }
  std::sort(near.begin(), near.end());
  return near[3];
}

Rows expected_scores(const CrossQueries& queries, const WindowMemory& window, int positions) {
  Rows scores(queries.rows() - kFirstRow, positions);
  for (int h = 0; h < queries.heads(); h++) {
    const AlignmentHead head = queries.head(h);
    const Rows weights =
        standardized(queries.queries(h), window.layers[static_cast<size_t>(head.layer)].head(head.head, positions));
    for (int t = 0; t < scores.count; t++) {
      for (int p = 0; p < positions; p++) {
        scores.row(t)[p] += median_at(weights.row(t + kFirstRow), positions, p) / queries.heads();
      }
    }
  }
  return scores;
}

std::vector<int> make_tokens(const Model& model, Random& random, int count) {
  std::vector<int> tokens;
  for (int i = 0; i < count; i++) tokens.push_back(random.between(0, model.config.vocabulary - 1));
  return tokens;
}

// Numbers are some deviations from 0; rounding is that of float32.
void test_against_double(const Model& model, Random& random) {
  const std::unique_ptr<WindowMemory> window = make_window(model, random, 300);
  const std::vector<AlignmentHead> heads = {{1, 0}, {0, 1}, {1, 1}};
  const CrossQueries queries = make_queries(model, *window, make_tokens(model, random, 60), heads, best_kernels(), 2);
  ThreadPool pool(2);
  for (int positions : {1, 3, 4, 16, 77, 300}) {
    const std::vector<float> scores = score_alignment(queries, *window, kFirstRow, positions, best_kernels(), pool);
    const Rows expected = expected_scores(queries, *window, positions);
    if (!CHECK(scores.size() == expected.values.size())) continue;
    double largest = 0;
    for (size_t i = 0; i < scores.size(); i++) largest = std::max(largest, std::fabs(scores[i] - expected.values[i]));
    std::printf("alignment, %d positions: largest error %.6f\n", positions, largest);
    // With one position all weights are 1, and the deviations are those of rounding.
    if (positions > 1) CHECK(largest < 1e-3);
  }
}

void test_threads_and_kernels_change_no_bit(const Model& model, Random& random) {
  const std::unique_ptr<WindowMemory> window = make_window(model, random, 45);
  const std::vector<int> tokens = make_tokens(model, random, 70);
  const std::vector<AlignmentHead> heads = {{0, 0}, {1, 1}};
  const auto score = [&](const Kernels& kernels, int threads) {
    ThreadPool pool(threads);
    return score_alignment(make_queries(model, *window, tokens, heads, kernels, threads), *window, kFirstRow, 41,
                           kernels, pool);
  };
  const std::vector<float> expected = score(*find_kernels("generic"), 1);
  for (const Kernels* kernels : runnable()) {
    for (int threads : {1, 2, 5}) CHECK(same_bits(score(*kernels, threads), expected));
  }
}

}  // namespace

int main() {
  const ModelFixture fixture({});
  const TemporaryFolder folder;
  std::unique_ptr<Model> model;
  if (!CHECK(Model::open(folder.write("weights", fixture.bytes()), &model).ok())) return 1;
  Random random(9);
  test_against_double(*model, random);
  test_threads_and_kernels_change_no_bit(*model, random);
  return tilescribe::test::finish("alignment");
}
