// The choice of the next token: the order of exact logits whatever the rounding, the stated error bounds,
// and the search's rule against its plain definition (src/engine/backend/choose-token.ts).
#include "whisper/choice.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include "test/check.h"
#include "test/model_fixture.h"

namespace {

using tilescribe::best_kernels;
using tilescribe::choose_token;
using tilescribe::Decoder;
using tilescribe::DecoderRow;
using tilescribe::Encoder;
using tilescribe::Model;
using tilescribe::ScoredToken;
using tilescribe::TextMemory;
using tilescribe::ThreadPool;
using tilescribe::Timings;
using tilescribe::token_probability;
using tilescribe::TokenChoice;
using tilescribe::TokenRule;
using tilescribe::WindowMemory;
using tilescribe::test::FixtureSizes;
using tilescribe::test::kNotCancelled;
using tilescribe::test::make_mel;
using tilescribe::test::Matrix;
using tilescribe::test::ModelFixture;
using tilescribe::test::Random;
using tilescribe::test::TemporaryFolder;

constexpr double kNever = -std::numeric_limits<double>::infinity();

// A model and a decoder that has logits of `rows` random texts of one token.
class Bench {
 public:
  explicit Bench(const FixtureSizes& sizes) : fixture_(sizes), pool_(2), timings_(8) {
    if (!CHECK(Model::open(folder_.write("weights", fixture_.bytes()), &model_).ok())) std::abort();
    Random random(9);
    window_ = Encoder(*model_, best_kernels(), pool_).encode(make_mel(random).data(), 12, kNotCancelled, &timings_);
    decoder_ = std::make_unique<Decoder>(*model_, best_kernels(), pool_);
  }

  int vocabulary() const { return model_->config.vocabulary; }
  Decoder& decoder() { return *decoder_; }

  void decode(Random& random, int rows) {
    std::vector<DecoderRow> batch;
    for (int i = 0; i < rows; i++) {
      texts_.push_back(std::make_unique<TextMemory>(model_->config));
      batch.push_back({random.between(0, vocabulary() - 1), 0, texts_.back().get(), window_.get(), true});
    }
    decoder_->forward(batch.data(), rows, &timings_);
    texts_.clear();
  }

  // The projection of the row's hidden state, summed in long double.
  std::vector<double> exact_logits(int row) const {
    const Matrix& tokens = fixture_.matrix("decoder.tokens");
    const float* scale = model_->tokens.scale;
    const float* hidden = decoder_->hidden(row);
    std::vector<double> logits;
    for (int id = 0; id < vocabulary(); id++) {
      long double sum = 0;
      for (int k = 0; k < tokens.inputs; k++) {
        const float weight =
            tokens.weights[static_cast<size_t>(id) * static_cast<size_t>(tokens.inputs) + static_cast<size_t>(k)];
        sum += static_cast<long double>(hidden[k]) * std::nearbyint(weight / scale[id]);
      }
      logits.push_back(static_cast<double>(sum * scale[id]));
    }
    return logits;
  }

  TokenRule plain_rule(int top) const {
    TokenRule rule;
    rule.suppressed = std::make_shared<std::vector<uint8_t>>(vocabulary(), uint8_t{0});
    rule.top = top;
    return rule;
  }

  TokenChoice choose(int row, const TokenRule& rule) {
    return choose_token(*decoder_, best_kernels(), vocabulary(), row, rule);
  }

