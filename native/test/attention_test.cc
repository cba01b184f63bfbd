// Attention in integers: bit for bit its definition in plain C++, and within a proven bound of attention in
// double precision on the numbers before quantising.
#include "whisper/attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/memory.h"
#include "test/check.h"
#include "test/random.h"
#include "test/runnable.h"

namespace {

using tilescribe::Activations;
using tilescribe::kAttentionBlock;
using tilescribe::Kernels;
using tilescribe::KeyValues;
using tilescribe::kHeadWidth;
using tilescribe::kLanes;
using tilescribe::kQueryFactor;
using tilescribe::Memory;
using tilescribe::Queries;
using tilescribe::test::Random;
using tilescribe::test::runnable;
using tilescribe::test::same_bits;

constexpr int kStride = kHeadWidth + 32;

// Keys, values and queries of one head; queries are kStride apart.
struct Problem {
  int positions;
  int rows;
  std::vector<float> keys;
  std::vector<float> values;
  std::vector<float> queries;

  const float* key(int position) const { return keys.data() + static_cast<int64_t>(position) * kHeadWidth; }
  const float* value(int position) const { return values.data() + static_cast<int64_t>(position) * kHeadWidth; }
  const float* query(int row) const { return queries.data() + static_cast<int64_t>(row) * kStride; }
};

Problem make_problem(Random& random, int positions, int rows) {
  Problem problem{positions, rows, {}, {}, {}};
  for (int i = 0; i < positions * kHeadWidth; i++) {
    problem.keys.push_back(1.7f * random.signed_unit());
    problem.values.push_back(1.7f * random.signed_unit());
  }
  for (int i = 0; i < rows * kStride; i++) problem.queries.push_back(1.7f * random.signed_unit());
  return problem;
}

struct OwnedKeyValues {
  OwnedKeyValues(int heads, int capacity)
      : memory(KeyValues::bytes(heads, capacity)), view(heads, capacity, memory.data()) {}
  Memory memory;
  KeyValues view;
};

// Head `head` alone, `count` positions from `position` on.
void store_some(const Kernels& kernels, const Problem& problem, int head, int position, int count, KeyValues* memory) {
  // The columns of the heads before it belong to nobody here.
  const int64_t before = static_cast<int64_t>(head) * kHeadWidth;
  memory->store(kernels, {head, head + 1}, position, count, problem.key(position) - before,
                problem.value(position) - before, kHeadWidth);
}

void store(const Kernels& kernels, const Problem& problem, int head, KeyValues* memory) {
  store_some(kernels, problem, head, 0, problem.positions, memory);
}

std::vector<float> attend(const Kernels& kernels, const KeyValues& memory, int head, const Problem& problem) {
  Queries queries(problem.rows);
  const Activations quantized = queries.quantize(kernels, problem.queries.data(), problem.rows, kStride);
  std::vector<float> out(static_cast<size_t>(problem.rows) * kHeadWidth, -7.0f);
  kernels.attend(memory.head(head, problem.positions), quantized, out.data(), kHeadWidth);
  return out;
}

struct Quantized {
  float scale;
  int q[kHeadWidth];
};

Quantized quantize(const float* x) {
  float largest = 0;
  for (int i = 0; i < kHeadWidth; i++) largest = std::max(largest, std::fabs(x[i]));
  Quantized row{largest / 127.0f, {}};
  const float inverse = largest > 0 ? 127.0f / largest : 0.0f;
  for (int i = 0; i < kHeadWidth; i++) row.q[i] = static_cast<int>(std::nearbyint(x[i] * inverse));
  return row;
}

// The polynomial of attention_impl.h, one number at a time.
float power_of_two(float x) {
  x = std::max(x, -100.0f);
  const float n = std::nearbyint(x);
  const float r = x - n;
  float p = 0.05517166907f;
  for (float c : {0.2426111222f, 0.6932609855f, 0.9999280735f}) p = std::fma(p, r, c);
  return std::ldexp(p, static_cast<int>(n));
}

// Sixteen sums side by side, then a tree.
float sum_lanes(const std::vector<float>& values) {
  float lanes[kLanes] = {};
  for (size_t i = 0; i < values.size(); i++) lanes[i % kLanes] += values[i];
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

// What Kernels::attend defines, with ordinary integers and nothing packed.
void attend_by_definition(const std::vector<Quantized>& keys, const std::vector<Quantized>& values, const float* query,
                          float* out) {
  const Quantized q = quantize(query);
  float highest = -1e30f;
  float total = 0;
  float sums[kHeadWidth] = {};
  for (size_t first = 0; first < keys.size(); first += kAttentionBlock) {
    const size_t end = std::min(keys.size(), first + kAttentionBlock);
    std::vector<float> weights, inverses;
    for (size_t j = first; j < end; j++) {
      int product = 0;
      for (int i = 0; i < kHeadWidth; i++) product += q.q[i] * keys[j].q[i];
      const float scale = values[j].scale > 0 ? values[j].scale : 1.0f;
      weights.push_back(
          std::fma(static_cast<float>(product) * keys[j].scale, q.scale * kQueryFactor, std::log2(scale)));
      inverses.push_back(1.0f / scale);
    }
    const float block_highest = *std::max_element(weights.begin(), weights.end());
    const float next = std::max(highest, block_highest);
    const float before = power_of_two(highest - next);
    const float now = power_of_two(block_highest - next);
    highest = next;
    // Sixteen sums side by side, each by fused multiply-adds.
    std::vector<float> lanes(kLanes, 0.0f);
    int products[kHeadWidth] = {};
    for (size_t j = 0; j < weights.size(); j++) {
      const float weight = power_of_two(weights[j] - (block_highest - 7.99435344f));
      lanes[j % kLanes] = std::fma(weight, inverses[j], lanes[j % kLanes]);
      const int byte = static_cast<int>(std::nearbyint(weight));
      for (int i = 0; i < kHeadWidth; i++) products[i] += byte * values[first + j].q[i];
    }
    total = std::fma(total, before, sum_lanes(lanes) * now);
    for (int i = 0; i < kHeadWidth; i++) {
      sums[i] = std::fma(sums[i], before, static_cast<float>(products[i]) * now);
    }
  }
  const float inverse = 1.0f / total;
  for (int i = 0; i < kHeadWidth; i++) out[i] = sums[i] * inverse;
}

std::vector<float> expect(const Problem& problem) {
  std::vector<Quantized> keys, values;
  for (int j = 0; j < problem.positions; j++) {
    keys.push_back(quantize(problem.key(j)));
    values.push_back(quantize(problem.value(j)));
  }
  std::vector<float> out(static_cast<size_t>(problem.rows) * kHeadWidth);
  for (int r = 0; r < problem.rows; r++) {
    attend_by_definition(keys, values, problem.query(r), out.data() + static_cast<int64_t>(r) * kHeadWidth);
  }
  return out;
}

double norm(const float* x) {
  double sum = 0;
  for (int i = 0; i < kHeadWidth; i++) sum += static_cast<double>(x[i]) * x[i];
  return std::sqrt(sum);
}

double largest(const float* x) {
  double result = 0;
  for (int i = 0; i < kHeadWidth; i++) result = std::max(result, static_cast<double>(std::fabs(x[i])));
  return result;
}

struct Exact {
  double out[kHeadWidth];
  // No element of the integer result is further away than this.
  double bound;
};

// Attention in double precision. The bound: rounding moves each of 64 elements by at most half a scale
// step, so a row by at most 4 steps in norm; by Cauchy-Schwarz a score moves by at most
//   d = (|q| 4 sk + |k| 4 sq + 16 sq sk) / 8,
// the weights, as probabilities, by at most exp(2 d) - 1 in sum, each value by half its step; and each of the n
// weights of a block, times its value's step, is off by half a 255th of the largest of them. The powers of two
// are off by 8e-5 of themselves, above and below the line; a thousandth on top is for them and for the roundings
// of float32.
Exact attend_exactly(const Problem& problem, const float* query) {
  Exact exact{};
  std::vector<double> weights;
  double total = 0, error = 0, top_value = 0, highest = -1e30;
  for (int j = 0; j < problem.positions; j++) {
    double score = 0;
    for (int i = 0; i < kHeadWidth; i++) score += static_cast<double>(query[i]) * problem.key(j)[i];
    const double query_step = largest(query) / 127;
    const double key_step = largest(problem.key(j)) / 127;
    error = std::max(
        error, (norm(query) * 4 * key_step + norm(problem.key(j)) * 4 * query_step + 16 * query_step * key_step) / 8);
    top_value = std::max(top_value, largest(problem.value(j)));
    weights.push_back(score / 8);
    highest = std::max(highest, score / 8);
  }
  for (double& weight : weights) total += weight = std::exp(weight - highest);
  double bytes = 0;
  for (int first = 0; first < problem.positions; first += kAttentionBlock) {
    const int end = std::min(problem.positions, first + kAttentionBlock);
    double top = 0;
    for (int j = first; j < end; j++) {
      top = std::max(top, weights[static_cast<size_t>(j)] * largest(problem.value(j)));
    }
    bytes += (end - first) * top / (2 * 255) * std::exp(2 * error) / total;
  }
  for (int j = 0; j < problem.positions; j++) {
    for (int i = 0; i < kHeadWidth; i++) exact.out[i] += weights[static_cast<size_t>(j)] / total * problem.value(j)[i];
  }
  exact.bound = 1.001 * (std::expm1(2 * error) * top_value + top_value / 254 + bytes) + 0.001 * top_value;
  return exact;
}

void compare_with_double(const Problem& problem, const std::vector<float>& out) {
  double difference = 0;
  double size = 0;
  for (int r = 0; r < problem.rows; r++) {
    const Exact exact = attend_exactly(problem, problem.query(r));
    for (int i = 0; i < kHeadWidth; i++) {
      const double d = out[static_cast<size_t>(r * kHeadWidth + i)] - exact.out[i];
      if (!CHECK(std::fabs(d) <= exact.bound)) return;
      difference += d * d;
      size += exact.out[i] * exact.out[i];
    }
  }
  // The bound is for the worst case. Rounding errors are independent, each uniform over a step of about
  // max/127: 0.0045 of the norm for queries, keys and values alike, together 0.008. With scores of variance 1 the
  // largest of 256 weights is some ten times their mean, so that half a byte's step is 0.011 of a weight and,
  // the large weights counting more, 0.007 of the sum. Together 0.011; twice that is allowed.
  CHECK(std::sqrt(difference / size) < 0.022);
}

void test_against_definition_and_double(Random& random) {
  std::vector<int> sizes;
  for (int positions = 1; positions <= 50; positions++) sizes.push_back(positions);
  for (int positions : {255, 256, 257, 320, 448, 512, 513}) sizes.push_back(positions);
  sizes.push_back(1500);
  for (int positions : sizes) {
    const int rows = positions == 1500 ? 20 : 1 + positions % 7;
    const Problem problem = make_problem(random, positions, rows);
    const std::vector<float> expected = expect(problem);
    for (const Kernels* kernels : runnable()) {
      OwnedKeyValues memory(3, positions);
      store(*kernels, problem, 1, &memory.view);
      if (!CHECK(same_bits(attend(*kernels, memory.view, 1, problem), expected))) return;
    }
    compare_with_double(problem, expected);
  }
}

// Every remainder of the products' tile rows, up to more than the encoder's blocks of 48.
void test_many_rows(Random& random) {
  const Problem all = make_problem(random, 37, 100);
  const std::vector<float> expected = expect(all);
  for (const Kernels* kernels : runnable()) {
    OwnedKeyValues memory(1, 37);
    store(*kernels, all, 0, &memory.view);
    for (int rows = 1; rows <= 100; rows += rows < 50 ? 1 : 25) {
      Problem some = all;
      some.rows = rows;
      std::vector<float> first(expected.begin(), expected.begin() + rows * kHeadWidth);
      if (!CHECK(same_bits(attend(*kernels, memory.view, 0, some), first))) return;
    }
  }
}

void check_against_definition(const Problem& problem) {
  const std::vector<float> expected = expect(problem);
  for (const Kernels* kernels : runnable()) {
    OwnedKeyValues memory(1, problem.positions);
    store(*kernels, problem, 0, &memory.view);
    CHECK(same_bits(attend(*kernels, memory.view, 0, problem), expected));
  }
}

// One block and several, whole and not, by tiles of rows alone, many and with rows left over: what is under way from
// one tile to the next must not get mixed up.
void test_blocks_and_tiles(Random& random) {
  for (int positions : {255, 256, 257, 320, 448, 512, 700, 768}) {
    for (int rows : {5, 6, 7, 12, 13, 48, 49, 54, 101}) check_against_definition(make_problem(random, positions, rows));
  }
}

// Weights of zero everywhere but in a few positions: in the first and last of a block, in a group of four, in a part
// of the last group, nowhere in a block but at its largest; and scores far below what a power of two is computed for.
void test_zero_weights(Random& random) {
  const std::vector<std::vector<int>> attended = {{0},     {255}, {256}, {599}, {3, 4}, {252, 253, 254, 255, 256},
                                                  {0, 598}};
  for (const std::vector<int>& places : attended) {
    for (int rows : {1, 2, 5, 6, 8, 13}) {
      Problem problem = make_problem(random, 600, rows);
      for (float& query : problem.queries) query = std::fabs(query) + 4.0f;
      for (float& key : problem.keys) key -= 9.0f;
      for (int place : places) {
        for (int i = 0; i < kHeadWidth; i++) problem.keys[static_cast<size_t>(place * kHeadWidth + i)] = 5.0f;
      }
      check_against_definition(problem);
    }
  }
}

// Rows of zeros, one large element, and scores so far apart that all but one weight vanish.
void test_uneven_numbers(Random& random) {
  Problem problem = make_problem(random, 40, 4);
  std::fill_n(problem.keys.begin() + 3 * kHeadWidth, kHeadWidth, 0.0f);
  std::fill_n(problem.values.begin() + 5 * kHeadWidth, kHeadWidth, 0.0f);
  std::fill_n(problem.queries.begin(), kHeadWidth, 0.0f);
  problem.values[7 * kHeadWidth] = -4000.0f;
  for (int i = 0; i < kHeadWidth; i++) {
    problem.keys[static_cast<size_t>(9 * kHeadWidth + i)] = 60.0f;
    problem.queries[static_cast<size_t>(2 * kStride + i)] = 60.0f;
    problem.queries[static_cast<size_t>(3 * kStride + i)] = -60.0f;
  }
  const std::vector<float> expected = expect(problem);
  for (const Kernels* kernels : runnable()) {
    OwnedKeyValues memory(1, 40);
    store(*kernels, problem, 0, &memory.view);
    CHECK(same_bits(attend(*kernels, memory.view, 0, problem), expected));
  }
  Problem zeros = problem;
  std::fill(zeros.values.begin(), zeros.values.end(), 0.0f);
  OwnedKeyValues memory(1, 40);
  store(*runnable().front(), zeros, 0, &memory.view);
  for (float value : attend(*runnable().front(), memory.view, 0, zeros)) CHECK(value == 0.0f);
}

// Heads are apart from one another.
void test_heads(Random& random) {
  const Kernels& kernels = *runnable().back();
  OwnedKeyValues memory(4, 50);
  std::vector<Problem> problems;
  for (int head = 0; head < 4; head++) {
    problems.push_back(make_problem(random, 41 + 3 * head, 3));
    store(kernels, problems.back(), head, &memory.view);
  }
  for (int head = 0; head < 4; head++) {
    const Problem& problem = problems[static_cast<size_t>(head)];
    CHECK(same_bits(attend(kernels, memory.view, head, problem), expect(problem)));
  }
}

// Positions that an earlier use left behind, however large, have no part in the result.
void test_stale_positions(Random& random) {
  for (const Kernels* kernels : runnable()) {
    for (int positions = 1; positions <= 33; positions++) {
      OwnedKeyValues used(1, 64);
      Problem before = make_problem(random, 64, 1);
      for (float& value : before.keys) value *= 1e6f;
      for (float& value : before.values) value *= 1e12f;
      store(*kernels, before, 0, &used.view);
      const Problem problem = make_problem(random, positions, 3);
      store(*kernels, problem, 0, &used.view);
      if (!CHECK(same_bits(attend(*kernels, used.view, 0, problem), expect(problem)))) return;
    }
  }
}

// Positions stored one by one, by fours or all at once are the same.
void test_storing_in_parts(Random& random) {
  const Problem problem = make_problem(random, 61, 3);
  const std::vector<float> expected = expect(problem);
  for (const Kernels* kernels : runnable()) {
    for (int step = 1; step <= 61; step++) {
      OwnedKeyValues memory(1, 61);
      for (int at = 0; at < 61; at += step) {
        store_some(*kernels, problem, 0, at, std::min(step, 61 - at), &memory.view);
      }
      if (!CHECK(same_bits(attend(*kernels, memory.view, 0, problem), expected))) return;
    }
  }
}

void test_copy(Random& random) {
  const Kernels& kernels = *runnable().back();
  for (int count = 0; count <= 50; count++) {
    OwnedKeyValues from(2, 50);
    OwnedKeyValues to(2, 50);
    const Problem problem = make_problem(random, 50, 2);
    const Problem other = make_problem(random, 50, 2);
    for (int head : {0, 1}) {
      store(kernels, problem, head, &from.view);
      store(kernels, other, head, &to.view);
    }
    to.view.copy_from(from.view, count);
    // The copy goes on as the original would.
    for (int head : {0, 1}) {
      store_some(kernels, problem, head, count, 50 - count, &to.view);
      for (int positions : {std::max(count, 1), 50}) {
        Problem part = problem;
        part.positions = positions;
        if (!CHECK(same_bits(attend(kernels, to.view, head, part), attend(kernels, from.view, head, part)))) return;
      }
    }
  }
}

}  // namespace

int main() {
  Random random(3);
  test_against_definition_and_double(random);
  test_many_rows(random);
  test_blocks_and_tiles(random);
  test_zero_weights(random);
  test_uneven_numbers(random);
  test_heads(random);
  test_stale_positions(random);
  test_storing_in_parts(random);
  test_copy(random);
  return tilescribe::test::finish("attention");
}