 private:
  ModelFixture fixture_;
  TemporaryFolder folder_;
  std::unique_ptr<Model> model_;
  ThreadPool pool_;
  Timings timings_;
  std::unique_ptr<WindowMemory> window_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::unique_ptr<TextMemory>> texts_;
};

double log_sum_exp(const std::vector<double>& logits, int begin, int end) {
  const double largest = *std::max_element(logits.begin() + begin, logits.begin() + end);
  if (largest == kNever) return kNever;
  double sum = 0;
  for (int i = begin; i < end; i++) sum += std::exp(logits[static_cast<size_t>(i)] - largest);
  return largest + std::log(sum);
}

// The rule by its definition. `margin` gets how far the decision on timestamps was from going the other way.
std::vector<double> apply(const TokenRule& rule, std::vector<double> logits, double* margin) {
  const int vocabulary = static_cast<int>(logits.size());
  for (size_t id = 0; id < logits.size(); id++) {
    if ((*rule.suppressed)[id] == 1) logits[id] = kNever;
  }
  for (const auto& [from, to] : rule.barred) std::fill(logits.begin() + from, logits.begin() + to, kNever);
  *margin = std::numeric_limits<double>::infinity();
  if (rule.timestamp_begin < 0) return logits;
  const double timestamps = log_sum_exp(logits, rule.timestamp_begin, vocabulary);
  const double text = *std::max_element(logits.begin(), logits.begin() + rule.timestamp_begin);
  *margin = std::fabs(timestamps - text);
  if (timestamps > text) std::fill(logits.begin(), logits.begin() + rule.timestamp_begin, kNever);
  return logits;
}

std::vector<int> order(const std::vector<double>& logits) {
  std::vector<int> ids;
  for (size_t id = 0; id < logits.size(); id++) {
    if (logits[id] > kNever) ids.push_back(static_cast<int>(id));
  }
  std::stable_sort(ids.begin(), ids.end(),
                   [&](int a, int b) { return logits[static_cast<size_t>(a)] > logits[static_cast<size_t>(b)]; });
  return ids;
}

// How far the float32 log-sum-exp may be from that of exact logits: no further than the furthest logit,
// plus the rounding of the sum: a sixteenth of the terms in a row, a tree of 16, and in each term that of the
// difference from the largest (up to 87, where exponentials end) and of the exponential.
double sum_bound(double largest_error, int vocabulary) {
  return largest_error + (vocabulary / 16.0 + 8 + 64) * FLT_EPSILON;
}

bool matches(const TokenChoice& choice, const std::vector<double>& exact, size_t top, double bound) {
  const std::vector<int> ids = order(exact);
  const double sum = ids.empty() ? 0 : log_sum_exp(exact, 0, static_cast<int>(exact.size()));
  if (choice.top.size() != std::min(top, ids.size())) return false;
  for (size_t i = 0; i < choice.top.size(); i++) {
    if (choice.top[i].id != ids[i]) return false;
    const double expected = exact[static_cast<size_t>(ids[i])] - sum;
    if (!(std::fabs(choice.top[i].log_probability - expected) <= bound)) return false;
  }
  return true;
}

void test_error_bounds(Bench& bench, Random& random) {
  double largest_share = 0;
  bench.decode(random, 64);
  for (int row = 0; row < 64; row++) {
    const std::vector<double> exact = bench.exact_logits(row);
    const float* logits = bench.decoder().logits(row);
    double worst = 0;
    for (int id = 0; id < bench.vocabulary(); id++) {
      const double difference = std::fabs(logits[id] - exact[static_cast<size_t>(id)]);
      const double bound = bench.decoder().error(row, id);
      largest_share = std::max(largest_share, difference / bound);
      worst = std::max(worst, bound);
      if (!CHECK(difference <= bound)) return;
      if (!CHECK(bound <= bench.decoder().largest_error(row))) return;
      const double again = bench.decoder().exact_logit(row, id);
      if (!CHECK(std::fabs(again - exact[static_cast<size_t>(id)]) <= 1e-12 * (1 + std::fabs(again)))) return;
    }
    const double sum = log_sum_exp(exact, 0, bench.vocabulary());
    for (int token : {0, 500, bench.vocabulary() - 1}) {
      const double probability = token_probability(bench.decoder(), best_kernels(), bench.vocabulary(), row, token);
      const double expected = exact[static_cast<size_t>(token)] - sum;
      if (expected < -700) {  // a double's exponential ends there
        CHECK(probability >= 0 && probability < 1e-300);
      } else {
        CHECK(std::fabs(std::log(probability) - expected) <= worst + sum_bound(worst, bench.vocabulary()));
      }
    }
  }
  std::printf("the largest error was %.2f of its bound\n", largest_share);
}

// With groups of nearly or exactly equal tokens the float32 logits are often in the wrong order; the
// choice must not be. Exactly equal ones go by id.
void test_order(Bench& bench, Random& random, bool expects_ties) {
  int misplaced = 0;
  for (int batch = 0; batch < 4; batch++) {
    bench.decode(random, 128);
    for (int row = 0; row < 128; row++) {
      const std::vector<double> exact = bench.exact_logits(row);
      const float* logits = bench.decoder().logits(row);
      const std::vector<int> rounded = order(std::vector<double>(logits, logits + bench.vocabulary()));
      const std::vector<int> right = order(exact);
      const int top = 1 + row % 12;
      if (!std::equal(right.begin(), right.begin() + top, rounded.begin())) misplaced++;
      const double bound = sum_bound(bench.decoder().largest_error(row), bench.vocabulary());
      if (!CHECK(matches(bench.choose(row, bench.plain_rule(top)), exact, static_cast<size_t>(top), bound))) return;
    }
  }
  std::printf("float32 alone would have misplaced tokens in %d of 512 rows\n", misplaced);
  // Else this test would show nothing.
  CHECK(!expects_ties || misplaced > 10);
}

TokenRule random_rule(Bench& bench, Random& random) {
  const int vocabulary = bench.vocabulary();
  TokenRule rule = bench.plain_rule(random.between(1, 8));
  const int share = random.between(0, 10);
  auto mask = std::make_shared<std::vector<uint8_t>>(vocabulary, uint8_t{0});
  for (uint8_t& suppressed : *mask) suppressed = random.between(1, 10) <= share ? 1 : 0;
  rule.suppressed = mask;
  for (int i = random.between(0, 3); i > 0; i--) {
    const int from = random.between(0, vocabulary);
    rule.barred.emplace_back(from, random.between(from, vocabulary));
  }
  if (random.between(0, 2) != 0) rule.timestamp_begin = random.between(1, vocabulary - 1);
  return rule;
}

void test_rules(Bench& bench, Random& random) {
  int undecided = 0;
  int empty = 0;
  for (int round = 0; round < 600; round++) {
    if (round % 100 == 0) bench.decode(random, 100);
    const int row = round % 100;
    const TokenRule rule = random_rule(bench, random);
    const double bound = sum_bound(bench.decoder().largest_error(row), bench.vocabulary());
    double margin = 0;
    const std::vector<double> allowed = apply(rule, bench.exact_logits(row), &margin);
    if (margin <= 2 * bound) {
      undecided++;
      continue;
    }
    const TokenChoice choice = bench.choose(row, rule);
    empty += choice.top.empty() ? 1 : 0;
    if (!CHECK(matches(choice, allowed, static_cast<size_t>(rule.top), bound))) return;
    CHECK(choice.sampled.empty());
  }
  std::printf("rules: %d of 600 too close to call, %d bar everything\n", undecided, empty);
  CHECK(undecided < 6 && empty > 0);
}

void test_edges_of_rules(Bench& bench, Random& random) {
  bench.decode(random, 4);
  TokenRule nothing = bench.plain_rule(5);
  nothing.barred.emplace_back(0, bench.vocabulary());
  nothing.uniforms = {0.5};
  const TokenChoice none = bench.choose(0, nothing);
  CHECK(none.top.empty() && none.sampled.empty());

  TokenRule one = bench.plain_rule(5);
  one.barred = {{0, 77}, {78, bench.vocabulary()}, {300, 300}};
  one.temperature = 0.4;
  one.uniforms = {0, 0.99};
  const TokenChoice only = bench.choose(1, one);
  CHECK(only.top.size() == 1 && only.top[0].id == 77 &&
        std::fabs(only.top[0].log_probability) <= 2 * bench.decoder().largest_error(1));
  CHECK(only.sampled.size() == 2 && only.sampled[0].id == 77 && only.sampled[1].id == 77);

  // Only timestamps or only text left: the rule on timestamps compares with minus infinity.
  TokenRule timestamps = bench.plain_rule(1);
  timestamps.timestamp_begin = 1000;
  timestamps.barred = {{0, 1000}};
  CHECK(bench.choose(2, timestamps).top.at(0).id >= 1000);
  TokenRule text = timestamps;
  text.barred = {{1000, bench.vocabulary()}};
  CHECK(bench.choose(3, text).top.at(0).id < 1000);

  const TokenChoice all = bench.choose(3, [&] {
    TokenRule rule = bench.plain_rule(2 * bench.vocabulary());
    rule.barred = text.barred;
    return rule;
  }());
  CHECK(all.top.size() == 1000);
}

// With evenly spaced draws every token comes as often as its probability says, but for the two ends of its
// interval and the logits' rounding.
void test_sampling(Bench& bench, Random& random) {
  constexpr int kDraws = 4000;
  bench.decode(random, 3);
  for (int row = 0; row < 3; row++) {
    TokenRule rule = bench.plain_rule(1);
    rule.barred = {{40, 200}};
    rule.temperature = 0.3 + 0.5 * row;
    double margin = 0;
    const std::vector<double> allowed = apply(rule, bench.exact_logits(row), &margin);
    std::vector<double> scaled = allowed;
    for (double& logit : scaled) logit /= rule.temperature;
    const double sum = log_sum_exp(scaled, 0, bench.vocabulary());
    const double bound = sum_bound(bench.decoder().largest_error(row), bench.vocabulary());
    std::vector<int> counts(static_cast<size_t>(bench.vocabulary()), 0);
    for (int i = 0; i < kDraws; i++) rule.uniforms.push_back((i + 0.5) / kDraws);
    const std::vector<ScoredToken> sampled = bench.choose(row, rule).sampled;
    if (!CHECK(sampled.size() == kDraws)) return;
    for (const ScoredToken& token : sampled) {
      if (!CHECK(token.id >= 0 && (token.id < 40 || token.id >= 200))) return;
      counts[static_cast<size_t>(token.id)]++;
      const double expected = allowed[static_cast<size_t>(token.id)] - log_sum_exp(allowed, 0, bench.vocabulary());
      if (!CHECK(std::fabs(token.log_probability - expected) <= 2 * bound)) return;
    }
    for (size_t id = 0; id < counts.size(); id++) {
      const double expected = kDraws * std::exp(scaled[id] - sum);
      if (!CHECK(std::fabs(counts[id] - expected) <= 1.1 + 2 * kDraws * bound / rule.temperature)) return;
    }
  }
}

void test_ends_of_the_distribution(Bench& bench, Random& random) {
  bench.decode(random, 1);
  TokenRule rule = bench.plain_rule(1);
  rule.temperature = 1;
  rule.barred = {{0, 3}, {1190, bench.vocabulary()}};
  rule.uniforms = {1 - DBL_EPSILON / 2, 0};
  const std::vector<ScoredToken> ends = bench.choose(0, rule).sampled;
  CHECK(ends.at(0).id == 1189 && ends.at(1).id == 3);
  // So cold that all but the best have no weight.
  rule.temperature = 1e-6;
  rule.uniforms = {0.0, 0.5, 1 - DBL_EPSILON / 2};
  const TokenChoice cold = bench.choose(0, rule);
  CHECK(cold.sampled.size() == 3);
  for (const ScoredToken& token : cold.sampled) CHECK(token.id == cold.top.at(0).id);
}

}  // namespace

int main() {
  Random random(11);
  Bench plain({});
  test_error_bounds(plain, random);
  test_order(plain, random, false);
  test_rules(plain, random);
  test_edges_of_rules(plain, random);
  test_sampling(plain, random);
  test_ends_of_the_distribution(plain, random);

  FixtureSizes sizes;
  sizes.tie_group = 8;
  Bench tied(sizes);
  test_error_bounds(tied, random);
  test_order(tied, random, true);
  test_rules(tied, random);

  // Logits of tens of thousands: larger than any model's, but the bounds are stated for all.
  sizes.tie_group = 1;
  sizes.token_scale = 30000.0f;
  Bench large(sizes);
  test_error_bounds(large, random);
  test_order(large, random, false);
  return tilescribe::test::finish("choice");
}
